import Testing

@testable import Settings

/// What the C side hands over, and what it refuses to look at.
struct TOMLDocumentTests {
    static func problem(_ bytes: [UInt8]) -> String? {
        do throws(SettingsProblem) {
            _ = try TOMLDocument(bytes, file: "f")
            return nil
        } catch {
            return error.description
        }
    }

    static func problem(_ text: String) -> String? { problem(Array(text.utf8)) }

    @Test func everyTypeWithItsLine() throws {
        let text = """
            s = "a\\u0000b"
            i = -9223372036854775808
            f = inf
            b = true
            d = 1979-05-27
            l = [1,
              [2, 3], {x = 4}]
            t.u = 'v'
            [[a]]
            k = 1
            [[a]]
            k = 2
            """
        let items = try TOMLDocument(Array(text.utf8), file: "f").items
        func line(_ number: Int) -> SettingsProblem.Place { .line(file: "f", line: number) }
        func item(_ name: String, _ value: Item.Value, _ number: Int) -> Item {
            Item(name: name, value: value, place: line(number))
        }
        #expect(items.map(\.name) == ["s", "i", "f", "b", "d", "l", "t", "a"])
        #expect(items[0] == item("s", .string("a\0b"), 1))
        #expect(items[1] == item("i", .integer(.min), 2))
        #expect(items[2] == item("f", .float(.infinity), 3))
        #expect(items[3] == item("b", .boolean(true), 4))
        #expect(items[4] == item("d", .date, 5))
        let inner = Item.Value.list([item("", .integer(2), 7), item("", .integer(3), 7)])
        let braces = Item.Value.table([item("x", .integer(4), 7)], isHeader: false)
        #expect(items[5] == item("l", .list([item("", .integer(1), 6), item("", inner, 7), item("", braces, 7)]), 6))
        guard case .list(let tables) = items[7].value, case .table(let second, _) = tables.last?.value else {
            Issue.record("not a list of tables: \(items[7])")
            return
        }
        #expect(tables.count == 2)
        #expect(second == [item("k", .integer(2), 12)])
    }

    @Test func nestingIsBounded() {
        let deep = { (count: Int) in "a = " + String(repeating: "[", count: count) + String(repeating: "]", count: count) }
        #expect(Self.problem(deep(16)) == nil)
        #expect(Self.problem(deep(17))?.contains("is not TOML: ") == true)
        #expect(Self.problem(deep(500_000))?.contains("is not TOML: ") == true)
        #expect(Self.problem("a = " + String(repeating: "{a=", count: 100_000))?.contains("is not TOML: ") == true)
    }

    @Test func dottedKeysAreBounded() {
        let dotted = { (count: Int) in Array(repeating: "a", count: count).joined(separator: ".") }
        let refused = "is not TOML: more than 16 names in one key"
        #expect(Self.problem("\(dotted(16)) = 1") == nil)
        #expect(Self.problem("x = 1\n\(dotted(17)) = 1")?.hasPrefix("f:2: ") == true)
        #expect(Self.problem("[\(dotted(200_000))]")?.contains(refused) == true)
        #expect(Self.problem("[[\(dotted(17))]]")?.contains(refused) == true)
        #expect(Self.problem("x = { \(dotted(17)) = 1 }")?.contains(refused) == true)
        #expect(
            Self.problem("\(Array(repeating: "\"a.\"", count: 17).joined(separator: " . ")) = 1")?.contains(refused) == true)
        // Dots in text and in comments are nobody's business.
        let dots = String(repeating: ".", count: 100)
        let harmless = [
            "x = \"\(dots)\"", "x = '\(dots)'", "# \(dots)\nx = 1", "x = \"\\\"\(dots)\"", "x = \"\"\"\n\"\(dots)\"\"\"\"\"",
            "x = '''\n\(dots)'''", "\"\(dots)\" = 1",
            "x = [1.5, 2.5, \(Array(repeating: "1.5", count: 40).joined(separator: ", "))]",
        ]
        for text in harmless { #expect(Self.problem(text) == nil, "\(text)") }
        // A quote within another kind of quotes must not hide a key.
        for hidden in [
            "x = \"'\"\n", "x = '\"'\n", "x = '\\'\n", "x = \"\"\"'\"\"\"\n", "# \"\"\"\n", "x = \"\"\n", "x = \"\\\\\"\n",
        ] {
            #expect(Self.problem(hidden + "\(dotted(17)) = 1")?.contains(refused) == true, "\(hidden)")
        }
    }

    @Test func sizeIsBounded() {
        let most = [UInt8](repeating: UInt8(ascii: "\n"), count: Settings.fileBytesMax)
        #expect(Self.problem(most) == nil)
        #expect(Self.problem(most + [10]) == "f: is not TOML: more than 1 MiB of text")
        let many = "a = [" + String(repeating: "[],", count: 300_000) + "]"
        #expect(Self.problem(many) == nil)
    }

    /// Letters where toml++ looks for blanks.
    @Test func lettersOutsideASCII() throws {
        for letter in ["é", "\u{a1}", "\u{a0}", "\u{499}", "\u{1680}", "\u{2003}", "\u{3000}", "\u{ff0e}", "日", "\u{1f600}"]
        {
            #expect(Self.problem("\(letter) = 1") != nil, "\(letter)")
            #expect(Self.problem("a = \(letter)") != nil, "\(letter)")
            let text = "a = \"\"\"x\\\n\(letter)y\"\"\""
            #expect(try TOMLDocument(Array(text.utf8), file: "f").items.first?.text?.last == "y", "\(letter)")
        }
    }

    /// A file full of mistakes is told of a hundred of them, in the time of a hundred.
    @Test func problemsAreBounded() {
        for line in ["a%=1\n", "[a%]\n", "listen=[\"%\"]\n"] {
            var text = "[server]\n"
            for number in 0..<20_000 {
                if line.hasPrefix("listen") { break }
                text += line.split(separator: "%").joined(separator: "\(number)")
            }
            if line.hasPrefix("listen") { text += "listen = [\(String(repeating: "1,\n", count: 20_000))]" }
            let problems = #expect(throws: SettingsProblems.self) { _ = try Settings.load(text: text) }
            #expect((99...101).contains(problems?.list.count ?? 0), "\(line)")
        }
    }

    @Test func whatIsNotUTF8IsRefused() {
        for bytes: [UInt8] in [
            [0xff], [0xc3], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0x61, 0x3d, 0x22, 0xff, 0x22], [0x61, 0x00],
        ] {
            #expect(Self.problem(bytes) != nil, "\(bytes)")
        }
    }

    /// Anything at all leads to items or to a problem. Cuts and changes of a real file reach further than noise.
    @Test func neverCrashes() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = Generator(state: seed)
        let seedText = Array(
            "[a.b]\nc = \"x\\n\"\nd = [1, 2.5, {e = true}]\n[[f]]\n'g' = 1979-05-27T07:32:00Z\n\"\"\"\n'''\n".utf8)
        for _ in 0..<3000 {
            var bytes = seedText
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                let at = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: at)
                default: bytes.insert(seedText[Int.random(in: 0..<seedText.count, using: &random)], at: at)
                }
            }
            if let problem = Self.problem(bytes) { #expect(!problem.isEmpty, "seed \(seed)") }
            _ = try? Settings.load(bytes: bytes)
        }
    }
}
