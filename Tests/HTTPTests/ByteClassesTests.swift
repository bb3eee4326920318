import Testing

@testable import HTTP

@Suite struct ByteClassesTests {
    @Test func setsHoldTheirCharacters() {
        let alphanumeric = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
        let sets: [(ByteSet, String)] = [
            (.lettersDigitsHyphen, alphanumeric + "-"), (.token, alphanumeric + "!#$%&'*+-.^_`|~"),
            (.registeredName, alphanumeric + "-._~!$&'()*+;="),
        ]
        for (set, characters) in sets {
            for byte in UInt8.min ... .max {
                #expect(set.contains(byte) == characters.utf8.contains(byte), "\(byte) of \(characters)")
            }
        }
    }

    /// Every byte at every place of a word, and behind the words.
    @Test func wordsFindWhatBytesFind() {
        for byte in UInt8.min ... .max {
            for place in 0..<19 {
                var bytes = [UInt8](repeating: UInt8(ascii: "a"), count: 19)
                bytes[place] = byte
                let span = bytes.span
                #expect(span.firstControl(from: 0) == (byte < 32 || byte == 127 ? place : 19))
                #expect(span.firstControlOrSpace(from: 0) == (byte < 33 || byte == 127 ? place : 19))
                #expect(span.endOfPlainName(from: 0) == (byte.isLetterDigitOrHyphen ? 19 : place))
            }
        }
    }

    @Test func theFirstOfTwoIsFound() {
        var numbers = SeededNumbers(state: 7)
        for _ in 0..<20_000 {
            let bytes = (0..<24).map { _ in UInt8.random(in: .min ... .max, using: &numbers) | 0x20 }
            var changed = bytes
            changed[Int.random(in: 0..<24, using: &numbers)] &= 0x1f
            changed[Int.random(in: 0..<24, using: &numbers)] = 0x7f
            let span = changed.span
            #expect(span.firstControl(from: 0) == changed.firstIndex { $0 < 32 || $0 == 127 })
            #expect(span.firstControlOrSpace(from: 0) == changed.firstIndex { $0 < 33 || $0 == 127 })
            #expect(span.endOfPlainName(from: 0) == changed.firstIndex { !$0.isLetterDigitOrHyphen })
        }
    }
}
