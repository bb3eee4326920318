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
    private(set) var ledger = Ledger()
    private var ticker: LoopTimer?

    init(_ number: Int, _ setting: Setting, _ stage: Stage, on loop: EventLoop) throws {
        name = "node\(number)"
        let way = stage.paths[number].endpoint
        redis = try RedisClient(RedisAddress("redis://127.0.0.1:\(way.port)"), on: loop)
        pool = PostgresPool(try PostgresSettings(url: stage.database), on: loop) { .random(in: 0 ... .max) }
        store = FailoverStore(
            node: name, primary: RedisStore(redis, on: loop), fallback: PostgresStore(pool, on: loop),
            roster: PostgresRoster(pool, on: loop), loss: setting.loss,
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
        desk.onSnapshot = { [weak self] snapshot in
            guard let self else { return }
            self.ledger.note(snapshot, lineage: self.desk.node.lineage)
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
            promiseError: desk.node.promises.error(within: 0.9), remembered: desk.node.rememberedCount)
    }

    func stop() {
        crowd.stop()
        ticker?.cancel()
        desk.close()
        redis.close()
        pool.close()
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
}
