import Foundation
import Glibc
import Loop
import Testing

@testable import TestSupport

/// The server that all the other tests lean on does what it says.
@Suite struct PostgresServerTests {
    @Test func databasesAreApart() throws {
        let server = try PostgresServer.shared()
        let (one, other) = (try server.makeDatabase(), try server.makeDatabase())
        try server.execute("create table only_here (a int); insert into only_here values (1), (2)", in: one)
        #expect(try server.execute("select a from only_here order by a", in: one) == "1\n2")
        #expect(throws: PeerTrouble.self) { try server.execute("select a from only_here", in: other) }
    }

    @Test func aDurableServerKeepsItsDataThroughAKill() throws {
        var settings = PostgresServer.Settings()
        settings.isDurable = true
        let server = try PostgresServer(settings)
        let database = try server.makeDatabase()
        try server.execute("create table kept (a int); insert into kept values (7)", in: database)
        try server.killHard()
        #expect(throws: PeerTrouble.self) { try server.execute("select 1") }
        try server.start()
        #expect(try server.execute("select a from kept", in: database) == "7")
        try server.stop()
        try server.start()
        #expect(try server.execute("select a from kept", in: database) == "7")
    }

    /// Somebody else has its port by then.
    @Test func whatDoesNotComeBackIsNamed() throws {
        let server = try PostgresServer()
        try server.killHard()
        let intruder = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        try #require(LoopbackAddress(server.port).with { bind(intruder, $0, $1) } == 0 && listen(intruder, 1) == 0)
        let trouble = #expect(throws: PeerTrouble.self) { try server.start() }
        #expect("\(try #require(trouble))".contains("was to say \"database system is ready to accept connections\""))
        #expect("\(try #require(trouble))".contains("Address already in use"))
        close(intruder)
        try server.start()
        #expect(try server.execute("select 1") == "1")
    }

    @Test func whoDoesNotEndIsNamed() throws {
        let child = try ChildProcess.start(
            "/bin/sh", arguments: ["-c", "kill -STOP $$"], environment: ["PATH": "/usr/bin:/bin"], descriptors: [])
        let trouble = #expect(throws: PeerTrouble.self) { try waitForEnd(of: child, "a sleeper", secondsMax: 0) }
        #expect("\(try #require(trouble))".contains("in vain for a sleeper to end"))
        kill(child, SIGKILL)
        try waitForEnd(of: child, "a sleeper")
        #expect(kill(child, 0) != 0)
    }

    @Test func itStandsStillAndGoesOn() throws {
        let server = try PostgresServer()
        try server.suspend()
        // Its kernel queue still takes connections; nothing answers.
        let peer = try Peer.connect(to: server.endpoint)
        // The request for TLS, which a server that runs answers with one byte.
        try peer.send([0, 0, 0, 8, 4, 210, 22, 47])
        #expect(peer.isSilent)
        server.resume()
        #expect(try peer.receiveExactly(1) == [UInt8(ascii: "N")])
        #expect(try server.execute("select 1") == "1")
    }

    @Test func nothingStaysBehind() throws {
        let server = try PostgresServer()
        try server.suspend()
        let folder = server.folder
        server.close()
        #expect(access(folder, F_OK) != 0)
        #expect(throws: PeerTrouble.self) { try Peer.connect(to: server.endpoint) }
    }

    /// A test run that is broken off takes everybody of its group along but for the one who cleans up.
    @Test func whoCleansUpIsNotStopped() throws {
        let folder = NSTemporaryDirectory() + "postgres-test-\(getpid())"
        try PostgresPrograms.makeFolder(folder)
        var watchdog: PostgresWatchdog? = try PostgresWatchdog.start(over: folder)
        let process = try #require(watchdog?.process)
        // It says that it is ready by ignoring signals: until then it could still be stopped.
        while try ignoredSignals(of: process) & (1 << UInt64(SIGTERM - 1)) == 0 { sched_yield() }
        for signal in [SIGINT, SIGTERM, SIGHUP] { #expect(kill(process, signal) == 0) }
        watchdog = nil
        #expect(access(folder, F_OK) != 0)
    }

    private func ignoredSignals(of process: pid_t) throws -> UInt64 {
        let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("SigIgn:") })
        return try #require(UInt64(line.dropFirst("SigIgn:".count).filter { !$0.isWhitespace }, radix: 16))
    }
}
