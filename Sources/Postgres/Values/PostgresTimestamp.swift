/// `timestamptz`: microseconds since 1970, in UTC.
public struct PostgresTimestamp: Hashable, Comparable, Sendable {
    public let unixMicroseconds: Int64

    public init(unixMicroseconds: Int64) { self.unixMicroseconds = unixMicroseconds }

    public static let infinity = PostgresTimestamp(unixMicroseconds: .max)
    public static let negativeInfinity = PostgresTimestamp(unixMicroseconds: .min)

    public static func < (one: PostgresTimestamp, other: PostgresTimestamp) -> Bool {
        one.unixMicroseconds < other.unixMicroseconds
    }

    /// The server counts from 2000-01-01.
    private static let epoch: Int64 = 946_684_800_000_000
}

extension PostgresTimestamp: PostgresScalar {
    public static var scalarType: PostgresType { .timestamptz }
    public static var arrayType: PostgresType { .timestamptzArray }

    public func append(to bytes: inout [UInt8]) {
        guard unixMicroseconds != .max && unixMicroseconds != .min else { return bytes.append(bigEndian: unixMicroseconds) }
        // What overflows is some 290,000 years ago; the least finite number is out of the server's range as well, and it
        // says so, while wrapped around it would be a time to come.
        let (since2000, overflow) = unixMicroseconds.subtractingReportingOverflow(Self.epoch)
        bytes.append(bigEndian: overflow ? .min + 1 : since2000)
    }

    public static func parse(_ bytes: Span<UInt8>, type: PostgresType) -> PostgresTimestamp? {
        guard let since2000 = bytes.bigEndian(Int64.self) else { return nil }
        if since2000 == .max || since2000 == .min { return PostgresTimestamp(unixMicroseconds: since2000) }
        let (unix, overflow) = since2000.addingReportingOverflow(epoch)
        return overflow ? nil : PostgresTimestamp(unixMicroseconds: unix)
    }
}
