import Bytes
import Foundation
import Testing

@testable import Telemetry

@Suite struct EscapingTests {
    private func escaped(_ bytes: [UInt8], _ format: LogFormat) -> String {
        var line = ByteBuffer()
        line.append(escaping: bytes.span, as: format)
        return line.span.string
    }

    @Test(arguments: [
        ("plain text, all of it", "plain text, all of it"),
        ("a\nb\rc\td", #"a\nb\rc\td"#),
        (#"say "hi" \o/"#, #"say \"hi\" \\o/"#),
        ("\u{1b}[31mred", #"\x1b[31mred"#),
        ("nul\0", #"nul\x00"#),
        ("é", #"\xc3\xa9"#),
        ("\u{7f}", #"\x7f"#),
        ("", ""),
    ])
    func escapesForText(_ hostile: String, _ safe: String) {
        #expect(escaped(Array(hostile.utf8), .text) == safe)
    }

    @Test(arguments: [
        ([0x61, 0x0a, 0x62], #"a\nb"#),
        ([0x00, 0x1f, 0x7f], #"\u0000\u001f\u007f"#),
        (Array("é€😀".utf8), "é€😀"),
        (Array("\u{85}\u{9f}\u{a0}".utf8), "\\u0085\\u009f\u{a0}"),
        (Array("\u{2028}\u{2029}".utf8), #"\u2028\u2029"#),
        // Cut short, a stray continuation, an overlong slash, a surrogate, beyond the last scalar, never in UTF-8.
        ([0xc3], #"\ufffd"#),
        ([0x80], #"\ufffd"#),
        ([0xc0, 0xaf], #"\ufffd\ufffd"#),
        ([0xed, 0xa0, 0x80], #"\ufffd\ufffd\ufffd"#),
        ([0xf4, 0x90, 0x80, 0x80], #"\ufffd\ufffd\ufffd\ufffd"#),
        ([0xff, 0x41, 0xfe], #"\ufffdA\ufffd"#),
        ([0xe2, 0x82, 0x22], #"\ufffd\ufffd\""#),
    ])
    func escapesForJSON(_ hostile: [UInt8], _ safe: String) {
        #expect(escaped(hostile, .json) == safe)
    }

    /// The eight-at-a-time search against the obvious one: every byte value at every place of short and long values.
    @Test func findsTheFirstByteToEscapeWhereverItIs() {
        for length in 0...27 {
            for place in 0..<max(length, 1) {
                for byte in UInt8.min...UInt8.max {
                    var bytes = [UInt8](repeating: UInt8(ascii: "a"), count: length)
                    if length > 0 { bytes[place] = byte }
                    let judged = bytes.firstIndex { $0 < 0x20 || $0 > 0x7e || $0 == 0x22 || $0 == 0x5c } ?? length
                    if bytes.span.plainPrefix() != judged {
                        Issue.record("length \(length), place \(place), byte \(byte): not \(judged)")
                    }
                }
            }
        }
    }

    @Test func nothingHostileGetsThrough() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("EscapingTests.nothingHostileGetsThrough seed \(seed)")
        var random = SeededRandom(seed: seed)
        for turn in 0..<5_000 {
            let bytes = (0..<Int.random(in: 0...60, using: &random)).map { _ in
                turn % 2 == 0 ? UInt8.random(in: 0...255, using: &random) : UInt8.random(in: 0x18...0x7f, using: &random)
            }
            let text = escaped(bytes, .text)
            #expect(text.utf8.allSatisfy { (0x20...0x7e).contains($0) }, "seed \(seed)")
            let json = escaped(bytes, .json)
            #expect(!json.utf8.contains { $0 < 0x20 }, "seed \(seed)")
            let parsed = try object("{\"value\":\"\(json)\"}")["value"] as? String
            if String(validating: bytes, as: UTF8.self) != nil {
                #expect(parsed == String(decoding: bytes, as: UTF8.self), "seed \(seed)")
            } else {
                #expect(parsed?.unicodeScalars.contains("\u{fffd}") == true, "seed \(seed)")
            }
        }
    }
}
