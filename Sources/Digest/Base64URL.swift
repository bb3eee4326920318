/// base64url without padding (RFC 4648, section 5), read strictly: each sequence of bytes has exactly one spelling, so that
/// no token can be altered and still be taken for another.
public enum Base64URL {
    public static func encodedCount(_ count: Int) -> Int { (count * 4 + 2) / 3 }

    /// Of a text of a possible length.
    public static func decodedCount(_ count: Int) -> Int { count / 4 * 3 + count % 4 * 3 / 4 }

    /// Writes behind what is there.
    public static func encode(_ bytes: Span<UInt8>, into text: inout [UInt8]) {
        var at = 0
        while at &+ 3 <= bytes.count {
            let bits = UInt32(bytes[at]) << 16 | UInt32(bytes[at &+ 1]) << 8 | UInt32(bytes[at &+ 2])
            text.append(letter(bits >> 18))
            text.append(letter(bits >> 12))
            text.append(letter(bits >> 6))
            text.append(letter(bits))
            at &+= 3
        }
        guard at < bytes.count else { return }
        let bits = UInt32(bytes[at]) << 16 | (at + 1 < bytes.count ? UInt32(bytes[at + 1]) << 8 : 0)
        text.append(letter(bits >> 18))
        text.append(letter(bits >> 12))
        if at + 1 < bytes.count { text.append(letter(bits >> 6)) }
    }

    public static func encode(_ bytes: Span<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(encodedCount(bytes.count))
        encode(bytes, into: &text)
        return text
    }

    public static func encode(_ bytes: [UInt8]) -> String { String(decoding: encode(bytes.span), as: UTF8.self) }

    /// Nil for padding, another alphabet, an impossible length, or bits set that stand for nothing.
    public static func decode(_ text: Span<UInt8>) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: decodedCount(text.count))
        var place = bytes.mutableSpan
        return decode(text, into: &place) == nil ? nil : bytes
    }

    public static func decode(_ text: String) -> [UInt8]? { decode(Array(text.utf8).span) }

    /// Allocates nothing, and takes a time that depends on the length alone. Says how many bytes it wrote; nil as above, and
    /// when they would not fit.
    public static func decode(_ text: Span<UInt8>, into bytes: inout MutableSpan<UInt8>) -> Int? {
        let count = decodedCount(text.count)
        guard text.count % 4 != 1, count <= bytes.count else { return nil }
        var place = bytes.mutableBytes
        var from = 0
        var to = 0
        while from &+ 8 <= text.count {
            let letters = text.bytes.unsafeLoadUnaligned(fromByteOffset: from, as: UInt64.self)
            guard let bits = bits(ofLetters: UInt64(bigEndian: letters)) else { return nil }
            if to &+ 8 <= place.byteCount {
                // Two more than there are; the next letters or nobody will take their place.
                place.storeBytes(of: (bits << 16).bigEndian, toByteOffset: to, as: UInt64.self)
            } else {
                store(bits, 6, into: &place, at: to)
            }
            from &+= 8
            to &+= 6
        }
        guard from < text.count else { return count }
        // What is left, and behind it the letter that means zeros.
        let missing = UInt64(from &+ 8 &- text.count)
        var letters: UInt64 = 0
        if from >= 8 {
            letters = UInt64(bigEndian: text.bytes.unsafeLoadUnaligned(fromByteOffset: text.count - 8, as: UInt64.self))
        } else {
            for at in from..<text.count { letters = letters << 8 | UInt64(text[at]) }
        }
        letters = letters << (missing * 8) | (ones &* 65) & (1 << (missing * 8) &- 1)
        guard let bits = bits(ofLetters: letters), bits & (1 << UInt64(48 - (count - to) * 8) - 1) == 0 else { return nil }
        store(bits, count - to, into: &place, at: to)
        return count
    }

    /// The first bytes of the lower 48 bits.
    private static func store(_ bits: UInt64, _ count: Int, into place: inout MutableRawSpan, at offset: Int) {
        for at in 0..<count {
            let byte = UInt8(truncatingIfNeeded: bits >> UInt64(40 - at * 8))
            place.storeBytes(of: byte, toByteOffset: offset + at, as: UInt8.self)
        }
    }

    private static func letter(_ bits: UInt32) -> UInt8 {
        switch UInt8(truncatingIfNeeded: bits & 63) {
        case let value where value < 26: value + 65
        case let value where value < 52: value + 71
        case let value where value < 62: value - 4
        case 62: 45
        default: 95
        }
    }

    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let tops: UInt64 = 0x8080_8080_8080_8080

    /// The 48 bits that eight letters mean, the first one uppermost; nil when one is none of the alphabet.
    ///
    /// All eight at once: a flag is the top bit of its byte. With the top bits cleared no sum reaches the next byte, so all
    /// flags are exact. A letter becomes its value, modulo 64, by adding what its class says.
    @inline(__always)
    private static func bits(ofLetters letters: UInt64) -> UInt64? {
        let low = letters & ~tops
        let isUpper = flags(low, from: 65) & ~flags(low, from: 91)
        let isLower = flags(low, from: 97) & ~flags(low, from: 123)
        let isDigit = flags(low, from: 48) & ~flags(low, from: 58)
        let isHyphen = flags(low, from: 45) & ~flags(low, from: 46)
        let isUnderscore = flags(low, from: 95) & ~flags(low, from: 96)
        guard (isUpper | isLower | isDigit | isHyphen | isUnderscore) & ~letters & tops == tops else { return nil }
        // 0 - 65, 26 - 97, 52 - 48, 62 - 45, 63 - 95.
        let letterSums = (isUpper >> 7) &* 63 &+ (isLower >> 7) &* 57
        let otherSums = (isDigit >> 7) &* 4 &+ (isHyphen >> 7) &* 17 &+ (isUnderscore >> 7) &* 32
        var bits = (low &+ letterSums &+ otherSums) & (ones &* 63)
        bits = bits & 0x003f_003f_003f_003f | (bits & 0x3f00_3f00_3f00_3f00) >> 2
        bits = bits & 0x0000_0fff_0000_0fff | (bits & 0x0fff_0000_0fff_0000) >> 4
        return bits & 0x0000_0000_00ff_ffff | (bits & 0x00ff_ffff_0000_0000) >> 8
    }

    /// The bytes of at least `bound`, of those below 128.
    @inline(__always)
    private static func flags(_ low: UInt64, from bound: UInt64) -> UInt64 { (low &+ ones &* (128 &- bound)) & tops }
}
