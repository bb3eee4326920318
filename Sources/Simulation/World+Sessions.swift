import Admission

extension World {
    /// It was told that it may come in.
    func comesIn(_ id: TicketID, _ startedAt: Microseconds, _ at: Int, _ node: SimulatedNode) {
        let ticket = observer.book.entry(id, lane: Int(visitors[at].lane))
        let former = visitors[at].ticket
        if former >= 0, former != ticket {
            observer.book[former].isPolling = false
            if observer.book[former].startedAt == 0, !visitors[at].isExcused, !observer.isDisturbed(now) {
                observer.complain(.reply, now, former, "is let in by another ticket")
            }
        }
        visitors[at].ticket = ticket
        judgeGrant(ticket, startedAt, at)
        grantKnown(ticket, node)
        outage(at)
        observer.book[ticket].holder = Int32(at)
        observer.book[ticket].isPolling = false
        visitors[at].startedAt = startedAt
        visitors[at].renewedBy = .max
        visitors[at].state = .inside
        figures.admitted += 1
        observer.pace.come(at: now)
        if scenario.ghostsGoAt != nil { promises.keep(at, at: now) }
        if visitors[at].passUntil == 0 {
            validPasses += 1
            figures.passesMost = max(figures.passesMost, validPasses)
            judgePasses()
            events.add(.passEnds, at: now + rules.passLife, at)
        }
        visitors[at].passUntil = now + rules.passLife
        events.add(.visitor, at: now + visitorDice.between(rules.passLife / 2, rules.passLife * 9 / 10), at)
    }

    func toldInTab(_ at: Int, _ reply: Reply, _ node: SimulatedNode) {
        switch reply {
        case .admitted(let id, let startedAt):
            guard let ticket = observer.book.number(of: id), ticket == visitors[at].ticket else { return }
            judgeGrant(ticket, startedAt, at)
            grantKnown(ticket, node)
        case .waiting(let standing):
            guard let ticket = observer.book.number(of: standing.id), ticket == visitors[at].ticket else { return }
            judgePosition(ofTab: standing, ticket)
        case .revoked, .notYet, .closed, .open, .full, .held: break
        }
    }

    private func judgePosition(ofTab standing: Standing, _ ticket: Int32) {
        let place = observer.book[ticket].place
        if !standing.place.awaitsDraw, standing.place != place {
            observer.complain(.place, now, ticket, "a tab is told \(standing.place), it stands at \(place)")
        }
    }

    private func judgeGrant(_ ticket: Int32, _ startedAt: Microseconds, _ at: Int) {
        let record = observer.book[ticket]
        if record.startedAt != startedAt, !observer.isForgiven(record) {
            observer.complain(
                .session, now, ticket, visitor: Int32(at),
                record.startedAt == 0
                    ? "is let in, and no store has granted it"
                    : "is let in by a session of \(startedAt), not \(record.startedAt)")
        }
    }

    func grantKnown(_ ticket: Int32, _ node: SimulatedNode) {
        observer.book[ticket].isGrantKnown = true
        observer.book[ticket].grantNode = UInt16(node.number)
    }

    private func judgePasses() {
        guard Int64(validPasses) > slotsMaxEver, Int64(validPasses - renewedUnheard) > slotsMaxEver else { return }
        // Exemption "known to nobody": a store has lost sessions that no node remembers that can be heard.
        if observer.losses > 0, observer.setBacks > 0 || !observer.unheardNodes.isEmpty || scenario.hasFallback { return }
        // Exemption "earlier memory": of two nodes that bring back a session, a store believes the first, which may know of an
        // earlier end than the other.
        if observer.losses > 0, nodes.count > 1 { return }
        // Exemption "before its time": a store's clock that is set forth a little ends slots by as much earlier.
        if scenario.faults.contains(where: { if case .clockStep = $0.kind { true } else { false } }) { return }
        observer.complain(.passes, now, nil, "\(validPasses) hold a pass, \(slotsMaxEver) may be inside")
    }

    /// Exemption "out of hearing": sessions go on at a node that is cut off, and the others cannot know of it. How many hold a
    /// pass that was renewed by a node that could not tell the store.
    private var renewedUnheard: Int {
        visitors.count { visitor in
            guard visitor.passUntil > now, visitor.renewedBy != .max else { return false }
            return nodes[Int(visitor.renewedBy)].cutOffUntil >= visitor.passUntil - rules.passLife
        }
    }

    func passEnds(_ at: Int) {
        guard visitors[at].passUntil > 0 else { return }
        if now < visitors[at].passUntil {
            events.add(.passEnds, at: visitors[at].passUntil, at)
            return
        }
        passIsOver(at)
    }

    func passIsOver(_ at: Int) {
        if visitors[at].passUntil > 0 { validPasses -= 1 }
        visitors[at].passUntil = 0
    }

    /// Inside: goes on, or is done.
    func goOn(_ at: Int) {
        let ticket = visitors[at].ticket
        guard let number = living.isEmpty ? nil : living[visitorDice.below(living.count)] else {
            events.add(.visitor, at: now + 500_000, at)
            return
        }
        if observer.book[ticket].isToBeRevoked { return finish(at) }
        let node = nodes[number]
        let id = observer.book[ticket].id
        let time = node.time(now)
        if visitors[at].renewalsLeft > 0, visitors[at].passUntil > now {
            visitors[at].renewalsLeft -= 1
            node.room.renew(SessionMark(id: id, startedAt: visitors[at].startedAt), now: time)
            trail(.renews, node: number, ticket: ticket, visitor: at)
            visitors[at].passUntil = now + rules.passLife
            visitors[at].renewedBy = UInt16(number)
            events.add(.visitor, at: now + visitorDice.between(rules.passLife / 2, rules.passLife * 9 / 10), at)
            return
        }
        if visitors[at].habit == .idles { return finish(at) }
        trail(.releases, node: number, ticket: ticket, visitor: at)
        node.room.release(id, now: time)
        passIsOver(at)
        later(visitorDice.between(0, rules.passLife)) { [unowned self] in self.replayPass(ticket) }
        if visitors[at].habit == .replays, !visitors[at].hasReplayed {
            visitors[at].hasReplayed = true
            visitors[at].isExcused = true
            visitors[at].habit = .stays
            visitors[at].state = .waiting
            return again(at, after: visitorDice.between(500_000, rules.turnGrace / 2))
        }
        finish(at)
    }
}
