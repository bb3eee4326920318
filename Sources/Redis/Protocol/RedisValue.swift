/// What Redis answers (RESP2).
public enum RedisValue: Equatable, Sendable {
    case null
    case integer(Int64)
    case status(String)
    case bytes([UInt8])
    case array([RedisValue])
    /// Within an array: in the answer to a transaction or a script. An answer that is nothing else comes as a `RedisFault`.
    case error(RedisRefusal)
}

/// What it is, where it is that: none of these traps or guesses.
extension RedisValue {
    public var isNull: Bool { self == .null }

    public var isOK: Bool { self == .status("OK") }

    /// An integer, also one in decimal, as hash fields and scores are answered.
    public var integer: Int64? {
        switch self {
        case .integer(let number): number
        case .bytes(let bytes): Int64(String(decoding: bytes, as: UTF8.self))
        case .status(let text): Int64(text)
        case .null, .array, .error: nil
        }
    }

    /// Numbers that Redis answers as text.
    public var double: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .bytes(let bytes): Double(String(decoding: bytes, as: UTF8.self))
        case .status, .null, .array, .error: nil
        }
    }

    public var bytes: [UInt8]? {
        switch self {
        case .bytes(let bytes): bytes
        case .status(let text): Array(text.utf8)
        case .null, .integer, .array, .error: nil
        }
    }

    /// Bytes that are not UTF-8 become U+FFFD.
    public var text: String? {
        switch self {
        case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
        case .status(let text): text
        case .null, .integer, .array, .error: nil
        }
    }

    public var array: [RedisValue]? {
        if case .array(let values) = self { values } else { nil }
    }

    public var error: RedisRefusal? {
        if case .error(let refusal) = self { refusal } else { nil }
    }

    /// An element of an array; nil when there is none.
    public subscript(_ index: Int) -> RedisValue? {
        guard case .array(let values) = self, values.indices.contains(index) else { return nil }
        return values[index]
    }
}
