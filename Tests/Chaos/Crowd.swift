import Admission
import Loop
import Stores

/// The visitors of one node: each asks when it was told to, and is kept track of from outside.
final class Crowd {
    struct Visitor {
        var id: TicketID?
        var place = Place.none
        var isGhost = false
        /// Nanoseconds of the node's clock, from the beginning of its crowd.
        var askedAt: UInt64 = 0
        var admittedAt: UInt64 = 0
        /// By the store's clock; 0: not yet.
        var startedAt: Microseconds = 0
        var grants = 0
        var isRejoined = false
        var isOut = false
        var positionShown = Int.max
        var promises: [Promise] = []
    }

    struct Promise {
        var at: UInt64
        var wait: WaitRange
    }

    /// Promises are noted of one visitor in so many.
    static let sampleOf = 20
    static let slotNanoseconds: UInt64 = 20_000_000

    let desk: RoomDesk
    unowned let loop: EventLoop
    let setting: Setting
    private(set) var visitors: [Visitor]
    /// Who is due in which 20 ms.
    private var wheel: [UInt64: [Int]] = [:]
    private var leaving: [UInt64: [Int]] = [:]
    private var turnedTo: UInt64 = 0
    private var timer: LoopTimer?
    private let random: () -> UInt64
    private(set) var doneCount = 0
    private(set) var heldCount = 0
    private(set) var forwardedCount = 0
    private(set) var placesGrown = 0
    private(set) var strange: [String] = []
    var onDone: (() -> Void)?

    init(_ count: Int, at desk: RoomDesk, _ setting: Setting, on loop: EventLoop, random: @escaping () -> UInt64) {
        self.desk = desk
        self.loop = loop
        self.setting = setting
        self.random = random
        visitors = Array(repeating: Visitor(), count: count)
    }

    func start() {
        turnedTo = loop.now / Self.slotNanoseconds
        for at in visitors.indices {
            visitors[at].isGhost = setting.ghosts > 0 && at % setting.ghosts == 0
            let spread = UInt64(setting.arriveWithinSeconds * 1e9)
            wheel[slot(loop.now + random() % max(spread, 1)), default: []].append(at)
        }
        begunAt = loop.now
        timer = LoopTimer.every(Self.slotNanoseconds, on: loop) { [weak self] in self?.turn() }
    }

    private var begunAt: UInt64 = 0

    func stop() { timer?.cancel() }

    private func slot(_ due: UInt64) -> UInt64 { max(due / Self.slotNanoseconds, turnedTo + 1) }

    private func turn() {
        let now = loop.now / Self.slotNanoseconds
        while turnedTo < now {
            turnedTo += 1
            for at in wheel.removeValue(forKey: turnedTo) ?? [] { ask(at) }
            for at in leaving.removeValue(forKey: turnedTo) ?? [] {
                if let id = visitors[at].id { desk.release(id) }
            }
        }
    }

    private func ask(_ at: Int) {
        let visitor = visitors[at]
        if visitor.isGhost, loop.now - begunAt > UInt64(setting.ghostsLeaveAfterSeconds * 1e9) { return done(at) }
        if visitor.askedAt == 0 { visitors[at].askedAt = loop.now - begunAt }
        let later: RoomDesk.Later = { { [weak self] in self?.hear($0, at) } }
        let known =
            if let id = visitor.id {
                desk.visit(id, lane: 0, place: visitor.place, later: later)
            } else {
                desk.arrive(lane: 0, later: later)
            }
        if let known { hear(known, at) }
    }

    private func hear(_ reply: Reply, _ at: Int) {
        switch reply {
        case .admitted(let id, let startedAt): enter(at, id, startedAt)
        case .waiting(let standing): wait(at, standing)
        case .held:
            heldCount += 1
            again(at, after: 1_000_000 + Microseconds(random() % 1_000_000))
        case .open:
            forwardedCount += 1
            done(at)
        case .revoked, .notYet, .closed, .full:
            if strange.count < 10 { strange.append("\(reply)") }
            done(at)
        }
    }

    private func enter(_ at: Int, _ id: TicketID, _ startedAt: Microseconds) {
        if visitors[at].startedAt != startedAt { visitors[at].grants += 1 }
        visitors[at].id = id
        visitors[at].startedAt = startedAt
        visitors[at].admittedAt = loop.now - begunAt
        leaving[slot(loop.now + UInt64(setting.sessionSeconds * 1e9)), default: []].append(at)
        done(at)
    }

    private func wait(_ at: Int, _ standing: Standing) {
        if let known = visitors[at].id, known != standing.id || standing.place != visitors[at].place {
            visitors[at].isRejoined = true
        }
        visitors[at].id = standing.id
        visitors[at].place = standing.place
        if let position = standing.outlook.position {
            if position > visitors[at].positionShown { placesGrown += 1 }
            visitors[at].positionShown = position
        }
        if at % Self.sampleOf == 1, let wait = standing.outlook.wait {
            visitors[at].promises.append(Promise(at: loop.now - begunAt, wait: wait))
        }
        again(at, after: standing.outlook.pollAfter)
    }

    private func again(_ at: Int, after time: Microseconds) {
        wheel[slot(loop.now + UInt64(time) * 1000), default: []].append(at)
    }

    private func done(_ at: Int) {
        guard !visitors[at].isOut else { return }
        visitors[at].isOut = true
        doneCount += 1
        if doneCount == visitors.count { onDone?() }
    }
}
