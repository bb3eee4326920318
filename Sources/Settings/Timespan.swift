/// How long something may take. Written as `"500ms"`, `"30s"`, `"5m"`, `"1h"`, `"7d"`.
public struct Timespan: Sendable, Hashable, Comparable {
    public var nanoseconds: Int64

    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    public static func milliseconds(_ count: Int64) -> Timespan { Timespan(nanoseconds: count * 1_000_000) }
    public static func seconds(_ count: Int64) -> Timespan { Timespan(nanoseconds: count * 1_000_000_000) }
    public static func minutes(_ count: Int64) -> Timespan { .seconds(count * 60) }
    public static func hours(_ count: Int64) -> Timespan { .seconds(count * 3600) }

    public var milliseconds: Int64 { nanoseconds / 1_000_000 }

    public static func < (left: Timespan, right: Timespan) -> Bool { left.nanoseconds < right.nanoseconds }
}

extension Timespan: LosslessStringConvertible {
    private static let units: [(name: Substring, nanoseconds: Int64)] = [
        ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000),
    ]

    /// In the largest unit that leaves a whole number: `90s`, `2m`, `1d`.
    public var description: String {
        for unit in Self.units where nanoseconds != 0 && nanoseconds % unit.nanoseconds == 0 {
            return "\(nanoseconds / unit.nanoseconds)\(unit.name)"
        }
        return nanoseconds == 0 ? "0s" : "\(nanoseconds)ns"
    }

    /// A whole number and its unit, nothing between them; `nil` also for what does not fit.
    public init?(_ text: String) {
        guard let (count, unit) = Quantity.split(text), let found = Self.units.first(where: { $0.name == unit }) else {
            return nil
        }
        let (nanoseconds, overflow) = count.multipliedReportingOverflow(by: found.nanoseconds)
        guard !overflow else { return nil }
        self.init(nanoseconds: nanoseconds)
    }
}

/// What durations, sizes and rates have in common: digits, then a unit.
enum Quantity {
    static func split(_ text: String) -> (count: Int64, unit: Substring)? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let count = Int64(digits) else { return nil }
        return (count, text[digits.endIndex...])
    }
}
