import Bytes
import Testing

@Suite struct HexDigitsTests {
    private func word(_ text: [UInt8]) -> UInt64 {
        text.span.bytes.unsafeLoadUnaligned(fromByteOffset: 0, as: UInt64.self)
    }

    @Test func writesAndReadsEveryDigitAtEveryPlace() {
        for place in 0..<8 {
            for digit: UInt32 in 0..<16 {
                let number = digit << UInt32(place * 4)
                let unpadded = String(number, radix: 16)
                let text = Array((String(repeating: "0", count: 8 - unpadded.count) + unpadded).utf8)
                #expect(HexDigits.of(number) == word(text))
                #expect(HexDigits.value(of: word(text)) == number)
            }
        }
    }

    @Test func refusesEveryOtherByteAtEveryPlace() {
        let digits = Set("0123456789abcdef".utf8)
        for place in 0..<8 {
            for byte in UInt8.min...UInt8.max {
                var text = Array("0a9f5c7e".utf8)
                text[place] = byte
                if (HexDigits.value(of: word(text)) != nil) != digits.contains(byte) { Issue.record("\(byte) at \(place)") }
            }
        }
    }

    @Test func agreesWithTheLibrary() {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("HexDigitsTests.agreesWithTheLibrary seed \(seed)")
        var random = SeededRandom(seed: seed)
        for _ in 0..<10_000 {
            let number = UInt32.random(in: 0...UInt32.max, using: &random) >> UInt32.random(in: 0..<32, using: &random)
            let unpadded = String(number, radix: 16)
            let text = Array((String(repeating: "0", count: 8 - unpadded.count) + unpadded).utf8)
            #expect(HexDigits.of(number) == word(text), "seed \(seed)")
            #expect(HexDigits.value(of: word(text)) == number, "seed \(seed)")
        }
    }
}
