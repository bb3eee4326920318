import Testing

@testable import WaitingRoom

@Suite struct ExportCommandTests {
    private func problem(_ words: String...) -> String {
        do throws(UsageProblem) {
            return "none: \(try ExportCommand(words))"
        } catch { return error.description }
    }

    @Test func wordsAreUnderstood() throws {
        var making = ExportCommand.Making()
        making.configFile = "config.toml"
        making.room = "main"
        making.format = .json
        making.reveals = true
        making.ledgers = ["a", "b"]
        let words = ["a", "--config", "config.toml", "--room=main", "--format", "json", "b", "--reveal"]
        #expect(try ExportCommand(words) == .make(making))
        #expect(
            try ExportCommand(["check", "x.csv", "--ticket", "one", "--ticket=two"])
                == .check(file: "x.csv", tickets: ["one", "two"]))
    }

    @Test func whatIsWrongIsSaid() {
        #expect(problem("--room", "main").contains("export of what?"))
        #expect(problem("--config").contains("--config needs a value"))
        #expect(problem("--config", "x", "--format", "xml").contains("csv or json, not \"xml\""))
        #expect(problem("--format=json", "--loud").contains("there are --config, --room, --format, --out, --reveal"))
        #expect(problem("check").contains("needs a file"))
        #expect(problem("check", "a", "b").contains("one word too many"))
        #expect(problem("check", "a", "--room", "b").contains("is no flag of export check; there are --ticket"))
    }
}
