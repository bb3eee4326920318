/// Which bytes may stand where, as bit sets of the 128 ASCII characters (RFC 9110 section 5.6, RFC 3986 section 3.2.2).
struct ByteSet {
    let low: UInt64
    let high: UInt64

    init(_ characters: StaticString) {
        var low: UInt64 = 0
        var high: UInt64 = 0
        for at in 0..<characters.utf8CodeUnitCount {
            let byte = characters.utf8Start[at]
            if byte < 64 { low |= 1 << UInt64(byte) } else { high |= 1 << UInt64(byte & 63) }
        }
        self.low = low
        self.high = high
    }

    @inline(__always)
    init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }

    @inline(__always)
    func contains(_ byte: UInt8) -> Bool {
        let word = byte & 64 == 0 ? low : high
        return byte < 128 && word >> UInt64(byte & 63) & 1 != 0
    }

    // Written as numbers so that they are constants in the code; the tests derive them again from their characters.

    static var lettersDigitsHyphen: ByteSet { ByteSet(low: 0x03ff_2000_0000_0000, high: 0x07ff_fffe_07ff_fffe) }
    /// tchar: the characters of a token.
    static var token: ByteSet { ByteSet(low: 0x03ff_6cfa_0000_0000, high: 0x57ff_ffff_c7ff_fffe) }
    /// reg-name but for `%`, which needs two hexadecimal digits behind it, and `,`, which would be two hosts in one.
    static var registeredName: ByteSet { ByteSet(low: 0x2bff_6fd2_0000_0000, high: 0x47ff_fffe_87ff_fffe) }
}

extension UInt8 {
    @inline(__always) var isLetterDigitOrHyphen: Bool { ByteSet.lettersDigitsHyphen.contains(self) }
    @inline(__always) var isToken: Bool { ByteSet.token.contains(self) }
    @inline(__always) var isDigit: Bool { self &- 48 < 10 }
    @inline(__always) var isBlank: Bool { self == .space || self == .tab }
    @inline(__always) var isControl: Bool { self < 32 || self == 127 }

    /// The value of a hexadecimal digit.
    @inline(__always) var hexDigit: UInt8? {
        if isDigit { return self &- 48 }
        let letter = (self | 0x20) &- 97
        return letter < 6 ? letter &+ 10 : nil
    }

    static var tab: UInt8 { 9 }
    static var lineFeed: UInt8 { 10 }
    static var carriageReturn: UInt8 { 13 }
    static var space: UInt8 { 32 }
    static var colon: UInt8 { 58 }
}
