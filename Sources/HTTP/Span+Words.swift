/// Eight bytes at a time. The loads are bounds-checked; a flag is the top bit of the byte it is about, and only the lowest
/// flag is exact (a borrow may disturb those above it), which is all that is asked for.
extension Span where Element == UInt8 {
    @inline(__always)
    func word(at offset: Int) -> UInt64 {
        UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// Fewer than eight bytes as a word, zeros above them.
    @inline(__always)
    func shortWord(at offset: Int, count length: Int) -> UInt64 {
        if offset + 8 <= count { return word(at: offset) & (1 << UInt64(length * 8) &- 1) }
        var word: UInt64 = 0
        for at in 0..<length { word |= UInt64(self[offset + at]) << UInt64(at * 8) }
        return word
    }

    /// Where the first control character (0 to 31, 127) lies from `start` on, or `count`.
    @inline(__always)
    func firstControl(from start: Int) -> Int {
        var at = start
        while at &+ 16 <= count {
            let first = Self.flags(word(at: at), below: 0x20)
            let second = Self.flags(word(at: at &+ 8), below: 0x20)
            if first | second != 0 {
                if first != 0 { return at &+ first.trailingZeroBitCount >> 3 }
                return at &+ 8 &+ second.trailingZeroBitCount >> 3
            }
            at &+= 16
        }
        while at &+ 8 <= count {
            let flags = Self.flags(word(at: at), below: 0x20)
            if flags != 0 { return at &+ flags.trailingZeroBitCount >> 3 }
            at &+= 8
        }
        while at < count, !self[at].isControl { at &+= 1 }
        return at
    }

    /// Where the first byte that cannot be in a target (space and controls) lies from `start` on, or `count`.
    @inline(__always)
    func firstControlOrSpace(from start: Int) -> Int {
        var at = start
        while at &+ 8 <= count {
            let flags = Self.flags(word(at: at), below: 0x21)
            if flags != 0 { return at &+ flags.trailingZeroBitCount >> 3 }
            at &+= 8
        }
        while at < count, self[at] > 32, self[at] != 127 { at &+= 1 }
        return at
    }

    @inline(__always)
    private static func flags(_ word: UInt64, below bound: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let tops: UInt64 = 0x8080_8080_8080_8080
        let delete = word ^ (ones &* 0x7f)
        return ((word &- ones &* bound) & ~word | (delete &- ones) & ~delete) & tops
    }

    /// Where the first byte that is no letter, digit or hyphen lies from `start` on, or `count`.
    @inline(__always)
    func endOfPlainName(from start: Int) -> Int {
        var at = start
        while at &+ 8 <= count {
            let flags = Self.flagsOfOdd(word(at: at))
            if flags != 0 { return at &+ flags.trailingZeroBitCount >> 3 }
            at &+= 8
        }
        while at < count, self[at].isLetterDigitOrHyphen { at &+= 1 }
        return at
    }

    /// Exact for every byte: with the top bits cleared no sum reaches the next byte, and a sum has its top bit set when the
    /// byte is at least the bound that was subtracted from 128.
    @inline(__always)
    private static func flagsOfOdd(_ word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let tops: UInt64 = 0x8080_8080_8080_8080
        let low = word & ~tops
        let small = low | ones &* 0x20
        let isLetter = (small &+ ones &* (128 - 0x61)) & ~(small &+ ones &* (128 - 0x7b))
        let isDigit = (low &+ ones &* (128 - 0x30)) & ~(low &+ ones &* (128 - 0x3a))
        let isHyphen = ~((low ^ ones &* 0x2d) &+ ones &* 127)
        return (~(isLetter | isDigit | isHyphen) | word) & tops
    }

    /// Where a byte lies first in a range.
    @inline(__always)
    public func firstIndex(of byte: UInt8, in range: Range<Int>) -> Int? {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let tops: UInt64 = 0x8080_8080_8080_8080
        var at = range.lowerBound
        while at &+ 8 <= range.upperBound {
            let difference = word(at: at) ^ ones &* UInt64(byte)
            let flags = (difference &- ones) & ~difference & tops
            if flags != 0 { return at &+ flags.trailingZeroBitCount >> 3 }
            at &+= 8
        }
        while at < range.upperBound {
            if self[at] == byte { return at }
            at &+= 1
        }
        return nil
    }

    /// Whether the bytes at `start` are those of a literal in lower case of 8 to 16 letters and hyphens, in any case. They
    /// hold no control characters, which would look like hyphens here.
    @inline(__always)
    func holds(_ lowercased: StaticString, at start: Int) -> Bool {
        let text = UnsafeRawPointer(lowercased.utf8Start)
        let last = lowercased.utf8CodeUnitCount &- 8
        let lowerCase: UInt64 = 0x2020_2020_2020_2020
        return word(at: start) | lowerCase == UInt64(littleEndian: text.loadUnaligned(as: UInt64.self))
            && word(at: start &+ last) | lowerCase
                == UInt64(littleEndian: text.loadUnaligned(fromByteOffset: last, as: UInt64.self))
    }
}
