import Admission
import Loop
import Redis
import Stores
import Synchronization
import TLS
import TestSupport

/// A node's way to Redis: a store on a loop of its own, whose calls return when they are answered.
final class RedisUnderTest: StoreUnderTest {
    /// What lives on the loop.
    private final class Tenant {
        let client: RedisClient
        let store: RedisStore

        init(_ client: RedisClient, _ store: RedisStore) {
            self.client = client
            self.store = store
        }
    }

    /// The clock of every call.
    private final class Time: Sendable {
        let now = Atomic<Int64>(0)
    }

    private let loop: TestLoop
    private let time = Time()
    /// Servers that last as long as this.
    private let kept: (any Sendable)?

    var now: Microseconds {
        get { time.now.load(ordering: .relaxed) }
        set { time.now.store(newValue, ordering: .relaxed) }
    }

    /// - Parameters:
    ///   - hasServersClock: `now` counts for nothing.
    ///   - isTicking: the loop goes by the system's clock, as it must where servers decide by theirs.
    init(
        _ address: String, keeping kept: (any Sendable)? = nil, hasServersClock: Bool = false, isTicking: Bool = false,
        timeoutSeconds: UInt64 = 60
    ) throws {
        self.kept = kept
        loop = try TestLoop(isTicking: isTicking)
        let time = time
        let address = try RedisAddress(address)
        try loop.run { loop in
            let client = try RedisClient(address, on: loop)
            let clock: (() -> Microseconds)? = hasServersClock ? nil : { time.now.load(ordering: .relaxed) }
            let store = RedisStore(client, on: loop, timeoutNanoseconds: timeoutSeconds * 1_000_000_000, clock: clock)
            loop.tenant = Tenant(client, store)
            client.start()
        }
    }

    convenience init(_ server: RedisServer, hasServersClock: Bool = false) throws {
        try self.init("redis://127.0.0.1:\(server.port)", keeping: server, hasServersClock: hasServersClock)
    }

    /// With a server of its own.
    convenience init() throws { try self.init(RedisServer.start()) }

    convenience init(_ cluster: RedisCluster) throws {
        try self.init("redis-cluster://127.0.0.1:\(cluster.nodes[0].port)", keeping: cluster, isTicking: true)
    }

    convenience init(_ site: RedisReplication) throws {
        let sentinels = site.sentinels.map { "127.0.0.1:\($0.port)" }.joined(separator: ",")
        try self.init("redis-sentinel://\(sentinels)/\(RedisReplication.masterName)", keeping: site, isTicking: true)
    }

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

    func fault(of call: StoreCall) throws -> StoreFault? {
        if case .failure(let fault) = try begin(call).wait() { fault } else { nil }
    }

    /// Time of the loop: deadlines and pauses pass.
    func pass(seconds: Double) throws { try loop.advance(seconds: seconds) }
}
