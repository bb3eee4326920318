import Admission
import Digest
import Glibc
import Loop
import Postgres
import Redis
import Settings
import Stores
import Telemetry

/// The lines of this process, on the control loop: the store that was chosen, with its fallback, and what keeps it going.
final class LineSide {
    let host: LoopBound<StoreHost>
    let nodeName: String
    private let loop: EventLoop
    private let journal: Journal
    private var memory: MemoryStore?
    private var journalThread: JournalThread?
    private var failover: FailoverStore?
    private var redis: RedisClient?
    private var pool: PostgresPool?
    private var rosterPool: PostgresPool?
    private var ticker: LoopTimer?
    private var postgres: PostgresSettings?
    /// Nil when they are off.
    let ledgers: RoomLedgers?

    init(_ settings: Settings, _ plan: LinePlan, on loop: EventLoop, journal: Journal) throws {
        self.loop = loop
        self.journal = journal
        nodeName = Self.nodeName(settings.store)
        let clock = { Microseconds(loop.now / 1000) }
        let wall = { Microseconds(loop.unixNow / 1000) }
        let store: any QueueStore
        switch settings.store.place {
        case .memory:
            let thread = try JournalThread.start()
            KeysFile.makeFolder(settings.server.stateDirectory)
            let memory = try MemoryStore(
                folder: settings.server.stateDirectory + "/lines", rooms: settings.allRooms.map(\.name), clock: wall,
                lineage: { SecureRandom.word() | 1 }, background: thread.background)
            (self.memory, journalThread, store) = (memory, thread, memory)
        case .redis, .postgres:
            let pool = plan.postgres.map { PostgresPool($0, on: loop) { SecureRandom.word() } }
            (self.pool, postgres) = (pool, plan.postgres)
            var primary: (any QueueStore)?
            var (fallback, roster): ((any QueueStore)?, (any Roster)?)
            if let address = plan.redis {
                let client = try RedisClient(try RedisAddress(address), random: { SecureRandom.word() }, on: loop)
                redis = client
                primary = RedisStore(client, on: loop)
                if let pool, let settings = plan.postgres {
                    // Of its own: nodes that have to agree must not wait behind calls that wait for a room.
                    let rosterPool = PostgresPool(settings, on: loop) { SecureRandom.word() }
                    self.rosterPool = rosterPool
                    (fallback, roster) = (PostgresStore(pool, on: loop), PostgresRoster(rosterPool, on: loop))
                }
            } else if let pool {
                primary = PostgresStore(pool, on: loop)
            }
            guard let primary else { throw LineFault.noStore }
            let failover = FailoverStore(
                node: nodeName, primary: primary, fallback: fallback, roster: roster, loss: settings.store.loss.storeLoss,
                clock: clock, wallClock: wall, dice: { SecureRandom.word() })
            (self.failover, store) = (failover, failover)
        }
        let node = nodeName
        let ledgers = try settings.store.ledgerMax.map { bytesMax in
            try RoomLedgers(
                folder: settings.ledgerFolder, node: node, bytesMax: bytesMax.bytes, clock: wall, on: loop, journal: journal)
        }
        self.ledgers = ledgers
        let witnessed: any QueueStore = ledgers.map { WitnessedStore(store, $0) } ?? store
        host = LoopBound(StoreHost(witnessed, clock: clock), on: loop)
        report()
    }

    private func report() {
        memory?.onFault = { [journal, loop] room, fault in
            journal.log(fault == nil ? .info : .error, "line.journal", at: Int64(loop.unixNow)) { line in
                line.field("room", room)
                line.field("state", fault?.description ?? "written again")
            }
        }
        failover?.onRoute = { [journal, loop] room, route in
            journal.log(route == .primary ? .info : .warning, "line.store", at: Int64(loop.unixNow)) { line in
                line.field("room", room)
                line.field("route", route.word)
            }
        }
    }

    func start() {
        redis?.start()
        if let postgres { prepare(postgres) }
        guard let failover else { return }
        ticker = LoopTimer.every(UInt64(FailoverStore.tickEvery) * 1000, on: loop) { failover.tick() }
    }

    /// The tables have to be there before anything is asked; a server that is down now may come later.
    private func prepare(_ settings: PostgresSettings) {
        let deadline = loop.now + Self.prepareNanosecondsMax
        PostgresSchema.prepare(settings, on: loop, deadline: deadline) { [weak self] outcome in
            guard let self else { return }
            switch outcome {
            case .success:
                self.pool?.open()
                self.rosterPool?.open()
            case .failure(let fault):
                self.journal.log(.error, "line.schema", at: Int64(self.loop.unixNow)) {
                    $0.field("reason", "\(fault)")
                    $0.field("hint", "tried again in 5 s")
                }
                self.later = LoopTimer.after(Self.prepareAgainNanoseconds, on: self.loop) { [weak self] in
                    self?.prepare(settings)
                }
            }
        }
    }

    private static let prepareNanosecondsMax: UInt64 = 30_000_000_000
    private static let prepareAgainNanoseconds: UInt64 = 5_000_000_000
    private var later: LoopTimer?

    /// Other processes have the same lines.
    var isShared: Bool { memory == nil }

    /// Which store holds a room's line.
    func storeInUse(_ room: String) -> StoreUse {
        memory != nil ? .memory : .route(failover?.route(of: room) ?? .starting)
    }

    /// For the end of the process: what was said is on the disk then.
    func stop() {
        ticker?.cancel()
        later?.cancel()
        host.release(on: loop)
        redis?.close()
        pool?.close()
        rosterPool?.close()
        ledgers?.close()
        memory?.finish()
        journalThread?.stop()
    }

    private static func nodeName(_ store: Settings.Store) -> String {
        if !store.node.isEmpty { return store.node }
        var name = [CChar](repeating: 0, count: 256)
        gethostname(&name, name.count - 1)
        let host = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return "\(host.prefix(48))-\(getpid())"
    }
}

enum LineFault: Error, CustomStringConvertible {
    case noStore

    var description: String { "[store] names no store" }
}

extension StoreRoute {
    /// For people.
    var word: String {
        switch self {
        case .primary: "primary"
        case .fallback: "fallback"
        case .moving: "moving back to the primary"
        case .alone: "none: only this node does not reach it"
        case .lost(let loss): "none: \(loss.rawValue)"
        case .starting: "not known yet"
        }
    }
}

extension Settings {
    /// Each room has a folder in it.
    var ledgerFolder: String { server.stateDirectory + "/ledger" }
}

extension Settings.Store.Loss {
    var storeLoss: StoreLoss {
        switch self {
        case .hold: .hold
        case .local: .local
        case .open: .open
        }
    }
}
