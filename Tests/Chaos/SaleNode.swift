import Address
import Admission
import Loop
import Postgres
import Redis
import Stores
import Synchronization
import TestSupport

/// One node of the sale on a thread of its own, wired as in production.
final class SaleNode {
    static let room = "event1"

    let name: String
    let store: FailoverStore
    let desk: RoomDesk
    let crowd: Crowd
    let redis: RedisClient
    let pool: PostgresPool
    let rosterPool: PostgresPool
    private(set) var ledger = Ledger()
    private let watch = WatchBox()
    private var begunAt: UInt64 = 0
    private var ticker: LoopTimer?

    init(_ number: Int, _ setting: Setting, _ stage: Stage, on loop: EventLoop) throws {
        name = "node\(number)"
        let way = stage.paths[number].endpoint
        redis = try RedisClient(RedisAddress("redis://127.0.0.1:\(way.port)"), on: loop)
        pool = PostgresPool(try PostgresSettings(url: stage.database), on: loop) { .random(in: 0 ... .max) }
        var few = PostgresLimits()
        few.connectionsMax = 2
        rosterPool = PostgresPool(try PostgresSettings(url: stage.database), limits: few, on: loop) {
            .random(in: 0 ... .max)
        }
        let watch = watch
        func watched(_ store: any QueueStore, _ name: String) -> WatchedStore {
            WatchedStore(store, clock: { [unowned loop] in loop.now }) { kind, items, begun, ended in
                watch.watch.note(name, watch.route, kind, items: items, from: begun, to: ended)
            }
        }
        store = FailoverStore(
            node: name, primary: watched(RedisStore(redis, on: loop), "Redis"),
            fallback: watched(PostgresStore(pool, on: loop), "PostgreSQL"),
            roster: PostgresRoster(rosterPool, on: loop), loss: setting.loss,
            clock: { Microseconds(loop.now / 1000) }, wallClock: { Microseconds(loop.unixNow / 1000) },
            dice: { .random(in: 0 ... .max) })
        desk = RoomDesk(room: Self.room, name: name, rules: setting.rules, store: store, on: loop) {
            .random(in: 0 ... .max)
        }
        let share = setting.tickets / setting.nodes
        crowd = Crowd(share, at: desk, setting, on: loop) { .random(in: 0 ... .max) }
    }

    func start(on loop: EventLoop) {
        redis.start()
        pool.open()
        rosterPool.open()
        desk.onSnapshot = { [weak self] snapshot in
            guard let self else { return }
            self.ledger.note(snapshot, lineage: self.desk.node.lineage)
        }
        begunAt = loop.now
        store.onRoute = { [watch, unowned loop] _, route in
            watch.route = route
            watch.watch.goes(route, at: loop.now)
        }
        desk.open()
        ticker = LoopTimer.every(100_000_000, on: loop) { [weak self] in self?.store.tick() }
        crowd.start()
    }

    /// What is left to be looked at when it is over.
    func report() -> NodeReport {
        NodeReport(
            ledger: ledger, visitors: crowd.visitors, held: crowd.heldCount, forwarded: crowd.forwardedCount,
            placesGrown: crowd.placesGrown, strange: crowd.strange, route: store.route(of: Self.room),
            promiseError: desk.node.promises.error(within: 0.9), remembered: desk.node.rememberedCount,
            went: watch.watch.lines(since: begunAt))
    }

    func stop() {
        crowd.stop()
        ticker?.cancel()
        desk.close()
        redis.close()
        pool.close()
        rosterPool.close()
    }
}

struct NodeReport: Sendable {
    var ledger: Ledger
    var visitors: [Crowd.Visitor]
    var held: Int
    var forwarded: Int
    var placesGrown: Int
    var strange: [String]
    var route: StoreRoute?
    var promiseError: Double?
    var remembered: Int
    /// What it went through.
    var went: [(name: String, value: String)]
}

private final class WatchBox {
    var watch = Watch()
    var route = StoreRoute.starting
}
