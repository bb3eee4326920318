import Admission

extension World {
    /// It was told where it stands.
    func waits(_ standing: Standing, _ at: Int, _ node: SimulatedNode) {
        let own = visitors[at].ticket
        let isOwn = own >= 0 && observer.book[own].id == standing.id
        let ticket = isOwn ? own : observer.book.entry(standing.id, lane: standing.lane)
        if visitors[at].ticket != ticket { isGiven(ticket, standing, at) }
        if observer.violation != nil { return }
        visitors[at].state = .waiting
        judgePlace(standing, ticket, at)
        judgeGrace(ticket, at)
        judgePosition(standing, at, node)
        visitors[at].place = standing.place
        let wasAway = visitors[at].isExcused
        visitors[at].isExcused = false
        visitors[at].awaySince = 0
        outage(at)
        visitors[at].toldBy = UInt16(node.number)
        observer.book[ticket].holder = Int32(at)
        observer.book[ticket].isPolling = !wasAway
        observer.list(ticket)
        // Who was away is put back by the beat that follows.
        if !wasAway { judgePresence(ticket, node) }
        behave(standing, at, node)
    }

    /// A first ticket, or another in place of one that is worth nothing any more.
    private func isGiven(_ ticket: Int32, _ standing: Standing, _ at: Int) {
        let former = visitors[at].ticket
        visitors[at].ticket = ticket
        visitors[at].shown = .max
        guard former >= 0 else { return }
        figures.rejoined += 1
        observer.book[former].isPolling = false
        let record = observer.book[former]
        guard let why = standing.rejoined else {
            observer.complain(.reply, now, former, visitor: Int32(at), "has another ticket and was not told why")
            return
        }
        visitors[at].hasReplayed = true
        if why == .spent, record.startedAt == 0 {
            observer.complain(
                .rejoined, now, former, visitor: Int32(at), "its ticket is called spent, and never had a session")
        }
        if why == .passed, record.startedAt == 0 { judgePassed(former, at) }
    }

    /// It is told that its turn has passed.
    private func judgePassed(_ former: Int32, _ at: Int) {
        let record = observer.book[former]
        // Exemption "away too long": it did not poll as told, and its turn passed `turn_grace` ago.
        let passedAt = observer.passed(record.place, lane: Int(record.lane))
        let isLate = passedAt.map { now - $0 > rules.turnGrace * 9 / 10 - 1_500_000 } ?? false
        if isLate, visitors[at].isExcused { return }
        // Exemption "unheard": no node that knows anything has answered it for as long.
        if isLate, now - visitors[at].heardAt > rules.turnGrace / 2 { return }
        observer.complain(
            .rejoined, now, former, visitor: Int32(at),
            "sent to the end; its turn was \(passedAt.map { "\(now - $0) µs ago" } ?? "not yet")")
    }

    private func judgePlace(_ standing: Standing, _ ticket: Int32, _ at: Int) {
        let draw = observer.drawnPlace(standing.id, epoch: standing.place.epoch)
        if standing.place.awaitsDraw {
            if draw == nil { observer.complain(.draw, now, ticket, "a draw that nobody has made") }
            if let draw, observer.book[ticket].place == .none { observer.book[ticket].place = draw }
            return
        }
        if draw != nil, rules.method == .fifo, !observer.opened.contains(standing.place.epoch) {
            observer.complain(.draw, now, ticket, "its place is told before the opening")
        }
        let expected = draw ?? observer.book[ticket].place
        if standing.place != expected {
            observer.complain(.place, now, ticket, "is told \(standing.place), and stands at \(expected)")
        }
    }

    /// Whoever comes back after its grace does not come to the front.
    private func judgeGrace(_ ticket: Int32, _ at: Int) {
        guard rules.method == .fifo, visitors[at].isExcused, visitors[at].awaySince > 0 else { return }
        let record = observer.book[ticket]
        guard let passedAt = observer.passed(record.place, lane: Int(record.lane)) else { return }
        // The floor is late by its spacing, and stands still while no tick comes.
        let isLate = now - passedAt > rules.turnGrace + rules.turnGrace / 10 + 4_000_000 && visitors[at].awaySince < passedAt
        if isLate, scenario.faults.isEmpty {
            observer.complain(.grace, now, ticket, "its turn was \(now - passedAt) µs ago, and it is back in the line")
        }
    }

    private func judgePosition(_ standing: Standing, _ at: Int, _ node: SimulatedNode) {
        guard let position = standing.outlook.position else { return }
        let isSame = visitors[at].shownBy == node.number && !visitors[at].isExcused
        if isSame, position > visitors[at].shown {
            observer.complain(
                .position, now, visitors[at].ticket,
                "was shown \(visitors[at].shown) and then \(position) by node \(node.number)")
        }
        visitors[at].shown = UInt32(clamping: position)
        visitors[at].shownBy = UInt16(node.number)
    }

    private func judgePresence(_ ticket: Int32, _ node: SimulatedNode) {
        if scenario.visitors > 20_000, figures.polls % 32 != 0 { return }
        guard !observer.isDisturbed(now) else { return }
        let record = observer.book[ticket]
        let line = stores[observer.holder].line
        if record.isToBeRevoked || line.isOffered(record.id) || line.isInside(record.id) { return }
        guard line.isWaiting(record.id) else {
            observer.complain(.presence, now, ticket, "is told to wait by node \(node.number), and is not in the line")
            return
        }
        if let held = line.placeHeld(by: record.id), held != record.place {
            observer.complain(.place, now, ticket, "stands at \(held) in the store, its place is \(record.place)")
        }
    }

    /// A node that has brought back everything has nobody told to wait who is not in the line: there, or on.
    func judgeRecalled(_ node: SimulatedNode, _ answer: StoreAnswer, sentAt: Microseconds) {
        let line = stores[observer.holder].line
        guard answer.lineage == line.knownLineage, answer.lineage == node.room.lineage else { return }
        for at in visitors.indices where visitors[at].state == .waiting && visitors[at].toldBy == node.number {
            let ticket = visitors[at].ticket
            // Whoever was heard of long ago is taken for dead, and who came since is brought back by the next call.
            guard ticket >= 0, now - visitors[at].heardAt < rules.abandonAfter / 2, visitors[at].heardAt <= sentAt else {
                continue
            }
            let record = observer.book[ticket]
            guard record.isPolling, !record.isToBeRevoked, record.place != .none else { continue }
            if line.isWaiting(record.id) || line.isOffered(record.id) || line.isInside(record.id) { continue }
            if line.isSpent(record.id) || line.isBelowFloor(record.place, lane: Int(record.lane)) { continue }
            observer.complain(
                .recalled, now, ticket, visitor: Int32(at),
                "node \(node.number) has brought back everything, and it is not in the line")
            return
        }
    }

    func outage(_ at: Int) {
        if visitors[at].heardAt > 0 { figures.outageLongest = max(figures.outageLongest, now - visitors[at].heardAt) }
        visitors[at].heardAt = now
    }

    // MARK: Habits

    private func behave(_ standing: Standing, _ at: Int, _ node: SimulatedNode) {
        let next = standing.outlook.pollAfter
        if let goAt = scenario.ghostsGoAt {
            if visitors[at].habit == .vanishes, now >= goAt { return finish(at) }
            if visitors[at].habit != .vanishes { promises.promise(standing.outlook.wait, to: at, at: now) }
            return again(at, after: next)
        }
        if visitors[at].patience > 0 {
            visitors[at].patience -= 1
            return again(at, after: next)
        }
        switch visitors[at].habit {
        case .stays, .idles, .twoTabs, .replays: again(at, after: next)
        case .reloads: again(at, after: visitorDice.between(0, next))
        case .vanishes: finish(at)
        case .returns: goAway(at, for: visitorDice.between(1_000_000, rules.turnGrace * 5 / 2))
        case .late: goAway(at, for: rules.claimWindow + visitorDice.between(0, 5_000_000))
        case .leaves:
            trail(.leaves, node: node.number, ticket: visitors[at].ticket, visitor: at)
            observer.book[visitors[at].ticket].isPolling = false
            node.room.leave(observer.book[visitors[at].ticket].id, now: node.time(now))
            finish(at)
        }
    }

    private func goAway(_ at: Int, for time: Microseconds) {
        visitors[at].state = .away
        visitors[at].isExcused = true
        visitors[at].awaySince = now
        visitors[at].habit = .stays
        stopPolling(at)
        trail(.goesAway, ticket: visitors[at].ticket, visitor: at, time)
        events.add(.visitor, at: now + time, at)
    }
}
