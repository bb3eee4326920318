import Loop
import TestSupport
import Testing

@testable import Postgres

/// A pool through good and bad times of its server.
@Suite struct PoolTests {
    private static let second: UInt64 = 1_000_000_000

    private func pooled(_ limits: PostgresLimits = PostgresLimits()) throws -> Client {
        let server = try PostgresServer.shared()
        let client = try Client()
        try client.pool(to: server.url(try server.makeDatabase()), limits)
        return client
    }

    /// All connections are there and have nothing to do.
    private func waitUntilIdle(_ client: Client, butOne: Bool = false) throws {
        try client.wait { _, tenant in
            let slots = tenant.pool?.slots ?? []
            return slots.allSatisfy { $0.isReady } && slots.count { $0.load > 0 } == (butOne ? 1 : 0)
        }
    }

    @Test func questionsAskedBeforeThereIsAConnectionWait() throws {
        let client = try pooled()
        #expect(try client.one("SELECT 1") as Int32 == 1)
        #expect(try client.run { _, tenant in tenant.pool?.serverVersion ?? 0 } >= 150_000)
        #expect(client.events == ["up"])
        try client.wait { _, tenant in tenant.pool?.connectionsReady == 4 }
    }

    @Test func theLeastBusyConnectionIsAsked() throws {
        let client = try pooled()
        try waitUntilIdle(client)
        let processes: [Int32] = try client.wait { loop, tenant, give in
            let told = Told(expected: 4) { give($0.compactMap { Int32($0) }) }
            for _ in 0..<4 {
                tenant.pool?.query(PostgresStatement("SELECT pg_backend_pid()"), deadline: loop.now + Self.second) {
                    told.add((try? $0.get()[0].get(0, as: Int32.self)).map { "\($0)" } ?? "")
                }
            }
        }
        #expect(Set(processes).count == 4)
    }

    @Test func itComesBackAfterARestart() throws {
        let server = try PostgresServer()
        let client = try Client(isTimeReal: true)
        var limits = PostgresLimits()
        limits.backoffFirst = 10_000_000
        limits.backoffMax = 50_000_000
        try client.pool(to: server.url("postgres"), limits)
        let statement = PostgresStatement("SELECT 1 AS again")
        for round in 0..<2 {
            #expect(try client.outcome(statement, after: 20) { $0.count }.get() == 1)
            if round == 0 { try server.stop() } else { try server.killHard() }
            try client.wait { _, tenant in
                if case .down = tenant.pool?.state { return true }
                return false
            }
            // At once, without a wait for the deadline.
            let fault = try client.outcome(statement, after: 1_000_000) { $0.count }.failure
            #expect(fault?.connectFault?.isTransient == true && fault?.isRetrySafe == true)
            try server.start()
            try client.wait { _, tenant in tenant.pool?.state == .up }
            #expect(try client.outcome(statement, after: 20) { $0.count }.get() == 1)
        }
        try client.wait { _, tenant in tenant.pool?.connectionsReady == 4 }
        // Another reason to be down is told as well.
        let states = client.events.filter { $0 != "connecting" }
        let changes = zip([""] + states, states).filter { $0 != $1 }.map(\.1)
        #expect(changes == ["up", "down", "up", "down", "up"])
    }

    @Test func oneLostConnectionIsMadeAgain() throws {
        let client = try pooled()
        try client.wait { _, tenant in tenant.pool?.connectionsReady == 4 }
        let server = try PostgresServer.shared()
        let process: Int32 = try client.one("SELECT pg_backend_pid()")
        try server.execute("select pg_terminate_backend(\(process))")
        try client.wait { _, tenant in tenant.pool?.connectionsReady == 3 }
        #expect(try client.one("SELECT 1") as Int32 == 1)
        try client.advance(seconds: 0.2)
        try client.wait { _, tenant in tenant.pool?.connectionsReady == 4 }
        #expect(client.events == ["up"])
    }

    /// What was not sent goes to another connection by itself.
    @Test func whatWasNotSentIsSentElsewhere() throws {
        var limits = PostgresLimits()
        limits.connectionsMax = 2
        limits.pipelineMax = 1
        let client = try pooled(limits)
        try waitUntilIdle(client)
        try client.run { loop, tenant in
            // Two that sleep, one on each connection, and two behind them, of which one has a long patience for sure.
            for (name, seconds) in [("a", 5), ("b", 10), ("c", 900), ("d", 900)] as [(String, UInt64)] {
                let sql = seconds < 900 ? "SELECT pg_sleep(3600)" : "SELECT 1"
                tenant.pool?.query(PostgresStatement(sql), deadline: loop.now + seconds * Self.second) {
                    client.note("\(name) \($0.failure?.isOutcomeUnknown == true ? "unknown" : "\($0.failure == nil)")")
                }
            }
        }
        try client.advance(seconds: 5.1)
        #expect(client.events == ["up", "a unknown"])
        try client.advance(seconds: 0.2)
        try waitUntilIdle(client, butOne: true)
        try client.advance(seconds: 5.1)
        try client.wait { _, _ in client.events.count == 5 }
        #expect(client.events[2] == "b unknown" && client.events[3...].sorted() == ["c true", "d true"])
    }

    @Test func questionsThatWaitHaveTheirDeadlines() throws {
        let origin = try TestOrigin(.listening)
        let client = try Client()
        try client.pool(to: "postgres://u@127.0.0.1:\(origin.endpoint.port)/d")
        try client.run { loop, tenant in
            tenant.pool?.query(PostgresStatement("SELECT 1"), deadline: loop.now + Self.second) {
                client.note("\($0.failure.map { "\($0)" } ?? "well")")
            }
            tenant.pool?.transaction(deadline: loop.now + 2 * Self.second) { _ in
                client.note("begun")
            } then: {
                client.note("\($0.failure.map { "\($0)" } ?? "well")")
            }
        }
        try client.advance(seconds: 1.1)
        #expect(client.events == ["not sent: the deadline passed"])
        try client.advance(seconds: 1)
        #expect(client.events == ["not sent: the deadline passed", "not sent: the deadline passed"])
        try client.advance(seconds: 3)
        #expect(client.events.last == "down")
    }

    @Test func aClosedPoolSaysSo() throws {
        let client = try pooled()
        try client.run { loop, tenant in
            tenant.pool?.query(PostgresStatement("SELECT 1"), deadline: loop.now + Self.second) {
                client.note("\($0.failure.map { "\($0)" } ?? "well")")
            }
            tenant.pool?.close()
            tenant.pool?.query(PostgresStatement("SELECT 1"), deadline: loop.now + Self.second) {
                client.note("\($0.failure.map { "\($0)" } ?? "well")")
            }
            tenant.pool?.transaction(deadline: loop.now + Self.second) { _ in
                client.note("begun")
            } then: {
                client.note("\($0.failure.map { "\($0)" } ?? "well")")
            }
        }
        try client.wait { _, _ in client.events.count == 3 }
        #expect(client.events == ["not sent: closed", "closed before", "closed before"])
        #expect(try client.run { _, tenant in tenant.pool?.load.calls == 0 })
    }
}
