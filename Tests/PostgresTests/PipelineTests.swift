import Loop
import Postgres
import Synchronization
import TestSupport
import Testing

/// Many questions under way at once, and segments of several.
@Suite struct PipelineTests {
    private static let far: UInt64 = 1_000_000_000_000_000

    @Test func anErrorSpoilsItsOwnQuestionOnly() throws {
        let client = try Client.connected()
        try client.execute("CREATE TABLE t (a int8 UNIQUE)")
        let insert = PostgresStatement("INSERT INTO t VALUES ($1)")
        let told: [String] = try client.wait { loop, tenant, give in
            let told = Told(expected: 6, give)
            for number in [1, 2, 1, 3, 2, 4] as [Int64] {
                tenant.connection?.query(insert, [number], deadline: loop.now + Self.far) { outcome in
                    switch outcome {
                    case .success: told.add("\(number)")
                    case .failure(let fault): told.add(fault.isUniqueViolation ? "\(number) twice" : "\(fault)")
                    }
                }
            }
        }
        #expect(told == ["1", "2", "1 twice", "3", "2 twice", "4"])
        #expect(try client.one("SELECT array_agg(a ORDER BY a) FROM t") as [Int64] == [1, 2, 3, 4])
    }

    /// A statement that cannot be prepared is found out by each that relied on it.
    @Test func aStatementThatCannotBePreparedFailsForAll() throws {
        let client = try Client.connected()
        let wrong = PostgresStatement("SELECT * FROM nowhere")
        let right = PostgresStatement("SELECT 1")
        let told: [String] = try client.wait { loop, tenant, give in
            let told = Told(expected: 5, give)
            for statement in [wrong, right, wrong, wrong, right] {
                tenant.connection?.query(statement, deadline: loop.now + Self.far) { outcome in
                    told.add(outcome.failure?.serverError?.code.rawValue ?? "right")
                }
            }
        }
        #expect(told.sorted() == ["42P01", "42P01", "42P01", "right", "right"])
    }

    @Test func tenThousandQuestions() throws {
        let client = try Client.connected()
        let echo = PostgresStatement("SELECT $1 * 2")
        let sum: Int64 = try client.wait { loop, tenant, give in
            let total = Total(expected: 10_000, give)
            for number in 0..<10_000 as Range<Int64> {
                tenant.connection?.query(echo, [number], deadline: loop.now + Self.far) { outcome in
                    guard case .success(let rows) = outcome, let double = try? rows[0].get(0, as: Int64.self) else {
                        return total.add(-1_000_000_000)
                    }
                    #expect(double == number * 2)
                    total.add(double)
                }
            }
        }
        #expect(sum == 10_000 * 9_999)
    }

    /// More than all buffers between here and there hold, both ways.
    @Test func bigQuestionsAndAnswersDoNotBlockEachOther() throws {
        let client = try Client.connected()
        let echo = PostgresStatement("SELECT $1")
        let given = pattern(1 << 20)
        let same: Int64 = try client.wait { loop, tenant, give in
            let total = Total(expected: 40, give)
            for _ in 0..<40 {
                tenant.connection?.query(echo, [given], deadline: loop.now + Self.far) { outcome in
                    guard case .success(let rows) = outcome, let back = try? rows[0].get(0, as: [UInt8].self) else {
                        return total.add(-1000)
                    }
                    total.add(back == given ? 1 : 0)
                }
            }
        }
        #expect(same == 40)
    }

    @Test func nobodyIsCalledBackBeforeTheyHaveAsked() throws {
        var limits = PostgresLimits()
        limits.callsMax = 1
        let client = try Client.connected(limits)
        let order: [String] = try client.wait { loop, tenant, give in
            let told = Told(expected: 5, give)
            for _ in 0..<2 {
                tenant.connection?.query(PostgresStatement("SELECT 1"), deadline: loop.now + Self.far) {
                    told.add("\($0.failure.map { "\($0)" } ?? "well")")
                }
                told.add("asked")
            }
            tenant.connection?.close()
            told.add("closed")
        }
        #expect(order.prefix(3) == ["asked", "asked", "closed"])
        #expect(order.contains("too much at once: callsMax is reached"))
    }

    // MARK: Segments

    private func segment(
        _ client: Client, _ steps: [PostgresStep], isolation: PostgresIsolation? = nil
    ) throws -> Result<[String], PostgresFault> {
        try client.wait { loop, tenant, give in
            tenant.connection?.segment(steps, isolation: isolation, deadline: loop.now + Self.far) { outcome in
                give(outcome.map { $0.map(\.tag) })
            }
        }
    }

    @Test func aSegmentHappensWholeOrNotAtAll() throws {
        let client = try Client.connected()
        try client.execute("CREATE TABLE t (a int8 UNIQUE)")
        let insert = PostgresStatement("INSERT INTO t VALUES ($1)")
        let whole = try segment(client, [PostgresStep(insert, [Int64(1)]), PostgresStep(insert, [Int64(2)])])
        #expect(whole == .success(["INSERT 0 1", "INSERT 0 1"]))
        let update = PostgresStatement("UPDATE t SET a = a + 10")
        let broken = try segment(
            client,
            [
                PostgresStep(insert, [Int64(3)]), PostgresStep(update), PostgresStep(insert, [Int64(11)]),
                PostgresStep(update),
            ])
        #expect(broken.failure?.isUniqueViolation == true)
        #expect(try client.one("SELECT array_agg(a ORDER BY a) FROM t") as [Int64] == [1, 2])
        // The statement behind the error was never prepared, and is now.
        #expect(try segment(client, [PostgresStep(update)]) == .success(["UPDATE 2"]))
        #expect(try segment(client, []) == .success([]))
    }

    @Test func aConstraintMayWaitForTheCommit() throws {
        let client = try Client.connected()
        try client.execute("CREATE TABLE t (a int8 UNIQUE DEFERRABLE INITIALLY DEFERRED)")
        let insert = PostgresStatement("INSERT INTO t VALUES (1)")
        let fault = try segment(client, [PostgresStep(insert), PostgresStep(insert)]).failure
        #expect(fault?.isUniqueViolation == true)
        #expect(try client.one("SELECT count(*) FROM t") as Int64 == 0)
        #expect(try segment(client, [PostgresStep(insert)]) == .success(["INSERT 0 1"]))
    }

    @Test func aSegmentHasTheIsolationItAsksFor() throws {
        let client = try Client.connected()
        let show = PostgresStatement("SELECT current_setting('transaction_isolation')")
        for isolation in [PostgresIsolation.serializable, .repeatableRead, .readCommitted] {
            let level: String = try client.wait { loop, tenant, give in
                let steps = [PostgresStep(show), PostgresStep(show)]
                tenant.connection?.segment(steps, isolation: isolation, deadline: loop.now + Self.far) { outcome in
                    let rows = (try? outcome.get()) ?? []
                    #expect(rows.count == 2)
                    give((try? rows.last?[0].get(0)) ?? "\(outcome)")
                }
            }
            #expect(level == isolation.rawValue.lowercased())
        }
        #expect(try client.one("SELECT current_setting('transaction_isolation')") as String == "read committed")
    }

    // MARK: Scripts

    @Test func aScriptHasTheConnectionForItself() throws {
        let client = try Client.connected()
        let told: [String] = try client.wait { loop, tenant, give in
            let told = Told(expected: 5, give)
            let due = loop.now + Self.far
            let note = { (name: String) in
                { (outcome: Result<[PostgresRows], PostgresFault>) in
                    let tags = (try? outcome.get())?.map(\.tag).joined(separator: ",")
                    told.add(name + " " + (tags ?? outcome.failure?.serverError?.code.rawValue ?? "\(outcome)"))
                }
            }
            let count = [PostgresStep(PostgresStatement("SELECT 1"))]
            tenant.connection?.segment(count, deadline: due, then: note("a"))
            tenant.connection?.script(
                "CREATE TABLE t (a int); INSERT INTO t VALUES (1); SELECT * FROM t", deadline: due, then: note("b"))
            tenant.connection?.segment(
                [PostgresStep(PostgresStatement("SELECT * FROM t"))], deadline: due, then: note("c"))
            tenant.connection?.script("INSERT INTO t VALUES (2); SELECT 1 / 0", deadline: due, then: note("d"))
            tenant.connection?.segment(
                [PostgresStep(PostgresStatement("SELECT * FROM t"))], deadline: due, then: note("e"))
        }
        #expect(told == ["a SELECT 1", "b CREATE TABLE,INSERT 0 1,SELECT 1", "c SELECT 1", "d 22012", "e SELECT 1"])
    }

    // MARK: Ceilings

    @Test func ceilingsAreKeptAndGivenBack() throws {
        var limits = PostgresLimits()
        limits.callsMax = 10
        limits.bytesMax = 10_000
        let client = try Client.connected(limits)
        for _ in 0..<2 {
            let faults: [String] = try client.wait { loop, tenant, give in
                let told = Told(expected: 12, give)
                for _ in 0..<12 {
                    tenant.connection?.query(PostgresStatement("SELECT 1"), deadline: loop.now + Self.far) {
                        told.add($0.failure.map { "\($0)" } ?? "well")
                    }
                }
            }
            let refused = faults.filter { $0 == "too much at once: callsMax is reached" }
            #expect(refused.count == 2 && faults.count { $0 == "well" } == 10)
            let big = try client.fault("SELECT $1", [[UInt8](repeating: 0, count: 10_000)])
            #expect(big == .overloaded(.bytes) && big?.isRetrySafe == true)
        }
        let many = [any PostgresValue](repeating: true, count: 65_536)
        #expect(try client.fault("SELECT 1", many) == .overloaded(.parameters))
    }
}

/// Gives what was told once there is enough of it. Used on one loop.
final class Told {
    private var told: [String] = []
    private let expected: Int
    private let give: ([String]) -> Void

    init(expected: Int, _ give: @escaping ([String]) -> Void) {
        self.expected = expected
        self.give = give
    }

    func add(_ words: String) {
        told.append(words)
        if told.count == expected { give(told) }
    }
}

final class Total {
    private var sum: Int64 = 0
    private var count = 0
    private let expected: Int
    private let give: (Int64) -> Void

    init(expected: Int, _ give: @escaping (Int64) -> Void) {
        self.expected = expected
        self.give = give
    }

    func add(_ number: Int64) {
        sum += number
        count += 1
        if count == expected { give(sum) }
    }
}
