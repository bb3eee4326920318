/// The line in a primary store, and in a fallback when the primary is gone; what becomes of a room without any, as chosen.
///
/// Each room is a `FailoverRoom`; here its decisions are carried out. Nodes agree by the roster, and what they remember goes
/// into the other store by their own `restore`, so that this type never has to know who waits, but for the way back, when
/// the fallback is read page by page into the primary.
public final class FailoverStore: QueueStore {
    let node: String
    let primary: any QueueStore
    let fallback: (any QueueStore)?
    let roster: (any Roster)?
    let loss: StoreLoss
    let clock: () -> Microseconds
    let wallClock: () -> Microseconds
    let dice: () -> UInt64
    var rooms: [String: FailoverRoom] = [:]
    var knowledge: [String: RoomKnowledge] = [:]
    var carries: [String: Carry] = [:]
    var tickedAt: Microseconds?
    /// How late this node's own ticks were at most, in this second and the one before.
    var ownDelay: (before: Microseconds, now: Microseconds, since: Microseconds) = (0, 0, 0)
    /// Told when a room's calls go another way.
    public var onRoute: ((_ room: String, _ route: StoreRoute) -> Void)?

    /// What this node knows of a room, from the answers that came by.
    struct RoomKnowledge {
        var watermarks = Watermarks()
        var rules: RoomRules
        var snapshot: RoomSnapshot?
        /// The line of this node alone, while there is no store and it was chosen so.
        var local: LocalLine?
    }

    /// `clock` is the node's: microseconds that never go back; `wallClock` those since 1970. `tick` has to be called every
    /// 100 ms or so.
    public init(
        node: String, primary: any QueueStore, fallback: (any QueueStore)? = nil, roster: (any Roster)? = nil,
        loss: StoreLoss, clock: @escaping () -> Microseconds, wallClock: @escaping () -> Microseconds,
        dice: @escaping () -> UInt64
    ) {
        self.node = node
        self.primary = primary
        self.fallback = fallback
        self.roster = roster
        self.loss = loss
        self.clock = clock
        self.wallClock = wallClock
        self.dice = dice
    }

    public func route(of room: String) -> StoreRoute? { rooms[room]?.route }

    public func perform(_ call: StoreCall, _ answer: @escaping (Result<StoreAnswer, StoreFault>) -> Void) {
        let now = clock()
        knowledge[call.room, default: RoomKnowledge(rules: call.rules)].rules = call.rules
        let state = state(call.room, now)
        switch state.route {
        case .primary: send(raised(call), to: primary, isPrimary: true, answer)
        case .fallback:
            guard let fallback else { return answer(.failure(.notDone("there is no fallback"))) }
            send(raised(call), to: fallback, isPrimary: false, answer)
        case .moving: answer(.failure(.moving))
        case .starting: answer(.failure(.notDone("it is not known yet which store holds the line")))
        case .alone: answer(.failure(.notDone("this node does not reach the store that the others use")))
        case .lost(let loss): answer(withoutStore(call, loss, wallClock()))
        }
    }

    /// The state of a room, made when it is first asked for.
    func state(_ room: String, _ now: Microseconds) -> FailoverRoom {
        if let state = rooms[room] { return state }
        let state = FailoverRoom(hasRoster: roster != nil && fallback != nil, loss: loss, now: now)
        rooms[room] = state
        return state
    }

    /// A caller that knows less than the roster must not take an old line for the room's; and what it brings back is
    /// completed by what others knew.
    private func raised(_ call: StoreCall) -> StoreCall {
        guard let state = rooms[call.room] else { return call }
        var call = call
        guard let mode = state.mode else {
            // A line that the primary holds is taken for the room's; none is begun.
            if state.hasRoster, call.epoch == 0 { call.epoch = 1 }
            return call
        }
        if call.epoch < mode.epoch {
            call.epoch = mode.epoch
            call.lineage = 0
        }
        if case .restore(var recollection) = call.operation {
            if let view = state.view {
                recollection.watermarks.merge(view.watermarks)
                recollection.nodes = Array(Set(recollection.nodes).union(view.nodes)).sorted()
            }
            recollection.epoch = max(recollection.epoch, mode.epoch)
            call.operation = .restore(recollection)
        }
        return call
    }

    private func send(
        _ call: StoreCall, to store: any QueueStore, isPrimary: Bool,
        _ answer: @escaping (Result<StoreAnswer, StoreFault>) -> Void
    ) {
        let sentAt = clock()
        let generation = rooms[call.room]?.generation
        store.perform(call) { [weak self] result in
            guard let self else { return answer(result) }
            let now = self.clock()
            if isPrimary { self.learn(result, room: call.room, took: now - sentAt, now) }
            guard self.rooms[call.room]?.generation == generation else {
                return answer(.failure(.unknown("the line has been moved since")))
            }
            if let refused = self.unheardOf(result, call) { return answer(refused) }
            self.note(result, call)
            answer(result)
        }
    }

    /// Whoever has neither heard the roster nor seen a line cannot know that there is none: the fallback may hold it.
    private func unheardOf(
        _ result: Result<StoreAnswer, StoreFault>, _ call: StoreCall
    ) -> Result<StoreAnswer, StoreFault>? {
        guard let state = rooms[call.room], state.hasRoster, state.mode == nil, knowledge[call.room]?.snapshot == nil,
            case .success(let answer) = result, case .lost = answer.outcome
        else { return nil }
        return .failure(.notDone("the primary holds no line, and the roster has not said whether the fallback does"))
    }

    func learn(_ result: Result<StoreAnswer, StoreFault>, room: String, took: Microseconds, _ now: Microseconds) {
        var isAnswered = false
        if case .success = result { isAnswered = true }
        // Too much asked at once is the asker's fault.
        if case .failure(.overloaded) = result { return }
        // A node that is busy itself hears of every answer late.
        let own = max(ownDelay.before, ownDelay.now)
        rooms[room]?.primary.learn(isAnswered: isAnswered, took: took - own, now: now)
    }

    private func note(_ result: Result<StoreAnswer, StoreFault>, _ call: StoreCall) {
        guard case .success(let answer) = result, case .admitted(let snapshot) = answer.outcome else { return }
        let marks = Watermarks(
            epoch: answer.epoch, lineage: answer.lineage, tail: snapshot.tail,
            lanes: snapshot.lanes.map { LaneMark(name: $0.name, head: $0.head, floor: $0.floor) }, draw: snapshot.draw,
            controls: snapshot.controls)
        knowledge[call.room]?.snapshot = snapshot
        knowledge[call.room]?.watermarks.merge(marks)
    }
}
