import Admission

extension World {
    /// A node of which the others have not heard, or that has not heard them, since the room was moved: documented, it may go
    /// on with the primary when it reaches that alone.
    func cannotHaveHeard(_ node: Int) -> Bool {
        let known = movedAt - 2_000_000
        return rosterGoneUntil >= known || nodes[node].cutOffUntil >= known
    }

    /// After a move nobody uses the store that the room was moved away from.
    func judgeSent(_ pending: PendingCall) {
        guard scenario.hasFallback, now > movedAt, pending.call.operation.usesLine else { return }
        let holder = roster.mode.holder
        if case .restore = pending.call.operation, holder == .returning, pending.store == 0 { return }
        guard pending.store != (holder == .primary ? 0 : 1), !cannotHaveHeard(pending.node) else { return }
        observer.complain(
            .twoLines, now, nil,
            "node \(pending.node) calls on store \(pending.store), and the room was moved \(now - movedAt) µs ago")
    }

    /// Nothing is believed that was done by a store that did not hold the room, or by a line that was in its holder before.
    func judgeAnswer(_ result: Result<StoreAnswer, StoreFault>, to node: SimulatedNode, sentAt: Microseconds) {
        if case .success(let answer) = result, case .admitted(let snapshot) = answer.outcome { node.seen = snapshot }
        guard scenario.hasFallback, case .success(let answer) = result, !cannotHaveHeard(node.number) else { return }
        if isAnswerVoid {
            let what = "node \(node.number) takes an answer of a store that does not hold the room"
            observer.complain(.twoLines, now, nil, what)
        }
        guard sentAt > movedAt, roster.mode.holder != .returning, answer.epoch < roster.mode.epoch else { return }
        if case .lost = answer.outcome { return }
        let what = "takes an answer of a line of epoch \(answer.epoch), the room's is \(roster.mode.epoch) at least"
        observer.complain(.twoLines, now, nil, "node \(node.number) \(what)")
    }

    func moved(_ isMoved: Bool, _ move: RoomMove) -> Bool {
        guard isMoved else { return false }
        movedAt = now
        trail(.moved, Int64(roster.mode.version * 10) + (move.to == .primary ? 0 : move.to == .fallback ? 1 : 2))
        if move.to == .primary { judgeCarried() }
        return true
    }

    /// Whatever the fallback's line held is in the primary's when the room comes back.
    private func judgeCarried() {
        guard let missing = stores[1].line.missing(in: stores[0].line) else { return }
        observer.complain(.carried, now, observer.book.number(of: missing.id), missing.what)
    }
}

extension StoreCall.Operation {
    /// Neither a probe nor a page of what is carried.
    fileprivate var usesLine: Bool {
        switch self {
        case .beat(let ids): !ids.isEmpty
        case .read: false
        case .enter, .admit, .claim, .renew, .release, .leave, .revoke, .control, .adapt, .restore: true
        }
    }
}

/// The way of one node to the roster.
final class SimulatedRoster: Roster {
    private unowned let world: World
    private let node: Int

    init(_ world: World, node: Int) {
        self.world = world
        self.node = node
    }

    func heartbeat(_ heartbeat: Heartbeat, _ answer: @escaping (Result<RosterView, StoreFault>) -> Void) {
        ask({ $0.roster.heartbeat(heartbeat, now: $1) }, answer)
    }

    func move(_ move: RoomMove, _ answer: @escaping (Result<Bool, StoreFault>) -> Void) {
        ask({ $0.moved($0.roster.move(move, now: $1), move) }, answer)
    }

    private func ask<Answer>(
        _ act: @escaping (World, Microseconds) -> Answer, _ answer: @escaping (Result<Answer, StoreFault>) -> Void
    ) {
        let world = world
        let node = world.nodes[node]
        guard !world.isRosterGone, !node.isCutOff else {
            world.later(World.callTimeout) { if node.isAlive { answer(.failure(.unknown("no answer in time"))) } }
            return
        }
        world.later(world.delay()) { [unowned world] in
            let result = act(world, world.stores[1].clock.reading(world.now))
            world.later(world.delay()) { if node.isAlive { answer(.success(result)) } }
        }
    }
}
