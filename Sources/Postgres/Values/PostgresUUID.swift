/// `uuid`: 16 bytes.
public struct PostgresUUID: Hashable, Sendable {
    public let high: UInt64
    public let low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Nil unless these are 16.
    public init?(_ bytes: Span<UInt8>) {
        guard bytes.count == 16, let high = bytes.bigEndian(UInt64.self, at: 0),
            let low = bytes.bigEndian(UInt64.self, at: 8)
        else { return nil }
        self.init(high: high, low: low)
    }

    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(bigEndian: high)
        bytes.append(bigEndian: low)
        return bytes
    }
}

extension PostgresUUID: PostgresScalar {
    public static var scalarType: PostgresType { .uuid }
    public static var arrayType: PostgresType { .uuidArray }

    public func append(to bytes: inout [UInt8]) {
        bytes.append(bigEndian: high)
        bytes.append(bigEndian: low)
    }

    public static func parse(_ bytes: Span<UInt8>, type: PostgresType) -> PostgresUUID? { PostgresUUID(bytes) }
}

extension PostgresUUID: CustomStringConvertible {
    public var description: String {
        var text = ""
        for (index, byte) in bytes.enumerated() {
            if [4, 6, 8, 10].contains(index) { text += "-" }
            text += byte < 16 ? "0" : ""
            text += String(byte, radix: 16)
        }
        return text
    }
}
