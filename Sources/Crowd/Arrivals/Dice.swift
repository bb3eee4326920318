/// Random numbers of one run: the same seed makes the same crowd. Not for secrets.
public struct Dice: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    /// SplitMix64.
    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// So often in all.
    mutating func falls(_ share: Double) -> Bool {
        share > 0 && Double(next() >> 11) / Double(1 << 53) < share
    }

    /// Between a half and one and a half of it.
    mutating func around(_ nanoseconds: UInt64) -> UInt64 {
        nanoseconds / 2 + next() % (nanoseconds + 1)
    }
}
