import Foundation
import TestSupport
import Testing

/// Rooms from a shell.
@Suite struct RoomCommandLineTests {
    private let program: RunningProgram

    init() throws {
        let folder = try TemporaryFolder()
        program = try RunningProgram(
            .room(upstream: 9, in: folder, with: ["room.rate": "1/h", "room.burst": 1, "room.max_active": "off"]),
            folder: folder)
        _ = try program.log.wait("serving")
    }

    private func run(_ words: String..., token: String? = nil) throws -> FinishedProgram {
        let file = token ?? program.folder.path("state/admin-token")
        let place = ["--admin", "http://127.0.0.1:\(try program.adminPort)", "--token-file", file]
        return try Tool.run([RunningProgram.executable] + words + place)
    }

    @Test func aRoomIsSeenAndChanged() throws {
        defer { program.stop() }
        for _ in 0..<3 { _ = try program.enter() }
        try eventually("two wait") { try run("room", "main", "status").output.contains("waiting   2\n") }
        let rooms = try run("rooms")
        #expect(rooms.exitCode == 0 && rooms.output.hasPrefix("ROOM") && rooms.output.contains("main"))
        let set = try run("room", "main", "set", "rate=200", "burst=50")
        #expect(set.exitCode == 0 && set.output.contains("rate: 200/s (configured 1/h)"), "\(set.errors)")
        let status = try run("room", "main", "status")
        #expect(status.output.contains("live      rate 200/s (configured 1/h, by operator from 127.0.0.1 at "))
        try eventually("all are in") { try run("room", "main", "status").output.contains("waiting   0\n") }
        let back = try run("room", "main", "set", "rate=", "burst=")
        #expect(back.exitCode == 0 && back.output == "rate: as configured\nburst: as configured\n")
        for (word, state) in [("pause", "paused"), ("open", "open"), ("close", "closed"), ("queue", "queue")] {
            #expect(try run("room", "main", word).exitCode == 0)
            #expect(try run("room", "main", "status").output.hasPrefix("main: \(state)"))
        }
        #expect(try run("room", "main", "message", "Back at noon").exitCode == 0)
        let json = try run("room", "main", "status", "--json")
        #expect(json.output.contains("\"message\":{\"value\":\"Back at noon\""))
    }

    @Test func aTicketIsFollowedAndRevoked() throws {
        defer { program.stop() }
        _ = try program.enter()
        let ticket = try #require(try program.enter())
        let before = try run("room", "main", "ticket", ticket)
        #expect(before.exitCode == 0 && before.output.contains("joined: ") && before.output.contains("now: state waiting"))
        #expect(try run("room", "main", "revoke", ticket, "--for", "5m").output.contains("for 5m"))
        #expect(try run("room", "main", "ticket", ticket).output.contains("revoked: an operator"))
    }

    @Test func whatWasRefusedOrNotReachedIsOneAndWhatIsWrongIsTwo() throws {
        defer { program.stop() }
        let unknown = try run("room", "other", "status")
        #expect(unknown.exitCode == 1 && unknown.errors.contains("there is no room \"other\"; there are main"))
        #expect(try run("room", "main", "set", "rate=fast").exitCode == 1)
        let usage = try run("room", "main", "explode")
        #expect(usage.exitCode == 2 && usage.errors.contains("is nothing that can be done"))
        let file = try program.folder.write("wrong", "this-is-a-wrong-token\n")
        #expect(try run("room", "main", "status", token: file).exitCode == 1)
        let nowhere = try run("room", "main", "status", token: program.folder.path("nowhere"))
        #expect(nowhere.exitCode == 1 && nowhere.errors.contains("--token-file"))
        program.stop()
        let gone = try Tool.run(
            [RunningProgram.executable, "room", "main", "status", "--admin", "http://127.0.0.1:\(try program.adminPort)"]
                + ["--token-file", file])
        #expect(gone.exitCode == 1 && gone.errors.contains("is the program running"))
    }

    @Test func theConfigurationSaysWhereTheProgramIs() throws {
        let folder = try TemporaryFolder()
        defer { program.stop() }
        try folder.write("token", program.folder.read("state/admin-token"))
        let config = """
            [server]
            state_dir = "\(folder.path("state"))"
            [upstream]
            servers = "http://127.0.0.1:9"
            [admin]
            listen = "127.0.0.1:\(try program.adminPort)"
            token_file = "\(folder.path("token"))"

            """
        let file = try folder.write("config.toml", config)
        let tool = try Tool.run([RunningProgram.executable, "room", "main", "status", "--config", file])
        #expect(tool.exitCode == 0 && tool.output.hasPrefix("main: "), "\(tool.errors)")
    }

    @Test func watchingSaysItAgainAndAgain() throws {
        defer { program.stop() }
        let pipe = Pipe()
        let command = [RunningProgram.executable, "room", "main", "status", "--watch"]
        let place = [
            "--admin", "http://127.0.0.1:\(try program.adminPort)", "--token-file", program.folder.path("state/admin-token"),
        ]
        let watcher = try SpawnedProgram(command + place, output: pipe.fileHandleForWriting)
        try? pipe.fileHandleForWriting.close()
        defer { watcher.signal(SIGKILL) }
        var said = ""
        while said.components(separatedBy: "main: auto").count < 3 {
            let data = pipe.fileHandleForReading.availableData
            try #require(!data.isEmpty)
            said += String(decoding: data, as: UTF8.self)
        }
    }

    @Test func completionIsReadByItsShell() throws {
        defer { program.stop() }
        let script = try Tool.succeed([RunningProgram.executable, "completion", "bash"])
        let asked =
            script + "\nCOMP_WORDS=(waitingroom room main pa); COMP_CWORD=3; _waitingroom; echo \"${COMPREPLY[@]}\"\n"
        #expect(try Tool.succeed(["bash"], input: asked) == "pause\n")
    }
}
