/// Eight lower-case hexadecimal digits at once, as the eight bytes of a word in the order of memory.
public enum HexDigits {
    private static let ones: UInt64 = 0x0101_0101_0101_0101

    /// The digits of a number, the most significant one first.
    public static func of(_ number: UInt32) -> UInt64 {
        var nibbles = UInt64(number)
        nibbles = (nibbles << 16 | nibbles) & 0x0000_ffff_0000_ffff
        nibbles = (nibbles << 8 | nibbles) & 0x00ff_00ff_00ff_00ff
        nibbles = (nibbles << 4 | nibbles) & 0x0f0f_0f0f_0f0f_0f0f
        return UInt64(bigEndian: text(ofNibbles: nibbles))
    }

    /// The number that eight digits mean; nil when one of them is anything but `0-9` and `a-f`.
    public static func value(of digits: UInt64) -> UInt32? {
        let text = UInt64(bigEndian: digits)
        let letters = text >> 6 & ones
        let nibbles = (text & 0x0f0f_0f0f_0f0f_0f0f) &+ letters &* 9
        // Written back it must be the same, which is so for digits alone.
        guard nibbles & 0xf0f0_f0f0_f0f0_f0f0 == 0, self.text(ofNibbles: nibbles) == text else { return nil }
        var number = nibbles
        number = (number | number >> 4) & 0x00ff_00ff_00ff_00ff
        number = (number | number >> 8) & 0x0000_ffff_0000_ffff
        return UInt32(truncatingIfNeeded: number | number >> 16)
    }

    /// Each byte from 0 to 15 as its digit: 0x30 more, and another 0x27 from ten on.
    private static func text(ofNibbles nibbles: UInt64) -> UInt64 {
        let letters = (nibbles &+ ones &* 6) >> 4 & ones
        return nibbles &+ ones &* 0x30 &+ letters &* 0x27
    }
}
