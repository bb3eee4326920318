/// base64url without padding (RFC 4648, section 5), read strictly: each sequence of bytes has exactly one spelling, so that
/// no token can be altered and still be taken for another.
public enum Base64URL {
    public static func encodedCount(_ count: Int) -> Int { (count * 4 + 2) / 3 }

    public static func encode(_ bytes: Span<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(encodedCount(bytes.count))
        var bits: UInt32 = 0
        var held = 0
        for at in 0..<bytes.count {
            bits = bits << 8 | UInt32(bytes[at])
            held += 8
            while held >= 6 {
                held -= 6
                text.append(letter(bits >> UInt32(held)))
            }
        }
        if held > 0 { text.append(letter(bits << UInt32(6 - held))) }
        return text
    }

    public static func encode(_ bytes: [UInt8]) -> String { String(decoding: encode(bytes.span), as: UTF8.self) }

    /// Nil for padding, another alphabet, an impossible length, or bits set that stand for nothing.
    public static func decode(_ text: Span<UInt8>) -> [UInt8]? {
        guard text.count % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count * 3 / 4)
        var bits: UInt32 = 0
        var held = 0
        for at in 0..<text.count {
            let value = value(text[at])
            guard value < 64 else { return nil }
            bits = bits << 6 | value
            held += 6
            if held >= 8 {
                held -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(held)))
            }
        }
        guard bits & (1 << UInt32(held) - 1) == 0 else { return nil }
        return bytes
    }

    public static func decode(_ text: String) -> [UInt8]? { decode(Array(text.utf8).span) }

    private static func letter(_ bits: UInt32) -> UInt8 {
        switch UInt8(truncatingIfNeeded: bits & 63) {
        case let value where value < 26: value + 65
        case let value where value < 52: value + 71
        case let value where value < 62: value - 4
        case 62: 45
        default: 95
        }
    }

    private static func value(_ letter: UInt8) -> UInt32 {
        switch letter {
        case 65...90: UInt32(letter) - 65
        case 97...122: UInt32(letter) - 71
        case 48...57: UInt32(letter) + 4
        case 45: 62
        case 95: 63
        default: 64
        }
    }
}
