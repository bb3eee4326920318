/// How many bytes something may have. Written as `"512B"`, `"64KiB"`, `"10MiB"`, `"2GiB"`.
public struct ByteCount: Sendable, Hashable, Comparable {
    public var bytes: Int

    public init(bytes: Int) { self.bytes = bytes }

    public static func kibibytes(_ count: Int) -> ByteCount { ByteCount(bytes: count << 10) }
    public static func mebibytes(_ count: Int) -> ByteCount { ByteCount(bytes: count << 20) }
    public static func gibibytes(_ count: Int) -> ByteCount { ByteCount(bytes: count << 30) }

    public static func < (left: ByteCount, right: ByteCount) -> Bool { left.bytes < right.bytes }
}

extension ByteCount: LosslessStringConvertible {
    private static let units: [(name: Substring, bytes: Int)] = [
        ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1),
    ]

    public var description: String {
        for unit in Self.units where bytes != 0 && bytes % unit.bytes == 0 { return "\(bytes / unit.bytes)\(unit.name)" }
        return "0B"
    }

    public init?(_ text: String) {
        guard let (count, unit) = Quantity.split(text), let found = Self.units.first(where: { $0.name == unit }) else {
            return nil
        }
        let (bytes, overflow) = Int(count).multipliedReportingOverflow(by: found.bytes)
        guard !overflow else { return nil }
        self.init(bytes: bytes)
    }
}

/// The slowest a body may move. Written as `"256B/s"`, `"1KiB/s"`.
public struct ByteRate: Sendable, Hashable, Comparable {
    public var bytesPerSecond: Int

    public init(bytesPerSecond: Int) { self.bytesPerSecond = bytesPerSecond }

    public static func < (left: ByteRate, right: ByteRate) -> Bool { left.bytesPerSecond < right.bytesPerSecond }
}

extension ByteRate: LosslessStringConvertible {
    public var description: String { "\(ByteCount(bytes: bytesPerSecond))/s" }

    public init?(_ text: String) {
        guard text.hasSuffix("/s"), let count = ByteCount(String(text.dropLast(2))) else { return nil }
        self.init(bytesPerSecond: count.bytes)
    }
}
