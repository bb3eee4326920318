import Loop
import Postgres
import Synchronization
import TestSupport
import Testing

/// A loop with a connection, pool or listener on it, as tests use them from outside: each call waits for the answer.
final class Client: Sendable {
    /// What lives on the loop.
    final class Tenant {
        var connection: PostgresConnection?
        var pool: PostgresPool?
        var listener: PostgresListener?
        var transaction: PostgresTransaction?
        var random = SeededRandom(seed: 1)
    }

    let handle: LoopHandle
    let clock = ManualClock()
    private let thread: LoopThread
    private let heard = Mutex<[String]>([])

    /// `isTimeReal`: for what has to come back by itself. Else the clock stands until the test moves it.
    init(isTimeReal: Bool = false) throws {
        let clock = isTimeReal ? Clock.system : .manual(clock)
        thread = try LoopThread.start(name: "test-postgres", clock: clock) { $0.tenant = Tenant() }
        handle = thread.handle
    }

    /// With a connection to a new database of the shared server.
    static func connected(_ limits: PostgresLimits = PostgresLimits()) throws -> Client {
        let server = try PostgresServer.shared()
        let client = try Client()
        try client.connect(to: server.url(try server.makeDatabase()), limits)
        return client
    }

    deinit {
        let isRunning = handle.submit { loop in
            let tenant = loop.tenant as? Tenant
            tenant?.connection?.close()
            tenant?.pool?.close()
            tenant?.listener?.close()
            loop.tenant = nil
            loop.stop()
        }
        if isRunning { thread.join() }
    }

    // MARK: On the loop

    /// Runs `body` on the loop and waits for what it says.
    @discardableResult
    func run<Result: Sendable>(_ body: @escaping @Sendable (EventLoop, Tenant) throws -> Result) throws -> Result {
        try wait { loop, tenant, give in give(Swift.Result { try body(loop, tenant) }) }.get()
    }

    /// Runs `body` on the loop and waits until what it was given is called.
    func wait<Value: Sendable>(
        _ body: @escaping @Sendable (EventLoop, Tenant, @escaping @Sendable (Value) -> Void) -> Void
    ) throws -> Value {
        let answer = Answer<Value>()
        handle.submit { loop in
            guard let tenant = loop.tenant as? Tenant else { return }
            body(loop, tenant) { answer.give($0) }
        }
        return try answer.wait()
    }

    /// Takes turns until something is so.
    func wait(until isSo: @escaping @Sendable (EventLoop, Tenant) -> Bool) throws {
        let begun = Clock.system.monotonic
        while try !run(isSo) {
            try #require(
                Clock.system.monotonic - begun < UInt64(patienceSeconds) * 1_000_000_000, "it did not come so: \(events)")
        }
    }

    func advance(seconds: Double) throws {
        for _ in 0..<3 { try run { _, _ in } }
        clock.advance(by: UInt64(seconds * 1_000_000_000))
        for _ in 0..<3 { try run { _, _ in } }
    }

    /// What happened, in order, as tests note it.
    var events: [String] { heard.withLock { $0 } }
    func note(_ event: String) { heard.withLock { $0.append(event) } }

    // MARK: Asking

    func connect(to url: String, _ limits: PostgresLimits = PostgresLimits()) throws {
        let settings = try PostgresSettings(url: url)
        try run { loop, tenant in
            tenant.connection = PostgresConnection(settings, limits: limits, on: loop)
            tenant.connection?.open()
        }
    }

    /// Connects and says what became of it.
    func state(connectingTo url: String, _ limits: PostgresLimits = PostgresLimits()) throws -> PostgresState {
        let settings = try PostgresSettings(url: url)
        return try wait { loop, tenant, give in
            let connection = PostgresConnection(settings, limits: limits, on: loop)
            tenant.connection = connection
            connection.onStateChange = { give($0) }
            connection.open()
        }
    }

    func pool(to url: String, _ limits: PostgresLimits = PostgresLimits()) throws {
        let settings = try PostgresSettings(url: url)
        try run { loop, tenant in
            let pool = PostgresPool(settings, limits: limits, on: loop) { tenant.random.next() }
            tenant.pool = pool
            pool.onStateChange = { self.note("\($0)".prefix { $0 != "(" }.description) }
            pool.open()
        }
    }

    typealias Outcome<Value> = Result<Value, PostgresFault>

    func outcome<Value: Sendable>(
        _ statement: PostgresStatement, _ parameters: [any PostgresValue] = [], after seconds: UInt64 = 1_000_000,
        _ read: @escaping @Sendable (PostgresRows) throws(PostgresFault) -> Value
    ) throws -> Outcome<Value> {
        try wait { loop, tenant, give in
            let deadline = loop.now + seconds * 1_000_000_000
            let then = { (outcome: Result<PostgresRows, PostgresFault>) in
                give(
                    outcome.flatMap { rows in
                        do throws(PostgresFault) { return .success(try read(rows)) } catch { return .failure(error) }
                    })
            }
            if let pool = tenant.pool {
                pool.query(statement, parameters, deadline: deadline, then: then)
            } else {
                tenant.connection?.query(statement, parameters, deadline: deadline, then: then)
            }
        }
    }

    func query<Value: Sendable>(
        _ sql: String, _ parameters: [any PostgresValue] = [],
        _ read: @escaping @Sendable (PostgresRows) throws(PostgresFault) -> Value
    ) throws -> Value {
        try outcome(PostgresStatement(sql), parameters, read).get()
    }

    @discardableResult
    func execute(_ sql: String, _ parameters: [any PostgresValue] = []) throws -> String {
        try query(sql, parameters) { $0.tag }
    }

    func fault(_ sql: String, _ parameters: [any PostgresValue] = []) throws -> PostgresFault? {
        switch try outcome(PostgresStatement(sql), parameters, { $0.tag }) {
        case .success: nil
        case .failure(let fault): fault
        }
    }

    func one<Value: PostgresValue>(_ sql: String, _ parameters: [any PostgresValue] = []) throws -> Value {
        try query(sql, parameters) { rows throws(PostgresFault) in try rows[0].get(0) }
    }
}
