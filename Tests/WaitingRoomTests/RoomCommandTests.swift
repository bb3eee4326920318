import Testing

@testable import WaitingRoom

@Suite struct RoomCommandTests {
    private func command(_ words: String...) throws(UsageProblem) -> RoomCommand { try RoomCommand(words, isList: false) }

    private func problem(_ words: String...) -> String {
        do throws(UsageProblem) {
            return "none: \(try RoomCommand(words, isList: false))"
        } catch { return error.description }
    }

    @Test func actionsAreUnderstood() throws {
        #expect(try command("main", "status").action == .status(isWatching: false))
        #expect(try command("main", "status", "--watch").action == .status(isWatching: true))
        for (word, state) in ["pause": "paused", "open": "open", "close": "closed", "queue": "queue", "auto": "auto"] {
            #expect(try command("main", word).action == .set([.init(key: "state", value: state)], isTrial: false))
        }
        #expect(
            try command("main", "set", "rate=200", "burst=", "--dry-run").action
                == .set([.init(key: "rate", value: "200"), .init(key: "burst", value: "")], isTrial: true))
        #expect(
            try command("main", "message", "a = b").action == .set([.init(key: "message", value: "a = b")], isTrial: false))
        #expect(try command("main", "revoke", "x").action == .revoke("x", lasting: "1h"))
        #expect(try command("main", "revoke", "x", "--for", "5m").action == .revoke("x", lasting: "5m"))
        #expect(try command("main", "ticket", "x").action == .ticket("x"))
        #expect(try RoomCommand(["--json"], isList: true).action == .list)
    }

    @Test func flagsSayWhereItIs() throws {
        let command = try command("--admin", "http://a:1", "main", "--token-file=t", "status", "--config", "c", "--json")
        #expect(command.admin == "http://a:1" && command.tokenFile == "t" && command.configFile == "c" && command.isJSON)
        #expect(command.room == "main" && command.action == .status(isWatching: false))
    }

    @Test func whatIsWrongSaysWhatIsRight() {
        #expect(problem().contains("which room?"))
        #expect(problem("main").contains("one of: status, set, pause"))
        #expect(problem("main", "stop").contains("\"stop\" is nothing that can be done"))
        #expect(problem("main", "set").contains("rate=200"))
        #expect(problem("main", "set", "speed=1").contains("rate, burst, max_active"))
        #expect(problem("main", "set", "rate=1", "rate=2").contains("given twice"))
        #expect(problem("main", "status", "now").contains("room main status"))
        #expect(problem("main", "pause", "--watch").contains("--watch says nothing here"))
        #expect(problem("main", "status", "--loud").contains("no flag of room"))
        #expect(problem("main", "status", "--admin").contains("needs a value"))
        #expect(problem("../x", "status").contains("cannot be a room's name"))
    }

    @Test func helpTeachesEachCommandOfTheTable() {
        let overview = HelpText.text(nil)
        for entry in CommandTable.all { #expect(overview.contains(entry.name) && overview.contains(entry.summary)) }
        let room = HelpText.text("room")
        for action in CommandTable.actions { #expect(room.contains("\(action.name) ") && room.contains(action.help)) }
        for flag in CommandTable.admin { #expect(room.contains(flag.name)) }
    }

    @Test(arguments: Completion.Shell.allCases) func completionKnowsTheTable(_ shell: Completion.Shell) {
        let script = Completion.script(shell)
        for entry in CommandTable.all { #expect(script.contains(entry.name)) }
        for action in CommandTable.actions { #expect(script.contains(action.name)) }
        for flag in CommandTable.admin {
            #expect(script.contains(shell == .fish ? String(flag.name.dropFirst(2)) : flag.name))
        }
    }

    @Test func roomsAreListedInColumns() throws {
        let text = RoomText.rooms([
            "rooms": [["room": "a", "state": "auto", "waiting": 1200, "active": .null, "rate": "1/s"]]
        ])
        let lines = text.split(separator: "\n")
        #expect(lines.count == 2 && lines[0].hasPrefix("ROOM  STATE  WAITING"))
        #expect(lines[1].split(separator: " ") == ["a", "auto", "1200", "-", "1/s", "-"])
    }
}
