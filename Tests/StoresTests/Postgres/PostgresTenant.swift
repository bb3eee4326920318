import Admission
import Loop
import Postgres
import Stores
import Synchronization
import TestSupport

/// A loop with a pool, a store and a roster on it, asked from outside: each call waits for the answer.
final class PostgresTenant: RacingStore, Sendable {
    private final class Held {
        let pool: PostgresPool
        let store: PostgresStore
        let roster: PostgresRoster

        init(
            _ settings: PostgresSettings, _ limits: PostgresLimits, schema: String, callTimeMax: UInt64, on loop: EventLoop,
            clock: (() -> Microseconds)?
        ) {
            var dice = SeededRandom(seed: 1)
            pool = PostgresPool(settings, limits: limits, on: loop) { dice.next() }
            store = PostgresStore(pool, on: loop, schema: schema, callTimeMax: callTimeMax, clock: clock)
            roster = PostgresRoster(pool, on: loop, schema: schema, callTimeMax: callTimeMax, clock: clock)
            pool.open()
        }
    }

    /// A minute: a test that is stuck says so by itself.
    static let callTimeMax: UInt64 = 60_000_000_000

    let handle: LoopHandle
    private let thread: LoopThread
    private let time = Mutex<Microseconds?>(nil)

    /// Nil: the server's clock.
    var now: Microseconds? {
        get { time.withLock { $0 } }
        set { time.withLock { $0 = newValue } }
    }

    init(
        _ url: String, connections: Int = 1, schema: String = PostgresSchema.nameDefault, callTimeMax: UInt64 = callTimeMax,
        hasClock: Bool = true
    ) throws {
        let settings = try PostgresSettings(url: url)
        thread = try LoopThread.start(name: "test-postgres") { _ in }
        handle = thread.handle
        var limits = PostgresLimits()
        limits.connectionsMax = connections
        limits.backoffFirst = 1_000_000
        limits.backoffMax = 20_000_000
        let given = limits
        handle.submit { loop in
            loop.tenant = Held(
                settings, given, schema: schema, callTimeMax: callTimeMax, on: loop,
                clock: hasClock ? { [unowned self] in now ?? 0 } : nil)
        }
    }

    deinit {
        let isRunning = handle.submit { loop in
            (loop.tenant as? Held)?.pool.close()
            loop.tenant = nil
            loop.stop()
        }
        if isRunning { thread.join() }
    }

    func perform(_ call: StoreCall) throws -> StoreAnswer { try outcome(of: call).get() }

    func outcome(of call: StoreCall) throws -> Result<StoreAnswer, StoreFault> { try wait { begin(call, $0) } }

    func begin(_ call: StoreCall) throws -> Answer<Result<StoreAnswer, StoreFault>> {
        let answer = Answer<Result<StoreAnswer, StoreFault>>()
        begin(call) { answer.give($0) }
        return answer
    }

    /// Asks without waiting.
    func begin(_ call: StoreCall, _ then: @escaping @Sendable (Result<StoreAnswer, StoreFault>) -> Void) {
        handle.submit { loop in (loop.tenant as? Held)?.store.perform(call) { then($0) } }
    }

    func heartbeat(_ beat: Heartbeat) throws -> RosterView {
        try wait { then in
            handle.submit { loop in (loop.tenant as? Held)?.roster.heartbeat(beat) { then($0) } }
        }.get()
    }

    func move(_ move: RoomMove) throws -> Bool { try wait { begin(move, $0) }.get() }

    func begin(_ move: RoomMove, _ then: @escaping @Sendable (Result<Bool, StoreFault>) -> Void) {
        handle.submit { loop in (loop.tenant as? Held)?.roster.move(move) { then($0) } }
    }

    private func wait<Value: Sendable>(_ ask: (@escaping @Sendable (Value) -> Void) -> Void) throws -> Value {
        let answer = Answer<Value>()
        ask { answer.give($0) }
        return try answer.wait()
    }

    /// Brings a database to the present schema; which migrations that took.
    static func prepare(_ url: String, schema: String = PostgresSchema.nameDefault) throws -> PostgresMigrations.Outcome {
        let settings = try PostgresSettings(url: url)
        let answer = Answer<PostgresMigrations.Outcome>()
        let thread = try LoopThread.start(name: "test-schema") { _ in }
        thread.handle.submit { loop in
            PostgresSchema.prepare(settings, schema: schema, on: loop, deadline: loop.now + callTimeMax) { outcome in
                answer.give(outcome)
                loop.stop()
            }
        }
        let outcome = try answer.wait()
        thread.join()
        return outcome
    }

    /// The name of a new database, prepared.
    static func database(on server: PostgresServer) throws -> String {
        let name = try server.makeDatabase()
        _ = try prepare(server.url(name)).get()
        return name
    }

    /// The URL of one for all tests whose rooms have names of their own.
    static func shared() throws -> String { try one.get() }
    private static let one = Result {
        let server = try PostgresServer.shared()
        return server.url(try database(on: server))
    }
}
