import Admission

extension World {
    func addVisitors() {
        visitors.reserveCapacity(scenario.visitors)
        for at in 0..<scenario.visitors {
            var visitor = Visitor()
            visitor.habit = Visitor.Habit.allCases[visitorDice.weighted(scenario.habits)]
            visitor.lane = UInt8(visitorDice.below(rules.lanes.count))
            visitor.renewalsLeft = UInt8(visitorDice.below(scenario.renewalsMax))
            visitor.patience = UInt8(1 + visitorDice.below(4))
            visitor.node = UInt8(visitorDice.below(scenario.nodes))
            visitors.append(visitor)
            let isAtWall = visitorDice.between(0, 99) < scenario.wallPercent
            let latest = isAtWall ? min(scenario.arrivalsEnd, 1_000_000) : scenario.arrivalsEnd
            events.add(.visitor, at: 100_000 + visitorDice.between(0, latest), at)
        }
    }

    /// What is next for a visitor.
    func act(_ at: Int) {
        switch visitors[at].state {
        case .outside, .waiting: ask(at)
        case .away: comeBack(at)
        case .inside: goOn(at)
        case .done: break
        }
    }

    private func comeBack(_ at: Int) {
        visitors[at].state = .waiting
        trail(.comesBack, ticket: visitors[at].ticket, visitor: at)
        ask(at)
    }

    private func chooseNode(_ at: Int) -> SimulatedNode? {
        let current = Int(visitors[at].node)
        if scenario.isSticky, nodes[current].isAlive, !nodes[current].isLeaving { return nodes[current] }
        let living = living
        guard !living.isEmpty else { return nil }
        let chosen = living[visitorDice.below(living.count)]
        visitors[at].node = UInt8(truncatingIfNeeded: chosen)
        return nodes[chosen]
    }

    /// Asks a node, with its ticket if it has one.
    private func ask(_ at: Int) {
        guard let node = chooseNode(at) else {
            events.add(.visitor, at: now + 1_000_000, at)
            return
        }
        figures.polls += 1
        visitors[at].serial = visitors[at].serial &+ 1 == 0 ? 1 : visitors[at].serial &+ 1
        let serial = visitors[at].serial
        visitors[at].asked = serial
        if visitors[at].habit == .twoTabs, visitors[at].state == .waiting {
            events.add(.tab, at: now + visitorDice.between(0, 3_000), at)
        }
        if put(at, serial, node, inTab: false) {
            events.add(.askDue, at: now + Self.askDueAfter, at, Int(serial))
            drain(node)
        }
    }

    /// The same ticket, from another tab.
    func askInTab(_ at: Int) {
        guard visitors[at].state == .waiting, visitors[at].askedInTab == 0 else { return }
        let living = living
        guard !living.isEmpty else { return }
        let node = nodes[living[visitorDice.below(living.count)]]
        visitors[at].serial = visitors[at].serial &+ 1 == 0 ? 1 : visitors[at].serial &+ 1
        visitors[at].askedInTab = visitors[at].serial
        if put(at, visitors[at].serial, node, inTab: true) {
            // A tab whose node dies is reloaded by nobody.
            later(Self.askDueAfter) { [unowned self] in self.visitors[at].askedInTab = 0 }
            drain(node)
        }
    }

    static let askDueAfter = RoomNode.askAgeMax + 300_000

    /// True when the answer comes later.
    private func put(_ at: Int, _ serial: UInt16, _ node: SimulatedNode, inTab: Bool) -> Bool {
        let visitor = visitors[at]
        let number = UInt64(at) << 17 | UInt64(serial) << 1 | (inTab ? 1 : 0)
        let time = node.time(now)
        let reply: Reply?
        if visitor.ticket < 0 {
            trail(.arrives, node: node.number, visitor: at)
            reply = node.room.arrive(number, lane: Int(visitor.lane), now: time)
        } else {
            trail(.visits, node: node.number, ticket: visitor.ticket, visitor: at)
            let id = observer.book[visitor.ticket].id
            reply = node.room.visit(number, id: id, lane: Int(visitor.lane), place: visitor.place, now: time)
        }
        guard let reply else { return true }
        told(number, reply, by: node)
        return false
    }

    func judgeAsk(_ at: Int, _ asked: Int) {
        guard visitors[at].asked == UInt16(truncatingIfNeeded: asked) else { return }
        let ticket = visitors[at].ticket
        let isAgain = asked > Int(UInt16.max)
        // Exemption "asked anew": a ticket that turns out to be worth nothing is asked for anew, by another one, and that
        // question has its own time.
        if !isAgain, visitors[at].isExcused || ticket >= 0 && observer.book[ticket].startedAt != 0 {
            events.add(.askDue, at: now + RoomNode.askAgeMax, at, asked | 1 << 16)
            return
        }
        observer.complain(
            .unanswered, now, ticket >= 0 ? ticket : nil, visitor: Int32(at), "asked and was told nothing in time")
    }

    // MARK: Replies

    func told(_ number: UInt64, _ reply: Reply, by node: SimulatedNode) {
        let at = Int(number >> 17)
        let serial = UInt16(truncatingIfNeeded: number >> 1)
        let isTab = number & 1 == 1
        trail(.told, node: node.number, ticket: visitors[at].ticket, visitor: at, Self.code(reply))
        if isTab {
            if visitors[at].askedInTab == serial { visitors[at].askedInTab = 0 }
            toldInTab(at, reply, node)
            return
        }
        guard visitors[at].asked == serial else {
            observer.complain(.answeredTwice, now, nil, visitor: Int32(at), "told \(reply) without having asked")
            return
        }
        visitors[at].asked = 0
        judgeTold(reply, by: node, at)
        // The answer may get lost on its last way.
        if isLossy, visitorDice.below(100) < 2 {
            if case .admitted(let id, _) = reply, visitors[at].ticket < 0, let ticket = observer.book.number(of: id) {
                grantKnown(ticket, node)
            }
            again(at, after: 2_000_000)
            return
        }
        take(reply, at, node)
    }

    func again(_ at: Int, after time: Microseconds) {
        events.add(.visitor, at: now + time + visitorDice.between(0, 300_000), at)
    }

    private func take(_ reply: Reply, _ at: Int, _ node: SimulatedNode) {
        switch reply {
        case .waiting(let standing): waits(standing, at, node)
        case .admitted(let id, let startedAt): comesIn(id, startedAt, at, node)
        case .held:
            figures.held += 1
            visitors[at].toldBy = .max
            // The balancer takes it elsewhere, or knows none.
            if scenario.kind != .silence, visitorDice.happens(0.5),
                let other = living.isEmpty ? nil : living[visitorDice.below(living.count)]
            {
                visitors[at].node = UInt8(truncatingIfNeeded: other)
            }
            again(at, after: 1_500_000)
        case .notYet, .full: again(at, after: 2_000_000)
        case .revoked:
            let ticket = visitors[at].ticket
            if ticket < 0 || !observer.book[ticket].isToBeRevoked {
                observer.complain(.revoked, now, ticket < 0 ? nil : ticket, visitor: Int32(at), "told that it is revoked")
            }
            finish(at)
        case .open where scenario.hasFailover: goesThrough(at)
        case .closed, .open: finish(at)
        }
    }

    func finish(_ at: Int) {
        guard visitors[at].state != .done else { return }
        visitors[at].state = .done
        stopPolling(at)
        unfinished -= 1
    }

    func stopPolling(_ at: Int) {
        let ticket = visitors[at].ticket
        if ticket >= 0, observer.book[ticket].holder == at { observer.book[ticket].isPolling = false }
    }

    static func code(_ reply: Reply) -> Int64 {
        switch reply {
        case .waiting(let standing): Int64(standing.outlook.position ?? 0)
        case .admitted: -1
        case .revoked: -2
        case .notYet: -3
        case .closed: -4
        case .open: -5
        case .full: -6
        case .held: -7
        }
    }
}
