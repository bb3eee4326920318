import Address

/// Spreads addresses over a table so that nobody who does not know the seed can find two that meet.
///
/// First NH, the hash inside UMAC (RFC 4418): the product of two words, each with a secret added, to 128 bits. For any two
/// addresses chosen beforehand it meets with probability 2^-64 over the seeds. A second secret product mixes the 128 bits
/// down to 64 that all depend on each other. Nothing of the hash is ever shown, so it needs no more strength than that.
struct AddressHash: Sendable {
    private let secrets: (UInt64, UInt64, UInt64, UInt64)

    /// The seed is random and made once per process.
    init(seed: (UInt64, UInt64)) {
        var state = seed.0
        let first = Self.step(&state)
        let second = Self.step(&state)
        state ^= seed.1
        secrets = (first, second, Self.step(&state), Self.step(&state) | 1)
    }

    /// IPv6 counts by its /64, which is what a household or a rented server is given; whoever has one has all of it.
    @inline(__always) func callAsFunction(_ address: IPAddress, class kind: UInt8) -> UInt64 {
        let low = address.isV4 ? address.low : 0
        let mixed = (address.high &+ secrets.0).multipliedFullWidth(by: low &+ UInt64(kind) << 48 &+ secrets.1)
        let final = (mixed.low ^ secrets.2).multipliedFullWidth(by: mixed.high ^ secrets.3)
        return final.low ^ final.high
    }

    /// SplitMix64.
    private static func step(_ state: inout UInt64) -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }
}
