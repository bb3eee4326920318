import Admission
import Synchronization

/// A store that can be made unreachable, and that answers within the call.
final class SwitchableStore: QueueStore {
    var line = Line()
    var isReachable = true
    /// Nodes that do not reach it.
    var cutOff: Set<String> = []
    /// What befalls a call, by what it asks; nil: nothing.
    var befalls: ((StoreCall.Operation) -> Trouble?)?
    let world: World

    enum Trouble {
        case notDone
        /// It was done, and nobody heard of it.
        case unheard
        /// All is lost before it.
        case emptied
    }

    init(_ world: World) { self.world = world }

    func perform(_ call: StoreCall, _ answer: @escaping (Result<StoreAnswer, StoreFault>) -> Void) {
        guard isReachable, !cutOff.contains(call.node) else { return answer(.failure(.unknown("it is gone"))) }
        let trouble = befalls?(call.operation)
        if trouble == .notDone { return answer(.failure(.notDone("it was told not to"))) }
        if trouble == .emptied { line = Line() }
        let said = line.apply(call, now: world.now)
        answer(trouble == .unheard ? .failure(.unknown("the answer was lost")) : .success(said))
    }
}

final class SwitchableRoster: Roster {
    var model = RosterModel()
    var isReachable = true
    /// Nodes that do not reach it.
    var cutOff: Set<String> = []
    let world: World

    init(_ world: World) { self.world = world }

    func heartbeat(_ heartbeat: Heartbeat, _ answer: @escaping (Result<RosterView, StoreFault>) -> Void) {
        guard isReachable, !cutOff.contains(heartbeat.node) else { return answer(.failure(.unknown("it is gone"))) }
        answer(.success(model.heartbeat(heartbeat, now: world.now)))
    }

    func move(_ move: RoomMove, _ answer: @escaping (Result<Bool, StoreFault>) -> Void) {
        guard isReachable, !cutOff.contains(move.node) else { return answer(.failure(.unknown("it is gone"))) }
        answer(.success(model.move(move, now: world.now)))
    }
}

final class World {
    var now: Microseconds = 1_000_000_000_000
    var word: UInt64 = 1

    /// Different each time, the same in each run.
    func dice() -> UInt64 {
        word &+= 0x9e37_79b9_7f4a_7c15
        return (word ^ (word >> 31)) &* 0xbf58_476d_1ce4_e5b9
    }
}

/// A few nodes with the stores that they share.
final class Fleet {
    struct Member {
        var node: RoomNode
        let store: FailoverStore
    }

    struct Visitor {
        var id: TicketID?
        var place = Place.none
        var member: Int
        var askedAt: Microseconds = 0
        var pollAt: Microseconds = 0
        var isAsking = false
        var admittedAt: Microseconds?
        var rejoined: Standing.Rejoined?
        var isHeld = false
        var isForwarded = false
    }

    let world = World()
    let primary: SwitchableStore
    let fallback: SwitchableStore
    let roster: SwitchableRoster
    var members: [Member] = []
    var visitors: [Visitor] = []

    init(nodes: Int, rules: RoomRules, loss: StoreLoss = .hold) {
        primary = SwitchableStore(world)
        fallback = SwitchableStore(world)
        roster = SwitchableRoster(world)
        for _ in 0..<nodes { join(rules, loss) }
    }

    /// Another node, which knows nothing.
    func join(_ rules: RoomRules, _ loss: StoreLoss, beginsAfter: Microseconds = 0) {
        let world = world
        let name = "n\(members.count)"
        let counter = Counter(UInt64(members.count))
        members.append(
            Member(
                node: RoomNode(room: "event1", name: name, rules: rules, now: world.now, beginsAfter: beginsAfter) {
                    counter.next()
                },
                store: FailoverStore(
                    node: name, primary: primary, fallback: fallback, roster: roster, loss: loss,
                    clock: { world.now }, wallClock: { world.now }, dice: { world.dice() })))
    }

    /// Every store, and the roster.
    func reachStores(_ isReachable: Bool) {
        for store in [primary, fallback] { store.isReachable = isReachable }
        roster.isReachable = isReachable
    }

    func arrive(_ count: Int) {
        for number in 0..<count { visitors.append(Visitor(member: number % members.count)) }
    }

    /// Time goes on in steps of 50 ms.
    func run(seconds: Double) {
        for _ in 0..<Int(seconds * 20) {
            world.now += 50_000
            for at in members.indices {
                members[at].store.tick()
                poll(at)
                drain(at)
                tell(members[at].node.expire(now: world.now))
            }
        }
    }

    private func poll(_ member: Int) {
        for at in stride(from: member, to: visitors.count, by: members.count) {
            if visitors[at].pollAt > world.now || visitors[at].admittedAt != nil || visitors[at].isAsking { continue }
            let visitor = visitors[at]
            visitors[at].isAsking = true
            let reply =
                visitor.id.map { id in
                    members[member].node.visit(UInt64(at), id: id, lane: 0, place: visitor.place, now: world.now)
                } ?? members[member].node.arrive(UInt64(at), lane: 0, now: world.now)
            if let reply { tell([(UInt64(at), reply)]) }
        }
    }

    private func drain(_ member: Int) {
        while let call = members[member].node.nextCall(now: world.now) {
            var answer: Result<StoreAnswer, StoreFault>?
            members[member].store.perform(call) { answer = $0 }
            guard let answer else { continue }
            tell(members[member].node.answered(call, answer, now: world.now))
        }
    }

    private func tell(_ told: [Told]) { tell(told.map { ($0.ask, $0.reply) }) }

    private func tell(_ told: [(ask: UInt64, reply: Reply)]) {
        for (ask, reply) in told {
            let at = Int(ask)
            visitors[at].isAsking = false
            visitors[at].isHeld = false
            switch reply {
            case .admitted: visitors[at].admittedAt = world.now
            case .waiting(let standing):
                visitors[at].id = standing.id
                visitors[at].place = standing.place
                visitors[at].pollAt = world.now + standing.outlook.pollAfter
                if let why = standing.rejoined { visitors[at].rejoined = why }
            case .held:
                visitors[at].isHeld = true
                visitors[at].pollAt = world.now + 1_000_000
            case .open:
                visitors[at].isForwarded = true
                visitors[at].pollAt = .max
            case .revoked, .notYet, .closed, .full: visitors[at].pollAt = .max
            }
        }
    }

    var admitted: Int { visitors.count { $0.admittedAt != nil } }
    var waiting: [Visitor] { visitors.filter { $0.admittedAt == nil && $0.id != nil } }

    /// Pairs that were admitted in the wrong order by more than a poll could explain.
    func inversions(tolerating slack: Microseconds) -> Int {
        let admitted = visitors.filter { $0.admittedAt != nil && $0.place != .none }.sorted { $0.place < $1.place }
        var latest: Microseconds = 0
        var count = 0
        for visitor in admitted {
            let at = visitor.admittedAt ?? 0
            if at + slack < latest { count += 1 }
            latest = max(latest, at)
        }
        return count
    }
}

private final class Counter: Sendable {
    private let state: Mutex<UInt64>

    init(_ seed: UInt64) { state = Mutex(seed &* 0x94d0_49bb_1331_11eb &+ 17) }

    func next() -> UInt64 {
        state.withLock { state in
            state &+= 0x9e37_79b9_7f4a_7c15
            var word = state
            word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
            word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
            return word ^ (word >> 31)
        }
    }
}
