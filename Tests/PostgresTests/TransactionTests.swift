import Loop
import Postgres
import TestSupport
import Testing

/// Transactions whose next statement depends on the last answer.
@Suite struct TransactionTests {
    private static let second: UInt64 = 1_000_000_000
    private static let far: UInt64 = 1_000_000 * second

    private func pooled(_ limits: PostgresLimits = PostgresLimits()) throws -> Client {
        let server = try PostgresServer.shared()
        let client = try Client()
        try client.pool(to: server.url(try server.makeDatabase()), limits)
        try client.execute("CREATE TABLE account (id int8 PRIMARY KEY, amount int8 NOT NULL CHECK (amount >= 0))")
        try client.execute("INSERT INTO account VALUES (1, 100), (2, 0)")
        return client
    }

    private static let read = PostgresStatement("SELECT amount FROM account WHERE id = $1")
    private static let write = PostgresStatement("UPDATE account SET amount = $2 WHERE id = $1")

    typealias End = Result<PostgresTransaction.End, PostgresFault>

    private func run(
        _ client: Client, isolation: PostgresIsolation = .readCommitted, seconds: UInt64 = 1_000_000,
        _ body: @escaping @Sendable (PostgresTransaction) -> Void
    ) throws -> End {
        try client.wait { loop, tenant, give in
            tenant.pool?.transaction(
                isolation: isolation, deadline: loop.now + seconds * Self.second, body: body, then: { give($0) })
        }
    }

    private func amounts(_ client: Client) throws -> [Int64] {
        try client.one("SELECT array_agg(amount ORDER BY id) FROM account")
    }

    @Test func stepsDependOnAnswers() throws {
        let client = try pooled()
        let end = try run(client, isolation: .serializable) { transaction in
            transaction.query(Self.read, [Int64(1)]) { outcome in
                guard let amount = try? outcome.get()[0].get(0, as: Int64.self) else { return transaction.rollback() }
                transaction.query(Self.write, [Int64(1), amount - 30]) { _ in }
                transaction.query(Self.write, [Int64(2), Int64(30)]) { _ in }
                transaction.commit()
                transaction.query(Self.read, [Int64(1)]) { client.note("\($0.failure.map { "\($0)" } ?? "well")") }
            }
        }
        #expect(end == .success(.committed))
        #expect(try amounts(client) == [70, 30])
        try client.wait { _, _ in client.events.contains("closed before") }
    }

    @Test func whatIsRolledBackHasNotHappened() throws {
        let client = try pooled()
        let wished = try run(client) { transaction in
            transaction.query(Self.write, [Int64(1), Int64(5)]) { _ in transaction.rollback() }
        }
        #expect(wished == .success(.rolledBack))
        let failed = try run(client) { transaction in
            transaction.query(Self.write, [Int64(2), Int64(5)]) { _ in }
            transaction.query(Self.write, [Int64(1), Int64(-1)]) {
                client.note($0.failure?.serverError?.code.rawValue ?? "")
            }
            transaction.query(Self.write, [Int64(1), Int64(7)]) { client.note("\($0.failure.map { "\($0)" } ?? "well")") }
            transaction.commit()
        }
        #expect(failed.failure?.serverError?.code == .checkViolation)
        try client.wait { _, _ in client.events.count == 3 }
        #expect(client.events.dropFirst() == ["23514", "rolled back: closed"])
        #expect(try amounts(client) == [100, 0])
        #expect(try run(client) { $0.commit() } == .success(.committed))
        #expect(try run(client) { $0.rollback() } == .success(.rolledBack))
    }

    @Test func twoThatContradictEachOtherAreNotBothCommitted() throws {
        let client = try pooled()
        // Each reads what the other writes: one must fail, with an error that says "again".
        let ends: [String] = try client.wait { loop, tenant, give in
            let told = Told(expected: 2, give)
            var read = 0
            var goOn: [() -> Void] = []
            for (own, other) in [(1, 2), (2, 1)] as [(Int64, Int64)] {
                tenant.pool?.transaction(isolation: .serializable, deadline: loop.now + Self.far) { transaction in
                    transaction.query(Self.read, [other]) { _ in
                        read += 1
                        goOn.append {
                            transaction.query(Self.write, [own, 50 + own]) { _ in }
                            transaction.commit()
                        }
                        if read == 2 { for next in goOn { next() } }
                    }
                } then: { end in
                    let fault = end.failure
                    told.add(fault.map { "\($0.isSerializationFailure) \($0.isRetrySafe)" } ?? "committed")
                }
            }
        }
        #expect(ends.sorted() == ["committed", "true true"])
    }

    /// Each waits for the row that the other has changed: the server ends one of them.
    @Test func aDeadlockIsWorthAnotherAttempt() throws {
        let client = try pooled()
        let ends: [String] = try client.wait { loop, tenant, give in
            let told = Told(expected: 2, give)
            var goOn: [() -> Void] = []
            for (first, second) in [(1, 2), (2, 1)] as [(Int64, Int64)] {
                tenant.pool?.transaction(deadline: loop.now + Self.far) { transaction in
                    transaction.query(PostgresStatement("SET LOCAL deadlock_timeout = '10ms'")) { _ in }
                    transaction.query(Self.write, [first, Int64(1)]) { _ in
                        goOn.append {
                            transaction.query(Self.write, [second, Int64(2)]) { _ in }
                            transaction.commit()
                        }
                        if goOn.count == 2 { for next in goOn { next() } }
                    }
                } then: { end in
                    told.add(
                        end.failure.map { "\($0.serverError?.code == .deadlockDetected) \($0.isRetrySafe)" } ?? "committed")
                }
            }
        }
        #expect(ends.sorted() == ["committed", "true true"])
    }

    @Test func aDeadlineBetweenStatementsRollsBack() throws {
        let client = try pooled()
        let idle = try client.run { _, tenant in tenant.pool?.connectionsReady }
        let end: End = try client.wait { loop, tenant, give in
            tenant.pool?.transaction(deadline: loop.now + Self.second) { transaction in
                tenant.transaction = transaction
                transaction.query(Self.write, [Int64(1), Int64(5)]) { _ in client.clock.advance(by: 2 * Self.second) }
            } then: {
                give($0)
            }
        }
        #expect(end == .failure(.rolledBack(.deadlinePassed)))
        #expect(end.failure?.isRetrySafe == true)
        #expect(try amounts(client) == [100, 0])
        // The connection is as good as before.
        #expect(try client.run { _, tenant in tenant.pool?.connectionsReady } ?? 0 >= idle ?? 1)
    }

    @Test func aDeadlineDuringAStatementRollsBack() throws {
        let client = try pooled()
        try client.run { loop, tenant in
            tenant.pool?.transaction(deadline: loop.now + Self.second) { transaction in
                transaction.query(Self.write, [Int64(1), Int64(5)]) { _ in
                    client.note("written")
                    transaction.query(PostgresStatement("SELECT pg_sleep(3600)")) {
                        client.note("\($0.failure.map { "\($0)" } ?? "well")")
                    }
                }
            } then: {
                client.note("\($0.failure.map { "\($0)" } ?? "well")")
            }
        }
        try client.wait { _, _ in client.events.contains("written") }
        try client.advance(seconds: 1.1)
        #expect(
            client.events.suffix(2) == ["rolled back: the deadline passed", "rolled back: the deadline passed"])
        #expect(try amounts(client) == [100, 0])
    }

    @Test func aConnectionLostBetweenStatementsRollsBack() throws {
        let client = try pooled()
        let server = try PostgresServer.shared()
        let end: End = try client.wait { loop, tenant, give in
            tenant.pool?.transaction(deadline: loop.now + Self.far) { transaction in
                tenant.transaction = transaction
                transaction.query(PostgresStatement("UPDATE account SET amount = 1 RETURNING pg_backend_pid()")) { outcome in
                    let process = (try? outcome.get()[0].get(0, as: Int32.self)) ?? 0
                    _ = try? server.execute("select pg_terminate_backend(\(process))")
                }
            } then: {
                give($0)
            }
        }
        guard case .failure(.rolledBack(.connectionLost(let words))) = end else { throw Unexpected("\(end)") }
        #expect(words.contains("57P01"))
        #expect(try amounts(client) == [100, 0])
    }

    /// Within a transaction nothing is sent a second time by itself; it is said that it may be.
    @Test func aTableThatChangedIsWorthAnotherAttempt() throws {
        var limits = PostgresLimits()
        limits.connectionsMax = 1
        let client = try pooled(limits)
        let all = PostgresStatement("SELECT * FROM account")
        func attempt() throws -> End {
            try run(client) { transaction in
                transaction.query(all) { _ in }
                transaction.commit()
            }
        }
        #expect(try attempt() == .success(.committed))
        try client.execute("ALTER TABLE account ADD note text")
        let ends = try (0..<5).map { _ in try attempt() }
        for end in ends { #expect(end.failure?.isRetrySafe != false, "\(end)") }
        #expect(ends.contains { $0.failure?.serverError?.code == PostgresCode(rawValue: "0A000") })
        #expect(ends.last == .success(.committed))
    }

    /// The server stands when COMMIT is sent: nobody can know.
    @Test func aCommitWithoutAnswerIsOfUnknownOutcome() throws {
        let server = try PostgresServer()
        let client = try Client()
        try client.pool(to: server.url("postgres"))
        try client.execute("CREATE TABLE t (a int8)")
        try client.run { loop, tenant in
            tenant.pool?.transaction(deadline: loop.now + 5 * Self.second) { transaction in
                transaction.query(PostgresStatement("INSERT INTO t VALUES (1)")) { _ in
                    try? server.suspend()
                    transaction.commit()
                    client.note("asked")
                }
            } then: {
                client.note("\($0.failure.map { "\($0)" } ?? "well")")
            }
        }
        try client.wait { _, _ in client.events.contains("asked") }
        try client.advance(seconds: 5.1)
        #expect(client.events.contains("sent, and it is unknown whether it happened: the deadline passed"))
        server.resume()
    }

    @Test func transactionsWaitForAConnectionWithinBounds() throws {
        var limits = PostgresLimits()
        limits.connectionsMax = 2
        limits.exclusiveMax = 1
        limits.waitersMax = 2
        let client = try pooled(limits)
        try client.wait { _, tenant in tenant.pool?.connectionsReady == 2 }
        try client.run { loop, tenant in
            for number in 1...3 {
                tenant.pool?.transaction(deadline: loop.now + UInt64(number) * 10 * Self.second) { transaction in
                    client.note("begun \(number)")
                    transaction.query(PostgresStatement("SELECT 1")) { _ in tenant.transaction = transaction }
                } then: {
                    client.note("\(number) \($0.failure.map { "\($0)" } ?? "well")")
                }
            }
        }
        try client.wait { _, tenant in tenant.transaction != nil }
        #expect(
            client.events.dropFirst() == ["begun 1", "3 too much at once: waitersMax is reached"]
                || client.events.dropFirst() == ["3 too much at once: waitersMax is reached", "begun 1"])
        // The other connection is there for everybody.
        #expect(try client.one("SELECT 1") as Int32 == 1)
        try client.run { _, tenant in
            let first = tenant.transaction
            tenant.transaction = nil
            first?.commit()
        }
        try client.wait { _, tenant in tenant.transaction != nil }
        #expect(client.events.contains("1 well") && client.events.last == "begun 2")
        try client.run { _, tenant in tenant.pool?.close() }
        try client.wait { _, _ in client.events.contains("2 rolled back: closed") }
    }
}
