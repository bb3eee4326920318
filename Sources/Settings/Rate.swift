/// So many in so long. Written as `"100/s"`, `"600/m"`, `"10/h"`.
public struct Rate: Sendable, Hashable {
    public var count: UInt64
    public var perNanoseconds: UInt64

    public init(count: UInt64, perNanoseconds: UInt64) {
        self.count = count
        self.perNanoseconds = perNanoseconds
    }

    /// Exact, whatever the units are.
    func isBelow(_ other: Rate) -> Bool {
        count.multipliedFullWidth(by: other.perNanoseconds) < other.count.multipliedFullWidth(by: perNanoseconds)
    }

    /// Ticks of a room are so far apart.
    static let tickNanoseconds: UInt64 = 100_000_000

    /// With fewer at once a room does not let in as many as this: one, and what comes in between two ticks. Where that is less than a
    /// hundredth, it is all that is lost of one.
    public var burstLeast: Int {
        guard perNanoseconds > 0 else { return 1 }
        let (high, low) = count.multipliedFullWidth(by: Self.tickNanoseconds)
        guard high < perNanoseconds else { return .max }
        let (whole, rest) = perNanoseconds.dividingFullWidth((high, low))
        if whole == 0, rest <= perNanoseconds / 100 { return 1 }
        return Int(clamping: whole) + (rest > 0 ? 2 : 1)
    }

    public static func perSecond(_ count: UInt64) -> Rate { Rate(count: count, perNanoseconds: 1_000_000_000) }
}

extension Rate: LosslessStringConvertible {
    private static let units: [(name: Substring, nanoseconds: UInt64)] = [
        ("/s", 1_000_000_000), ("/m", 60_000_000_000), ("/h", 3_600_000_000_000),
    ]

    public var description: String {
        let unit = Self.units.first { $0.nanoseconds == perNanoseconds }
        return "\(count)\(unit?.name ?? "/\(perNanoseconds)ns")"
    }

    public init?(_ text: String) {
        guard let (count, unit) = Quantity.split(text), let found = Self.units.first(where: { $0.name == unit }) else {
            return nil
        }
        self.init(count: UInt64(count), perNanoseconds: found.nanoseconds)
    }
}
