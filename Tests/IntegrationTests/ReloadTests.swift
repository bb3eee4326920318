import Foundation
import Testing

/// New settings while it runs.
@Suite struct ReloadTests {
    enum Way: String, CaseIterable, Sendable {
        case writtenInPlace, renamedOver, renamedOverAndHangup
    }

    @Test(arguments: Way.allCases) func aNewUpstreamTakesEffectWithoutAFailedRequest(_ way: Way) throws {
        let (one, two) = (try ScriptedOrigin.named("one"), try ScriptedOrigin.named("two"))
        defer {
            one.stop()
            two.stop()
        }
        let watch: ConfigText.Value = .raw(way == .renamedOverAndHangup ? "false" : "true")
        let program = try RunningProgram(ConfigText(upstream: one.port, with: ["reload.watch": watch]))
        defer { program.stop() }
        let crowd = Crowd(4, asking: try program.port)
        try crowd.wait(for: "one", more: 50)
        for (round, origin) in [two, one, two].enumerated() {
            let name = origin === two ? "two" : "one"
            let from = program.log.count
            let config = ConfigText(upstream: origin.port, with: ["reload.watch": watch])
            switch way {
            case .writtenInPlace: try program.write(config)
            case .renamedOver: try program.folder.replace("config.toml", config.text)
            case .renamedOverAndHangup:
                try program.folder.replace("config.toml", config.text)
                program.signal(SIGHUP)
            }
            let line = try program.log.wait("reload.done", from: from)
            #expect(line["changed"] == "upstream.servers", "round \(round): \(line)")
            try crowd.wait(for: name, more: 50)
        }
        try crowd.stop()
        #expect(crowd.failures.isEmpty)
    }

    @Test func aRequestInFlightIsFinishedByTheOldServer() throws {
        let proceed = Shared(false)
        let slow = try ScriptedOrigin { connection in
            _ = try connection.receiveRequest()
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nslow")
            try proceed.wait(for: "the test", until: \.self)
            try connection.send("ness")
        }
        let quick = try ScriptedOrigin.named("quick")
        defer {
            slow.stop()
            quick.stop()
        }
        let program = try RunningProgram(ConfigText(upstream: slow.port))
        defer { program.stop() }
        let client = try program.connect()
        try client.send("GET / HTTP/1.1\r\nHost: site.test\r\n\r\n")
        let head = try client.receiveHead()
        #expect(head.status == 200)
        try program.write(ConfigText(upstream: quick.port))
        try program.log.wait("reload.done")
        #expect(try program.ask("/").text == "quick")
        proceed.change { $0 = true }
        #expect(try client.receive(exactly: 8) == Array("slowness".utf8))
        #expect(try client.ask("/").text == "quick")
    }

    @Test func aBadFileIsRefusedWholeAndTheOldSettingsStay() throws {
        let (one, two) = (try ScriptedOrigin.named("one"), try ScriptedOrigin.named("two"))
        defer {
            one.stop()
            two.stop()
        }
        let program = try RunningProgram(ConfigText(upstream: one.port))
        defer { program.stop() }
        try program.write(
            ConfigText(
                upstream: two.port, with: ["server.head_timeout": 5, "limits.per_address": "lots", "server.no_such_key": 1]))
        try program.log.wait("reload.kept")
        let reasons = program.log.all("reload.refused").map { $0["reason"] }
        for word in ["head_timeout", "per_address", "no_such_key"] {
            #expect(reasons.contains { $0.contains("config.toml:") && $0.contains(word) }, "\(word) is not in \(reasons)")
        }
        #expect(try program.ask("/").text == "one")
        let from = program.log.count
        try program.write(ConfigText(upstream: two.port))
        try program.log.wait("reload.done", from: from)
        #expect(try program.ask("/").text == "two")
    }

    @Test func aFileThatIsGoneChangesNothing() throws {
        let origin = try ScriptedOrigin.named("one")
        defer { origin.stop() }
        let program = try RunningProgram(ConfigText(upstream: origin.port))
        defer { program.stop() }
        try FileManager.default.removeItem(atPath: program.folder.path("config.toml"))
        program.signal(SIGHUP)
        #expect(try program.log.wait("reload.refused")["reason"].contains("No such file"))
        #expect(try program.ask("/").text == "one")
    }

    @Test func whatNeedsARestartIsNamed() throws {
        let origin = try ScriptedOrigin.named("one")
        defer { origin.stop() }
        let program = try RunningProgram(ConfigText(upstream: origin.port))
        defer { program.stop() }
        try program.write(
            ConfigText(
                upstream: origin.port,
                with: ["server.listen": .text("127.0.0.1:\(try unusedPort())"), "server.loops": 1, "server.fields_max": 16]))
        let line = try program.log.wait("reload.done")
        #expect(line["changed"] == "server.fields_max")
        #expect(line["after_restart"] == "server.listen server.loops")
        let many = (0..<20).map { "X-\($0): y" }
        #expect(try program.ask("/", many).status == 431)
    }

    @Test func nothingChangedIsSaid() throws {
        let program = try RunningProgram(ConfigText(upstream: 9))
        defer { program.stop() }
        program.signal(SIGHUP)
        #expect(try program.log.wait("reload.done")["changed"] == "nothing")
    }

    @Test func manyReloadsAtOnceEndWithTheLastFile() throws {
        let origins = try (0..<5).map { try ScriptedOrigin.named("origin \($0)") }
        defer { for origin in origins { origin.stop() } }
        let program = try RunningProgram(ConfigText(upstream: origins[0].port))
        defer { program.stop() }
        for origin in origins {
            try program.folder.replace("config.toml", ConfigText(upstream: origin.port).text)
            for _ in 0..<20 { program.signal(SIGHUP) }
        }
        try eventually("the last file is in force") { try program.ask("/").text == "origin 4" }
    }

    @Test(arguments: [SIGHUP, SIGUSR1]) func renamedLogsAreOpenedAnew(_ signal: Int32) throws {
        let origin = try ScriptedOrigin.named("one")
        defer { origin.stop() }
        let folder = try TemporaryFolder()
        // The configuration names them relative to its own folder.
        let config = ConfigText(upstream: origin.port, with: ["log.output": "program.log", "log.access": "access.log"])
        let file = try folder.write("config.toml", config.text)
        let program = try RunningProgram(arguments: ["serve", "--config", file], folder: folder)
        defer { program.stop() }
        try eventually("it serves") { folder.read("program.log").contains("\"event\":\"serving\"") }
        let line = ProgramLog.Line(
            String(folder.read("program.log").split(separator: "\n").last { $0.contains("serving") } ?? ""))
        let port = try #require(line["listen"].split(separator: ":").last.flatMap { UInt16($0) })
        #expect(try RawConnection(to: port).ask("/before").status == 200)
        try eventually("the request is logged") { folder.read("access.log").contains("/before") }
        for name in ["program.log", "access.log"] { rename(folder.path(name), folder.path(name + ".1")) }
        program.signal(signal)
        try eventually("it says so in the new file") { folder.read("program.log").contains("logs.reopened") }
        #expect(try RawConnection(to: port).ask("/after").status == 200)
        try eventually("the request is logged") { folder.read("access.log").contains("/after") }
        #expect(!folder.read("access.log").contains("/before") && !folder.read("access.log.1").contains("/after"))
    }
}
