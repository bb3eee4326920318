import Admission
import Loop
import Redis
import Stores
import Synchronization
import TestSupport

/// A node's way to Redis: a store on a loop of its own, whose calls return when they are answered.
final class RedisUnderTest: StoreUnderTest {
    /// What lives on the loop.
    private final class Tenant {
        let client: RedisConnection
        let store: RedisStore

        init(_ client: RedisConnection, _ store: RedisStore) {
            self.client = client
            self.store = store
        }
    }

    /// The clock of every call, unless the server's own holds.
    private final class Time: Sendable {
        let now = Atomic<Int64>(0)
    }

    private let loop: TestLoop
    private let time = Time()
    /// Lasts as long as this.
    private let keptServer: RedisServer?

    var now: Microseconds {
        get { time.now.load(ordering: .relaxed) }
        set { time.now.store(newValue, ordering: .relaxed) }
    }

    init(_ server: RedisServer, hasServersClock: Bool = false) throws {
        keptServer = server
        loop = try TestLoop()
        let time = time
        let port = server.port
        try loop.run { loop in
            let client = RedisConnection(to: .host("127.0.0.1", port: port), on: loop)
            let clock: (() -> Microseconds)? = hasServersClock ? nil : { time.now.load(ordering: .relaxed) }
            let store = RedisStore(client, on: loop, timeoutNanoseconds: 60_000_000_000, clock: clock)
            loop.tenant = Tenant(client, store)
            client.start()
        }
    }

    convenience init() throws { try self.init(RedisServer.start()) }

    deinit { try? loop.run { ($0.tenant as? Tenant)?.client.close() } }

    func perform(_ call: StoreCall) throws -> StoreAnswer { try begin(call).wait().get() }

    func begin(_ call: StoreCall) throws -> Answer<Result<StoreAnswer, StoreFault>> {
        let answer = Answer<Result<StoreAnswer, StoreFault>>()
        try loop.run { loop in
            guard let tenant = loop.tenant as? Tenant else { throw PeerTrouble(saying: "the loop has another tenant") }
            tenant.store.perform(call) { answer.give($0) }
        }
        return answer
    }

    /// Time of the loop: deadlines and pauses pass.
    func pass(seconds: Double) throws { try loop.advance(seconds: seconds) }
}
