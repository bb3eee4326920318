import Bytes

// What a client sends ends up in the log, so that every byte of it is hostile: a newline forges a line, a quote ends a
// JSON string, an escape sequence takes over the terminal of whoever reads it. Only printable ASCII passes as it is.

extension Span where Element == UInt8 {
    /// How many bytes at the front need no escape inside quotes: printable ASCII but `"` and `\`.
    func plainPrefix(from start: Int = 0) -> Int {
        var at = start
        if count - at >= 8 {
            while at <= count - 8 {
                if hasSpecial(at) { return firstSpecial(from: at) }
                at += 8
            }
            // The last word overlaps what was seen already, which is cheaper than up to seven single bytes.
            return hasSpecial(count - 8) ? firstSpecial(from: at) : count
        }
        return firstSpecial(from: at)
    }

    private func firstSpecial(from start: Int) -> Int {
        var at = start
        while at < count, self[at].isPlain { at += 1 }
        return at
    }

    /// Whether any of the eight bytes from `at` needs an escape, all eight in one go: the high bit of a byte of each
    /// term is set when that byte is below 0x20, above 0x7f, or equal to `"`, `\` or DEL.
    @inline(__always) private func hasSpecial(_ at: Int) -> Bool {
        let word = bytes.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self)
        let ones: UInt64 = 0x0101_0101_0101_0101
        let below = (word &- ones &* 0x20) & ~word
        let quote = word ^ (ones &* 0x22)
        let backslash = word ^ (ones &* 0x5c)
        let delete = word ^ (ones &* 0x7f)
        let equal = ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash) | ((delete &- ones) & ~delete)
        return (below | equal | word) & (ones &* 0x80) != 0
    }
}

extension UInt8 {
    fileprivate var isPlain: Bool { self &- 0x20 < 0x5f && self != 0x22 && self != 0x5c }
}

extension ByteBuffer {
    /// The inside of a quoted string, for either format.
    mutating func append(escaping bytes: Span<UInt8>, as format: LogFormat) {
        let plain = bytes.plainPrefix()
        if plain == bytes.count { return append(bytes) }
        var at = 0
        var end = plain
        while true {
            append(bytes.extracting(at..<end))
            at = end
            guard at < bytes.count else { return }
            switch format {
            case .text:
                append(textEscapeOf: bytes[at])
                at += 1
            case .json: at += append(jsonEscapeAt: at, of: bytes)
            }
            end = bytes.plainPrefix(from: at)
        }
    }

    private mutating func append(textEscapeOf byte: UInt8) {
        if appendShortEscape(of: byte) { return }
        append("\\x")
        append(hex: UInt64(byte), width: 2)
    }

    /// Escapes what begins at `at` and says how many bytes that was. Well-formed UTF-8 passes, but not what a reader
    /// may take for a line end or a terminal for a command; each byte that is not UTF-8 becomes U+FFFD.
    private mutating func append(jsonEscapeAt at: Int, of bytes: Span<UInt8>) -> Int {
        let byte = bytes[at]
        if byte < 0x80 {
            if !appendShortEscape(of: byte) {
                append("\\u")
                append(hex: UInt64(byte), width: 4)
            }
            return 1
        }
        let (scalar, length) = bytes.scalar(at: at)
        if length == 0 {
            append("\\ufffd")
            return 1
        }
        if scalar < 0xa0 || scalar == 0x2028 || scalar == 0x2029 {
            append("\\u")
            append(hex: UInt64(scalar), width: 4)
        } else {
            append(bytes.extracting(at..<at + length))
        }
        return length
    }

    private mutating func appendShortEscape(of byte: UInt8) -> Bool {
        switch byte {
        case 0x22: append("\\\"")
        case 0x5c: append("\\\\")
        case 0x0a: append("\\n")
        case 0x0d: append("\\r")
        case 0x09: append("\\t")
        default: return false
        }
        return true
    }
}

extension Span where Element == UInt8 {
    /// The scalar whose UTF-8 begins at `at` with a byte of 0x80 or more, and its length; length 0 when it is not
    /// well-formed (RFC 3629: no overlong form, no surrogate, nothing above U+10FFFF).
    fileprivate func scalar(at: Int) -> (value: UInt32, length: Int) {
        let first = self[at]
        let (length, leading, least): (Int, UInt8, UInt32) =
            switch first {
            case 0xc2...0xdf: (2, first & 0x1f, 0x80)
            case 0xe0...0xef: (3, first & 0x0f, 0x800)
            case 0xf0...0xf4: (4, first & 0x07, 0x10000)
            default: (0, 0, 0)
            }
        guard length > 0, at + length <= count else { return (0, 0) }
        var value = UInt32(leading)
        for next in at + 1..<at + length {
            guard self[next] & 0xc0 == 0x80 else { return (0, 0) }
            value = value << 6 | UInt32(self[next] & 0x3f)
        }
        guard value >= least, value <= 0x10ffff, !(0xd800...0xdfff).contains(value) else { return (0, 0) }
        return (value, length)
    }
}
