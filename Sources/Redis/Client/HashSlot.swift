/// Which of a cluster's 16,384 slots a key belongs to: CRC-16/XMODEM of it, or of what stands between the first `{` and the
/// next `}` when that is not empty, so that keys can be kept together.
public enum HashSlot {
    public static let count: UInt16 = 16_384

    public static func of(_ key: Span<UInt8>) -> UInt16 { crc16(tagged(key)) % count }

    public static func of(_ key: [UInt8]) -> UInt16 { of(key.span) }

    public static func of(_ key: String) -> UInt16 { of(Array(key.utf8)) }

    @_lifetime(copy key)
    private static func tagged(_ key: Span<UInt8>) -> Span<UInt8> {
        var open = 0
        while open < key.count && key[open] != UInt8(ascii: "{") { open += 1 }
        var close = open + 1
        while close < key.count && key[close] != UInt8(ascii: "}") { close += 1 }
        return close < key.count && close > open + 1 ? key.extracting(open + 1..<close) : key
    }

    static func crc16(_ bytes: Span<UInt8>) -> UInt16 {
        var crc: UInt16 = 0
        for at in 0..<bytes.count { crc = crc << 8 ^ table[Int(UInt8(truncatingIfNeeded: crc >> 8) ^ bytes[at])] }
        return crc
    }

    private static let table: [UInt16] = (0..<256).map { byte in
        var crc = UInt16(byte) << 8
        for _ in 0..<8 { crc = crc & 0x8000 != 0 ? crc << 1 ^ 0x1021 : crc << 1 }
        return crc
    }
}
