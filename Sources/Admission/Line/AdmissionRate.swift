/// Time as the stores count it: microseconds since 1970, by the store's own clock.
public typealias Microseconds = Int64

/// So many admissions in so long, exactly: no fraction is ever rounded.
public struct AdmissionRate: Hashable, Sendable {
    public static let countMax: Int64 = 1_000_000
    public static let perMicrosecondsMax: Microseconds = 3_600_000_000

    public let count: Int64
    public let perMicroseconds: Microseconds

    /// What is outside the ceilings is brought inside. A count of zero admits nobody.
    public init(count: Int64, perMicroseconds: Microseconds) {
        self.count = min(max(count, 0), Self.countMax)
        self.perMicroseconds = min(max(perMicroseconds, 1), Self.perMicrosecondsMax)
    }

    public static func perSecond(_ count: Int64) -> AdmissionRate {
        AdmissionRate(count: count, perMicroseconds: 1_000_000)
    }

    /// How many come in a time, rounded down.
    public func admissions(in time: Microseconds) -> Int64 {
        let (whole, rest) = max(0, time).quotientAndRemainder(dividingBy: perMicroseconds)
        let product = whole.multipliedReportingOverflow(by: count)
        return product.overflow ? .max : product.partialValue + rest * count / perMicroseconds
    }

    public var perSecond: Double { Double(count) * 1_000_000 / Double(perMicroseconds) }
}
