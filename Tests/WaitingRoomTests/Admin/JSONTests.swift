import Testing

@testable import WaitingRoom

@Suite struct JSONTests {
    private func read(_ text: String) -> JSONValue? { JSONReader.read(Array(text.utf8)) }

    @Test(arguments: [
        "null", "true", "false", "0", "-1.5", "[]", "{}", "\"\"", "[1,2,[3]]", "{\"a\":{\"b\":null},\"c\":\"d\"}",
        "\"\\n\\\"\\\\\"", "1.25",
    ])
    func whatIsReadIsWrittenTheSame(_ text: String) { #expect(read(text)?.description == text) }

    @Test func escapesMeanWhatTheySay() {
        #expect(read("\"\\u00e9\\ud83d\\ude00\\/\\t\"") == .text("\u{e9}\u{1f600}/\t"))
        #expect(read(" { \"a\" : 1e3 } ") == ["a": 1000])
    }

    @Test(arguments: [
        "", " ", "nul", "01", "1.", ".5", "+1", "1e", "[1,]", "[1 2]", "{\"a\":1,}", "{a:1}", "{\"a\" 1}", "'a'", "\"a",
        "\"\\x\"",
        "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\n\"", "1 2", "{\"a\":1,\"a\":2}", "NaN", "1e999", "[", "{", "\u{feff}1",
    ])
    func whatIsNoJSONIsRefused(_ text: String) { #expect(read(text) == nil) }

    @Test func depthHasACeiling() {
        let deep = JSONReader.depthMax
        #expect(read(String(repeating: "[", count: deep) + String(repeating: "]", count: deep)) != nil)
        #expect(read(String(repeating: "[", count: deep + 1) + String(repeating: "]", count: deep + 1)) == nil)
        #expect(read(String(repeating: "[", count: 100_000)) == nil)
    }

    @Test func bytesThatAreNoTextAreRefused() { #expect(JSONReader.read([34, 0xff, 34]) == nil) }

    @Test func whatIsNoNumberIsNull() { #expect(JSONValue.number(.infinity).description == "null") }
}
