import Admission

/// A store as it is far away: a line with a clock of its own, which can be slow, stopped, gone, set back.
final class SimulatedStore {
    /// When the world begins, by a clock that is right.
    static let epochStart: Microseconds = 1_800_000_000_000_000
    static let keptMax = 30
    static let keepEvery: Microseconds = 200_000

    let number: Int
    var line = Line()
    var clock: SimulatedClock
    var isDown = false
    var isStopped = false
    var slowBy: Microseconds = 0
    /// Calls that came while it was stopped.
    var queued: [Int] = []
    /// What it had, for a store that comes back with what was on its disk.
    private var kept: [(at: Microseconds, line: Line)] = []
    private var counted = (lineage: UInt64(0), totals: RoomTotals())

    init(number: Int, clock: SimulatedClock) {
        self.number = number
        self.clock = clock
    }

    /// How many waited before the last call.
    private(set) var waitingBefore = 0

    func apply(_ call: StoreCall, _ now: Microseconds) -> StoreAnswer {
        waitingBefore = line.counts.waiting
        return line.apply(call, now: clock.reading(now))
    }

    /// What its line had counted before the call that is answered so.
    func totals(_ answer: StoreAnswer) -> RoomTotals {
        let before = counted.lineage == answer.lineage ? counted.totals : RoomTotals()
        counted = (answer.lineage, line.inTotal)
        return before
    }

    func keep(_ now: Microseconds) {
        kept.append((now, line))
        if kept.count > Self.keptMax { kept.removeFirst() }
    }

    func comeBack(_ keeps: Fault.Keeps, killedAt: Microseconds) {
        switch keeps {
        case .everything: return
        case .nothing: line = Line()
        case .older(let age): line = kept.last { $0.at <= killedAt - age }?.line ?? Line()
        }
        counted = (line.knownLineage, line.inTotal)
    }
}

/// The way of one node to one store.
final class SimulatedLink: QueueStore {
    private unowned let world: World
    private let node: Int
    private let store: Int

    init(_ world: World, node: Int, store: Int) {
        self.world = world
        self.node = node
        self.store = store
    }

    func perform(_ call: StoreCall, _ answer: @escaping (Result<StoreAnswer, StoreFault>) -> Void) {
        world.send(call, from: node, to: store, answer)
    }
}

/// A node as it runs in production, in a world of its own time.
final class SimulatedNode {
    let number: Int
    var room: RoomNode
    let clock: SimulatedClock
    let store: any QueueStore
    let failover: FailoverStore?
    var isAlive = true
    /// It takes no more visitors.
    var isLeaving = false
    var isCutOff = false
    var isWithoutPrimary = false
    /// When it was so last, by the world's time.
    var cutOffUntil: Microseconds = -1
    let bornAt: Microseconds
    /// Since when it has known that there is no store, if there is none, and until when it was so last.
    var lostSince: Microseconds?
    var lostUntil: Microseconds = .min / 2
    /// The last that a store told it.
    var seen: RoomSnapshot?
    /// Its own line, as long as it goes on alone.
    var lone: LoneLine?

    init(
        number: Int, room: RoomNode, clock: SimulatedClock, store: any QueueStore, failover: FailoverStore?,
        bornAt: Microseconds
    ) {
        self.number = number
        self.room = room
        self.clock = clock
        self.store = store
        self.failover = failover
        self.bornAt = bornAt
    }

    func time(_ now: Microseconds) -> Microseconds { clock.reading(now) }
}
