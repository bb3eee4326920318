import Admission
import Loop

/// A room's `RoomNode` at work on a loop: visitors' questions go in, calls go to the store, replies come out.
///
/// All that is asked in one turn of the loop goes to the store together, at its end.
public final class RoomDesk: TurnEnd {
    public private(set) var node: RoomNode
    private let store: any QueueStore
    private let loop: EventLoop
    private var questions: [UInt64: (isNew: Bool, reply: (Reply) -> Void)] = [:]
    private var asked: UInt64 = 0
    private var isDrainDue = false
    private var timer: LoopTimer?
    /// Told after every tick.
    public var onSnapshot: ((RoomSnapshot) -> Void)?
    /// Told what becomes of tickets, but for visits that are answered out of the view.
    public var onEvent: ((DeskEvent, TicketID) -> Void)?

    public init(
        room: String, name: String, rules: RoomRules, store: any QueueStore, on loop: EventLoop,
        dice: @escaping @Sendable () -> UInt64
    ) {
        node = RoomNode(
            room: room, name: name, rules: rules, now: Self.microseconds(loop),
            beginsAfter: store.isShared ? RoomNode.beginAfter : 0, dice: dice)
        self.store = store
        self.loop = loop
    }

    private static func microseconds(_ loop: EventLoop) -> Microseconds { Microseconds(loop.now / 1000) }
    private var now: Microseconds { Self.microseconds(loop) }

    /// Begins to tick.
    public func open() {
        timer = LoopTimer.every(UInt64(RoomNode.tickEvery) * 1000, on: loop) { [weak self] in self?.tick() }
        drainLater()
    }

    /// No more calls are made. Who has asked and was not told is told that its place is held.
    public func close() {
        timer?.cancel()
        timer = nil
        let open = questions.values
        questions = [:]
        for question in open { question.reply(.held(pollAfter: 2_000_000)) }
    }

    /// The holder of a pass is not to be let through by it any more.
    public func denies(_ id: TicketID) -> Bool { node.denies(id, now: now) }

    /// An operator has taken it back, which is not the same as an end of its session.
    public func isRevoked(_ id: TicketID) -> Bool { node.isRevoked(id, now: now) }

    /// For whoever listens rather than asks.
    public func hasTurn(_ id: TicketID, lane: Int, place: Place) -> Bool { node.hasTurn(id, lane: lane, place: place) }

    /// See `RoomNode.isQuiet`.
    public var isQuiet: Bool { node.isQuiet(now) }

    /// What an operator says to everybody.
    public var message: String? { node.message }

    /// When it opens, for whoever is told that it has not yet.
    public func opensAtSeconds(_ reply: Reply) -> Int64? {
        switch reply {
        case .notYet: break
        case .waiting(let standing) where standing.outlook.phase == .prequeue: break
        default: return nil
        }
        let rules = node.snapshot.map { node.rules.under($0.controls) } ?? node.rules
        return rules.schedule.opensAt.map { $0 / 1_000_000 }
    }

    /// The configuration has changed.
    public func follow(_ rules: RoomRules) { node.rules = rules }

    // MARK: Visitors

    /// What becomes of a reply that cannot be given at once.
    public typealias Later = () -> (Reply) -> Void

    /// Somebody without a ticket, known to the site or not. The reply, if it is known; else `later` is asked who gets it when it is.
    public func arrive(as person: Person? = nil, lane: Int, later: Later) -> Reply? {
        ask(later, isNew: true) { node, number, now in
            guard let person else { return node.arrive(number, lane: lane, now: now) }
            return node.arrive(number, as: person, lane: lane, now: now)
        }
    }

    /// Somebody with a ticket whose signature is good. `person`: see `RoomNode.visit`.
    public func visit(
        _ id: TicketID, lane: Int, place: Place, as person: () -> Person? = { nil }, later: Later
    ) -> Reply? {
        ask(later, isNew: false) { $0.visit($1, id: id, lane: lane, place: place, now: $2, person: person) }
    }

    /// False: see `RoomNode.renew`.
    @discardableResult
    public func renew(_ session: SessionMark) -> Bool {
        defer { drainLater() }
        return node.renew(session, now: now)
    }

    public func release(_ id: TicketID) {
        onEvent?(.released, id)
        change { $0.release(id, now: $1) }
    }

    public func leave(_ id: TicketID) {
        onEvent?(.left, id)
        change { $0.leave(id, now: $1) }
    }

    public func revoke(_ id: TicketID, lasting: Microseconds) throws(OutboxFull) {
        try node.revoke(id, lasting: lasting, now: now)
        onEvent?(.revoked, id)
        drainLater()
    }

    public func control(_ changes: [ControlChange]) { change { node, _ in node.control(changes) } }

    public func adapt(_ proposal: RateProposal) { change { node, _ in node.adapt(proposal) } }

    private func ask(
        _ later: Later, isNew: Bool, _ question: (inout RoomNode, UInt64, Microseconds) -> Reply?
    ) -> Reply? {
        asked += 1
        if let known = question(&node, asked, now) { return known }
        questions[asked] = (isNew, later())
        drainLater()
        return nil
    }

    private func change(_ change: (inout RoomNode, Microseconds) -> Void) {
        change(&node, now)
        drainLater()
    }

    // MARK: Calls

    private func tick() {
        tell(node.expire(now: now))
        drainLater()
    }

    private func drainLater() {
        guard !isDrainDue else { return }
        isDrainDue = true
        loop.atTurnEnd(self)
    }

    public func turnEnded() {
        isDrainDue = false
        // Each kind is under way once at most, so that this ends.
        while timer != nil, let call = node.nextCall(now: now) {
            store.perform(call) { [weak self] result in self?.answered(call, result) }
        }
    }

    private func answered(_ call: StoreCall, _ result: Result<StoreAnswer, StoreFault>) {
        guard timer != nil else { return }
        let told = node.answered(call, result, now: now)
        if case .admit = call.operation, case .success(let answer) = result, case .admitted(let snapshot) = answer.outcome {
            onSnapshot?(snapshot)
        }
        tell(told)
        drainLater()
    }

    private func tell(_ told: [Told]) {
        for reply in told {
            guard let question = questions.removeValue(forKey: reply.ask) else { continue }
            if let onEvent { note(reply.reply, isNew: question.isNew, onEvent) }
            question.reply(reply.reply)
        }
    }

    private func note(_ reply: Reply, isNew: Bool, _ onEvent: (DeskEvent, TicketID) -> Void) {
        switch reply {
        case .admitted(let id, _): onEvent(isNew ? .admittedAtOnce : .claimed, id)
        case .waiting(let standing):
            switch standing.rejoined {
            case .spent: onEvent(.rejoinedSpent, standing.id)
            case .passed: onEvent(.rejoinedPassed, standing.id)
            case nil: onEvent(isNew ? .joined : .returned, standing.id)
            }
        case .revoked, .notYet, .closed, .open, .full, .held: break
        }
    }
}
