import Loop
import Postgres
import TestSupport
import Testing

/// Deadlines, and servers that end, hang or do not let us in. Each hurts a server of its own.
@Suite struct FailureTests {
    private static let second: UInt64 = 1_000_000_000

    // MARK: Deadlines

    @Test func aDeadlineEndsTheConnectionAndTheServersWork() throws {
        let client = try Client.connected()
        let server = try PostgresServer.shared()
        #expect(try client.one("SELECT 1") as Int32 == 1)
        let process = try client.run { _, tenant in tenant.connection?.processID ?? 0 }
        try client.run { loop, tenant in
            let connection = try #require(tenant.connection)
            let note = { (name: String) in
                { (outcome: Result<PostgresRows, PostgresFault>) in
                    client.note("\(name) \(outcome.failure.map { "\($0)" } ?? "well")")
                }
            }
            let due = loop.now + 2 * Self.second
            connection.query(PostgresStatement("SELECT 'in time'"), deadline: due, then: note("first"))
            connection.query(PostgresStatement("SELECT pg_sleep(3600)"), deadline: due, then: note("slow"))
            connection.query(PostgresStatement("SELECT 2"), deadline: due + 60 * Self.second, then: note("behind"))
        }
        try client.wait { _, _ in client.events.count == 1 }
        #expect(client.events == ["first well"])
        try client.advance(seconds: 1.9)
        #expect(client.events.count == 1)
        try client.advance(seconds: 0.2)
        #expect(
            client.events.dropFirst() == [
                "slow sent, and it is unknown whether it happened: the deadline passed",
                "behind sent, and it is unknown whether it happened: the connection was lost: "
                    + "it was closed since another call's deadline passed",
            ])
        #expect(try client.fault("SELECT 1") == .closed)
        // The server has noticed that nobody waits any more: the process goes away.
        let count = "select count(*) from pg_stat_activity where pid = \(process)"
        let begun = Clock.system.monotonic
        while try server.execute(count) != "0" {
            try #require(Clock.system.monotonic - begun < UInt64(patienceSeconds) * Self.second, "it still works")
        }
    }

    @Test func whatWaitsForItsTurnIsSaidNotToBeSent() throws {
        var limits = PostgresLimits()
        limits.pipelineMax = 1
        let client = try Client.connected(limits)
        #expect(try client.one("SELECT 1") as Int32 == 1)
        try client.run { loop, tenant in
            for (name, seconds) in [("slow", 60), ("short", 1), ("long", 60)] as [(String, UInt64)] {
                let sql = name == "slow" ? "SELECT pg_sleep(3600)" : "SELECT 1"
                tenant.connection?.query(PostgresStatement(sql), deadline: loop.now + seconds * Self.second) {
                    client.note("\(name) \($0.failure.map { "\($0)" } ?? "well")")
                }
            }
        }
        try client.advance(seconds: 1.1)
        #expect(client.events == ["short not sent: the deadline passed"])
        try client.advance(seconds: 60)
        #expect(
            client.events.dropFirst() == [
                "long not sent: the deadline passed",
                "slow sent, and it is unknown whether it happened: the deadline passed",
            ])
    }

    /// The clock jumps while the answer lies in the socket: the loop was late, not the server.
    @Test func anAnswerThatCameInTimeCounts() throws {
        let client = try Client.connected()
        let server = try PostgresServer.shared()
        #expect(try client.one("SELECT 1") as Int32 == 1)
        let outcome: String = try client.wait { loop, tenant, give in
            tenant.connection?.query(PostgresStatement("SELECT 1 AS late"), deadline: loop.now + Self.second) {
                give($0.failure.map { "\($0)" } ?? "well")
            }
            tenant.connection?.turnEnded()
            // The loop stands until the server has answered, which it says by being idle.
            let process = tenant.connection?.processID ?? 0
            let idle = "select 1 from pg_stat_activity where pid = \(process) and state = 'idle' and query like '%late%'"
            let begun = Clock.system.monotonic
            while (try? server.execute(idle)) != "1", Clock.system.monotonic - begun < 20 * Self.second {}
            client.clock.advance(by: 5 * Self.second)
        }
        #expect(outcome == "well")
    }

    @Test func aSilentServerIsGivenUp() throws {
        let origin = try TestOrigin(.listening)
        let client = try Client()
        let settings = try PostgresSettings(url: "postgres://u@127.0.0.1:\(origin.endpoint.port)/d")
        try client.run { loop, tenant in
            tenant.connection = PostgresConnection(settings, on: loop)
            tenant.connection?.onStateChange = { client.note("\($0)") }
            tenant.connection?.open()
            tenant.connection?.query(PostgresStatement("SELECT 1"), deadline: loop.now + Self.second) {
                client.note("\($0.failure.map { "\($0)" } ?? "well")")
            }
        }
        try client.advance(seconds: 4.9)
        #expect(client.events.isEmpty)
        try client.advance(seconds: 0.2)
        let words = "cannot connect: no connection to u at 127.0.0.1:\(origin.endpoint.port)/d in 5.0 s"
        #expect(client.events.last == "not sent: \(words)")
    }

    // MARK: Servers that end

    @Test func aServerThatHangsIsLeft() throws {
        let server = try PostgresServer()
        let client = try Client()
        try client.connect(to: server.url("postgres"))
        #expect(try client.one("SELECT 1") as Int32 == 1)
        try server.suspend()
        try client.run { loop, tenant in
            tenant.connection?.query(PostgresStatement("SELECT 1"), deadline: loop.now + Self.second) {
                client.note("\($0.failure.map { "\($0)" } ?? "well")")
            }
        }
        try client.advance(seconds: 1.1)
        #expect(client.events == ["sent, and it is unknown whether it happened: the deadline passed"])
        server.resume()
    }

    @Test func aSilentPeerIsFoundOutWhileIdle() throws {
        let server = try PostgresServer()
        let client = try Client()
        try client.connect(to: server.url("postgres"))
        #expect(try client.one("SELECT 1") as Int32 == 1)
        try client.run { _, tenant in tenant.connection?.onStateChange = { client.note("\($0)") } }
        // Well: it answers the question whether it is there.
        try client.advance(seconds: 61)
        #expect(try client.one("SELECT 1") as Int32 == 1)
        #expect(client.events.isEmpty)
        try server.suspend()
        try client.advance(seconds: 61)
        try client.advance(seconds: 6)
        #expect(client.events.count == 1)
        server.resume()
    }

    @Test func aBackendThatIsEndedLeavesItOpenWhatHappened() throws {
        let client = try Client.connected()
        let server = try PostgresServer.shared()
        let process: Int32 = try client.one("SELECT pg_backend_pid()")
        try client.run { loop, tenant in
            tenant.connection?.query(PostgresStatement("SELECT pg_sleep(3600)"), deadline: loop.now + 9 * Self.second) {
                client.note("\($0.failure.map { "\($0)" } ?? "well")")
            }
        }
        let begun = Clock.system.monotonic
        let sleeping = "select count(*) from pg_stat_activity where pid = \(process) and query like '%pg_sleep%'"
        while try server.execute(sleeping) != "1" { try #require(Clock.system.monotonic - begun < 20 * Self.second) }
        try server.execute("select pg_terminate_backend(\(process))")
        try client.wait { _, _ in !client.events.isEmpty }
        #expect(
            client.events == [
                "sent, and it is unknown whether it happened: the connection was lost: "
                    + "FATAL 57P01: terminating connection due to administrator command"
            ])
    }

    @Test func anIdleConnectionHearsWhyItEnds() throws {
        let client = try Client.connected()
        let server = try PostgresServer.shared()
        let process: Int32 = try client.one("SELECT pg_backend_pid()")
        try client.run { _, tenant in tenant.connection?.onStateChange = { client.note("\($0)") } }
        try server.execute("select pg_terminate_backend(\(process))")
        try client.wait { _, _ in !client.events.isEmpty }
        #expect(
            client.events == [
                "down(the connection was lost: FATAL 57P01: terminating connection due to administrator command)"
            ])
    }

    // MARK: Servers that do not let us in

    @Test func nobodyListens() throws {
        let origin = try TestOrigin(.refusing)
        let client = try Client()
        let state = try client.state(connectingTo: "postgres://u@127.0.0.1:\(origin.endpoint.port)/d")
        guard case .down(.cannotConnect(let fault)) = state else { throw Unexpected("\(state)") }
        #expect(fault.kind == .unreachable && fault.isTransient)
        #expect(fault.words.contains("Connection refused"))
    }

    @Test func aNameWithoutAddress() throws {
        let state = try Client().state(connectingTo: "postgres://u@nowhere.invalid/d")
        guard case .down(.cannotConnect(let fault)) = state else { throw Unexpected("\(state)") }
        #expect(fault.kind == .lookup)
        #expect(fault.description.hasPrefix("nowhere.invalid cannot be resolved"))
    }

    @Test func aNameIsLookedUp() throws {
        let server = try PostgresServer.shared()
        let url = server.url("postgres").replacing("127.0.0.1", with: "localhost")
        #expect(try Client().state(connectingTo: url) == .up)
    }

    @Test func aSocketInAFolder() throws {
        let server = try PostgresServer.shared()
        let url = "postgres://\(PostgresServer.user)@:\(server.port)/postgres?host=\(server.folder)"
        let client = try Client()
        try client.connect(to: url)
        #expect(try client.one("SELECT inet_client_addr() IS NULL") as Bool)
    }

    @Test func aDatabaseThatIsNotThere() throws {
        let server = try PostgresServer.shared()
        let state = try Client().state(connectingTo: server.url("nowhere"))
        guard case .down(.cannotConnect(let fault)) = state else { throw Unexpected("\(state)") }
        #expect(fault.kind == .refused(PostgresCode(rawValue: "3D000")) && !fault.isTransient)
    }

    @Test func passwords() throws {
        var settings = PostgresServer.Settings()
        settings.access = ["host all all 127.0.0.1/32 scram-sha-256"]
        let server = try PostgresServer(settings)
        try server.execute("create role guest login password 'p:a ss/é'")
        let right = server.url("postgres", user: "guest", password: "p%3Aa%20ss%2F%C3%A9")
        #expect(try Client().state(connectingTo: right) == .up)
        for wrong in ["wrong", nil] {
            let state = try Client().state(connectingTo: server.url("postgres", user: "guest", password: wrong))
            guard case .down(.cannotConnect(let fault)) = state else { throw Unexpected("\(state)") }
            #expect(fault.kind == .authentication && !fault.isTransient)
            #expect(fault.description.hasPrefix("the server does not let us in: ") && !fault.description.contains("wrong"))
        }
        let stranger = try Client().state(connectingTo: server.url("postgres", user: "stranger", password: "x"))
        guard case .down(.cannotConnect(let fault)) = stranger else { throw Unexpected("\(stranger)") }
        #expect(fault.kind == .authentication)
    }
}

struct Unexpected: Error {
    let what: String
    init(_ what: String) { self.what = what }
}
