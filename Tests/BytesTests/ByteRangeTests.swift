import Bytes
import Testing

@Suite struct ByteRangeTests {
    @Test func saysWhereBytesLie() {
        let range = ByteRange(start: 3, count: 4)
        #expect(range.range == 3..<7)
        #expect(range.isEmpty == false)
        #expect(ByteRange.empty.isEmpty == true)
        #expect(ByteRange.empty.range == 0..<0)
        let bytes = [UInt8]("0123456789".utf8)
        #expect(bytes.span[range].string == "3456")
        #expect(bytes.span[ByteRange(start: 10, count: 0)].string == "")
        #expect(bytes.span[ByteRange(start: 0, count: 10)].array == bytes)
    }

    @Test func comparesWithLiterals() {
        let bytes = [UInt8]("Content-Length".utf8)
        #expect(bytes.span.equals("Content-Length") == true)
        #expect(bytes.span.equals("content-length") == false)
        #expect(bytes.span.equals("Content-Lengt") == false)
        #expect(bytes.span.equals("Content-Lengthx") == false)
        #expect(bytes.span.equalsIgnoringCase("content-length") == true)
        #expect(bytes.span.equalsIgnoringCase("content_length") == false)
        #expect(bytes.span.equalsIgnoringCase("content-lengt") == false)
        #expect(Span<UInt8>().equals("") == true)
        #expect([UInt8]("x".utf8).span.equals("x") == true)
    }

    /// Only letters have a case: `@` and `` ` `` or `[` and `{` differ by the same bit and are not the same.
    @Test func lowersLettersOnly() {
        for byte in UInt8.min...UInt8.max {
            let isUpper = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
            #expect(byte.asciiLowercased == (isUpper ? byte + 32 : byte))
        }
    }

    @Test func comparesSpans() {
        let bytes: [UInt8] = [1, 2, 3, 1, 2, 3, 1, 2]
        #expect(bytes.span.extracting(0..<3).equals(bytes.span.extracting(3..<6)) == true)
        #expect(bytes.span.extracting(0..<3).equals(bytes.span.extracting(1..<4)) == false)
        #expect(bytes.span.extracting(0..<3).equals(bytes.span.extracting(6..<8)) == false)
        #expect(Span<UInt8>().equals(bytes.span.extracting(0..<0)) == true)
    }

    @Test func copiesOut() {
        let bytes: [UInt8] = [0x61, 0xff, 0x62]
        #expect(bytes.span.array == bytes)
        #expect(bytes.span.string == "a\u{fffd}b")
        let literal: StaticString = "literal"
        #expect(literal.bytes.string == "literal")
        #expect(StaticString("").bytes.isEmpty == true)
    }
}
