import Admission

/// What becomes of a room without any store, by `on_store_loss`.
extension World {
    /// A node knows by then that there is no store: what it last heard is as old as a loss, and so is the roster's word.
    static let lossKnownWithin: Microseconds = 8_000_000

    func routed(_ number: Int, _ route: StoreRoute) {
        let node = nodes[number]
        if case .lost = route {
            node.lostSince = now
            return
        }
        guard node.lostSince != nil else { return }
        node.lostSince = nil
        node.lostUntil = now
        if let lone = node.lone, let shortfall = lone.shortfall {
            observer.complain(.liveness, now, nil, "node \(number): \(shortfall)")
        }
        node.lone = nil
    }

    /// Whoever has been without a store for long knows it.
    func judgeLossKnown(since begun: Microseconds) {
        guard scenario.hasFailover, now - begun > Self.lossKnownWithin else { return }
        for number in living where nodes[number].lostSince == nil && now - nodes[number].bornAt > Self.lossKnownWithin {
            observer.complain(.asChosen, now, nil, "node \(number) does not know that there is no store")
        }
    }

    /// When the last store went, if none is there.
    var storelessSince: Microseconds? {
        let isReached = stores.contains { !$0.isDown && !$0.isStopped }
        return isReached || scenario.hasFallback && !isRosterGone ? nil : lastStoreGoneAt
    }

    /// What a visitor is told by a node that has no store.
    func judgeTold(_ reply: Reply, by node: SimulatedNode, _ at: Int) {
        guard scenario.hasFailover else { return }
        let isOpen: Bool
        switch reply {
        case .revoked: return
        case .open: isOpen = true
        case .waiting, .admitted, .notYet, .closed, .full, .held: isOpen = false
        }
        guard let since = node.lostSince else {
            // Exemption "on its way": what was under way when the route changed is over within a call's time.
            if isOpen, now - node.lostUntil > Self.callTimeout + 2 * RoomNode.tickEvery {
                observer.complain(
                    .asChosen, now, nil, visitor: Int32(at), "told that the room is open by a node that has a store")
            }
            return
        }
        switch scenario.loss {
        case .open:
            // Exemption "on its way": the node learns of it when what was under way has come to nothing.
            if !isOpen, now - since > Self.callTimeout + 2 * RoomNode.tickEvery {
                observer.complain(.asChosen, now, nil, visitor: Int32(at), "is told \(reply), and the room is open")
            }
        case .hold:
            if case .admitted = reply {
                observer.complain(.asChosen, now, nil, visitor: Int32(at), "is let in by a node that holds everybody")
            }
            if isOpen { observer.complain(.asChosen, now, nil, visitor: Int32(at), "is forwarded by a node that holds") }
        case .local:
            if isOpen {
                observer.complain(.asChosen, now, nil, visitor: Int32(at), "is forwarded by a node that goes on alone")
            }
        }
    }

    /// Forwarded: it looks around, and comes again with its ticket if it has one.
    func goesThrough(_ at: Int) {
        if visitors[at].ticket < 0, visitorDice.happens(0.2) { return finish(at) }
        again(at, after: visitorDice.between(500_000, 3_000_000))
    }

    // MARK: Calls

    /// What came of a call that was made without a store.
    func judgeAlone(_ call: StoreCall, _ result: Result<StoreAnswer, StoreFault>, _ node: SimulatedNode) {
        switch (scenario.loss, result) {
        case (.hold, .failure), (.local, .failure), (.open, .failure): return
        case (.hold, .success), (.open, .success):
            observer.complain(
                .asChosen, now, nil, "node \(node.number) takes \(call.operation) for done, and there is no store")
        case (.local, .success(let answer)): judgeLone(call, answer, node)
        }
    }

    private func judgeLone(_ call: StoreCall, _ answer: StoreAnswer, _ node: SimulatedNode) {
        if case .lost = answer.outcome { return }
        guard let seen = node.seen else {
            observer.complain(.asChosen, now, nil, "node \(node.number) goes on alone, and has never seen a store")
            return
        }
        guard let line = node.failover?.ownLine(of: Self.roomName) else { return }
        if node.lone?.lineage != answer.lineage {
            node.lone = LoneLine(lineage: answer.lineage, seen: seen, rules: node.room.rules)
            observer.losses += 1
        }
        guard var lone = node.lone else { return }
        observer.loneEpoch = max(observer.loneEpoch, answer.epoch)
        let before = (totals: lone.totals, counts: lone.counts)
        lone.totals = line.inTotal
        lone.counts = line.counts
        if case .restore = call.operation {
            lone.ownSessions += Int64(max(0, lone.counts.sessions - before.counts.sessions))
        }
        // What is in force for all nodes, as this one tells it.
        let rules = node.room.rules.under(node.room.snapshot?.controls ?? seen.controls)
        let admitted = lone.totals.admitted - before.totals.admitted
        let regular = admitted - lone.totals.replaced + before.totals.replaced
        if !lone.rate.add(regular, at: now, lone.rate(of: rules), burst: lone.burst(of: rules)) {
            observer.complain(
                .rate, now, nil, "node \(node.number) admits \(admitted) at once, beyond its part of \(lone.nodes)")
        }
        if admitted > 0, lone.slotsTaken > lone.slotsMax {
            observer.complain(
                .cap, now, nil,
                "node \(node.number) alone: \(lone.slotsTaken) slots taken of \(lone.slotsMax) that are its own")
        }
        if case .admitted(let snapshot) = answer.outcome { lone.tick(snapshot, rules, admitted: admitted, now) }
        observer.alone(call, answer, line, &lone, before: before.counts.waiting, admitted: admitted, node: node.number, now)
        if case .admit = call.operation, admitted > 0 { judgeOrder(line, node) }
        node.lone = lone
        judgeTogether(regular, rules)
        if let fault = line.structuralFault {
            observer.complain(.structure, now, nil, "node \(node.number) alone: \(fault)")
        }
    }

    /// Of those whom this node has told that they wait, nobody is passed over, as far as its line has come.
    private func judgeOrder(_ line: Line, _ node: SimulatedNode) {
        var last: [UInt8: (place: Place, id: TicketID)] = [:]
        for id in line.latestOffers.ids {
            guard let ticket = observer.book.number(of: id) else { continue }
            let record = observer.book[ticket]
            if last[record.lane].map({ ($0.place, $0.id) < (record.place, id) }) ?? true {
                last[record.lane] = (record.place, id)
            }
        }
        for at in visitors.indices where visitors[at].state == .waiting && visitors[at].toldBy == node.number {
            let ticket = visitors[at].ticket
            guard ticket >= 0 else { continue }
            let record = observer.book[ticket]
            guard record.isPolling, !record.isToBeRevoked, let last = last[record.lane],
                (record.place, record.id) < (last.place, last.id)
            else { continue }
            if line.isWaiting(record.id) {
                let what = "still waits at node \(node.number) alone, and \(last.id) at \(last.place) was admitted"
                return observer.complain(.order, now, ticket, visitor: Int32(at), what)
            }
            if line.isOffered(record.id) || line.isInside(record.id) || line.isSpent(record.id) { continue }
            // Whoever was heard of long ago is taken for dead.
            if now - visitors[at].heardAt > rules.abandonAfter / 2 { continue }
            let what = "was told to wait by node \(node.number), and is not in the line that it has alone"
            return observer.complain(.presence, now, ticket, visitor: Int32(at), what)
        }
    }

    /// All nodes together keep to the rate, each with a burst of its own, and with the one that the store had.
    func judgeTogether(_ regular: Int64, _ rules: RoomRules) {
        guard scenario.loss == .local else { return }
        let lone = living.compactMap { nodes[$0].lone }
        // Exemption "lately seen": the parts that nodes take are of as many as each saw last, which may be fewer than there are.
        let parts = lone.reduce(0) { $0 + $1.rate(of: rules).perSecond }
        let most = max(parts, rules.rate.perSecond)
        let burst = lone.reduce(rules.burst) { $0 + $1.burst(of: rules) }
        if !observer.together.add(regular, at: now, perSecond: most, burst: burst) {
            observer.complain(.rate, now, nil, "all nodes together admit beyond \(most)/s and \(burst)")
        }
    }
}
