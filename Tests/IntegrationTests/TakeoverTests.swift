import Foundation
import Testing

/// A new process takes the sockets over from the old one.
@Suite struct TakeoverTests {
    /// The `serving` line of another process than this.
    private func newcomer(_ program: RunningProgram) throws -> ProgramLog.Line {
        let old = "\(program.pid)"
        return try program.log.wait("serving") { $0["pid"] != old }
    }

    @Test func noRequestFailsAndTheNewProcessServes() throws {
        let (one, two) = (try ScriptedOrigin.named("one"), try ScriptedOrigin.named("two"))
        defer {
            one.stop()
            two.stop()
        }
        let program = try RunningProgram(ConfigText(upstream: one.port, with: ["reload.watch": false]))
        defer { program.stop() }
        let (port, adminPort) = (try program.port, try program.adminPort)
        let crowd = Crowd(6, asking: port)
        try crowd.wait(for: "one", more: 100)
        // The new process reads the file that is there by then.
        try program.write(ConfigText(upstream: two.port, with: ["reload.watch": false]))
        program.signal(SIGUSR2)
        let line = try newcomer(program)
        #expect(line["listen"] == "127.0.0.1:\(port)" && line["admin"] == "127.0.0.1:\(adminPort)")
        #expect(try program.waitForEnd() == 0)
        try crowd.wait(for: "two", more: 200)
        try crowd.stop()
        #expect(crowd.failures.isEmpty, "\(crowd.failures.prefix(5))")
        #expect(try program.log.wait("takeover.done")["pid"] == line["pid"])
        #expect(try RawConnection(to: adminPort).ask("/healthz").text == "ok\n")
        let successor = try #require(pid_t(line["pid"]))
        kill(successor, SIGTERM)
        try program.log.waitForEnd()
        #expect(program.log.all("ended").count == 2)
    }

    @Test func whatIsInFlightIsFinishedByTheOldProcess() throws {
        let slow = try DrainTests.SlowAnswer()
        defer { slow.origin.stop() }
        let program = try RunningProgram(ConfigText(upstream: slow.origin.port))
        defer { program.stop() }
        let client = try DrainTests.waiting(program)
        program.signal(SIGUSR2)
        try program.log.wait("takeover.done")
        #expect(try program.ask("/new").status == 200)
        #expect(!program.hasEnded)
        slow.finish()
        #expect(try client.receive(exactly: 8) == Array("slowness".utf8))
        #expect(try program.waitForEnd() == 0)
        #expect(try program.ask("/new").status == 200)
    }

    @Test func severalTakeoversInARow() throws {
        let origin = try ScriptedOrigin.named("one")
        defer { origin.stop() }
        let program = try RunningProgram(ConfigText(upstream: origin.port))
        defer { program.stop() }
        let crowd = Crowd(2, asking: try program.port)
        var pid = program.pid
        for _ in 0..<4 {
            try crowd.wait(for: "one", more: 20)
            let known = program.log.count
            kill(pid, SIGUSR2)
            let line = try program.log.wait("serving", from: known)
            pid = try #require(pid_t(line["pid"]))
            // Only then does the old one take no more signals of this kind.
            try program.log.wait("ended", from: known)
        }
        try crowd.stop()
        #expect(crowd.failures.isEmpty, "\(crowd.failures.prefix(5))")
        #expect(Set(program.log.all("serving").map { $0["pid"] }).count == 5)
    }

    @Test func oneWithAnInvalidConfigurationKeepsTheOldProcessServing() throws {
        let origin = try ScriptedOrigin.named("one")
        defer { origin.stop() }
        let program = try RunningProgram(ConfigText(upstream: origin.port, with: ["reload.watch": false]))
        defer { program.stop() }
        let crowd = Crowd(2, asking: try program.port)
        try program.write(ConfigText(upstream: origin.port, with: ["server.head_timeout": 5]))
        program.signal(SIGUSR2)
        try program.log.wait("takeover.failed")
        try crowd.wait(for: "one", more: 50)
        // And again, when it has been mended.
        try program.write(ConfigText(upstream: origin.port, with: ["reload.watch": false]))
        program.signal(SIGUSR2)
        _ = try newcomer(program)
        #expect(try program.waitForEnd() == 0)
        try crowd.wait(for: "one", more: 50)
        try crowd.stop()
        #expect(crowd.failures.isEmpty, "\(crowd.failures.prefix(5))")
    }

    @Test func oneWhoseProgramIsGoneKeepsTheOldProcessServing() throws {
        let origin = try ScriptedOrigin.named("one")
        defer { origin.stop() }
        let program = try RunningProgram(ConfigText(upstream: origin.port))
        defer { program.stop() }
        try FileManager.default.removeItem(atPath: program.folder.path("waitingroom"))
        program.signal(SIGUSR2)
        #expect(try program.log.wait("takeover.failed")["reason"].contains("No such file"))
        #expect(try program.ask("/").text == "one")
    }

    @Test func oneThatEndsWhileItsOwnChildLivesIsForgotten() throws {
        // The child of the child still has the pipe on which readiness is said; its end comes after the takeover is over.
        let origin = try ScriptedOrigin.named("one")
        defer { origin.stop() }
        let program = try RunningProgram(ConfigText(upstream: origin.port))
        defer { program.stop() }
        let link = program.folder.path("waitingroom")
        let fifo = program.folder.path("fifo")
        #expect(mkfifo(fifo, 0o600) == 0)
        try FileManager.default.removeItem(atPath: link)
        try program.folder.write("waitingroom", "#!/bin/sh\ncat \(fifo) &\nexit 7\n")
        chmod(link, 0o700)
        program.signal(SIGUSR2)
        #expect(try program.log.wait("takeover.failed")["reason"] == "it ended with status 7")
        #expect(try program.ask("/").text == "one")
        // Ends the grandchild, and with it the pipe.
        let writer = open(fifo, O_WRONLY)
        close(writer)
        for _ in 0..<50 { #expect(try program.ask("/").text == "one") }
        #expect(!program.hasEnded)
        let known = program.log.count
        program.signal(SIGUSR2)
        #expect(try program.log.wait("takeover.failed", from: known)["reason"] == "it ended with status 7")
        close(open(fifo, O_WRONLY))
        program.signal(SIGTERM)
        #expect(try program.waitForEnd() == 0)
    }
}
