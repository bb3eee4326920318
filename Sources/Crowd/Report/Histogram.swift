/// Times by how long they are: 32 steps for each doubling, so that a percentile is at most a thirtieth too high.
public struct Histogram: Sendable {
    private static let steps = 32

    private var counts: [UInt64] = []
    public private(set) var count: UInt64 = 0
    public private(set) var highest: UInt64 = 0

    public init() {}

    public mutating func add(_ value: UInt64) {
        let slot = Self.slot(of: value)
        if slot >= counts.count { counts += [UInt64](repeating: 0, count: slot + 1 - counts.count) }
        counts[slot] += 1
        count += 1
        highest = max(highest, value)
    }

    /// What that share of the values does not exceed; 0 when there are none.
    public func percentile(_ share: Double) -> UInt64 {
        let wanted = max(1, UInt64((Double(count) * share).rounded(.up)))
        var seen: UInt64 = 0
        for slot in counts.indices {
            seen += counts[slot]
            if seen >= wanted { return min(Self.upperBound(of: slot), highest) }
        }
        return 0
    }

    static func slot(of value: UInt64) -> Int {
        guard value >= steps else { return Int(value) }
        let shift = 63 - value.leadingZeroBitCount - 5
        return (shift + 1) * steps + Int(value >> UInt64(shift)) - steps
    }

    static func upperBound(of slot: Int) -> UInt64 {
        guard slot >= steps else { return UInt64(slot) }
        let shift = UInt64(slot / steps - 1)
        return (UInt64(slot % steps + steps) + 1) << shift - 1
    }
}
