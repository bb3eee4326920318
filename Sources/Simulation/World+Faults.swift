import Admission

extension World {
    func begin(_ at: Int) {
        let fault = scenario.faults[at]
        faultsBegun += 1
        observer.faultBegins(now)
        trail(.fault, Int64(at))
        let hadStore = storelessSince == nil
        switch fault.kind {
        case .slowStore(let more): stores[0].slowBy = more
        case .stoppedStore: stores[0].isStopped = true
        case .killedStore: stores[0].isDown = true
        case .emptiedStore: empty()
        case .clockStep(let step):
            stores[0].clock.offset += step
            observer.regular.forget()
            observer.all.forget()
        case .partition: cutOff(at)
        case .primaryUnreached: leaveWithoutPrimary(at)
        case .lossyNetwork: isLossy = true
        case .crash: crashOne(at)
        case .restart: crashOne(at)
        case .join: addNode()
        case .gracefulLeave: leaveOne()
        case .control(let changes): control(changes)
        case .rules(let rate, let slotsMax): configure(rate, slotsMax)
        case .revocation: revokeOne()
        case .lostFallback:
            if stores.count > 1 { stores[1].isDown = true }
            isRosterGone = true
            rosterGoneUntil = .max
        }
        if hadStore { lastStoreGoneAt = now }
        events.add(.faultEnds, at: fault.end, at)
    }

    func end(_ at: Int) {
        let fault = scenario.faults[at]
        trail(.faultOver, Int64(at))
        if let storelessSince { judgeLossKnown(since: storelessSince) }
        switch fault.kind {
        case .slowStore: stores[0].slowBy = 0
        case .stoppedStore:
            stores[0].isStopped = false
            resume(stores[0])
        case .killedStore(let keeps):
            guard stores[0].isDown else { break }
            stores[0].isDown = false
            if case .everything = keeps {} else { isForgotten(keeps) }
            stores[0].comeBack(keeps, killedAt: fault.at)
            if case .older = keeps { repeatControls(since: fault.at) }
        case .partition:
            if concerned[at] >= 0 {
                nodes[concerned[at]].isCutOff = false
                nodes[concerned[at]].cutOffUntil = now
            }
        case .primaryUnreached: if concerned[at] >= 0 { nodes[concerned[at]].isWithoutPrimary = false }
        case .lossyNetwork: isLossy = false
        case .restart: if concerned[at] >= 0 { addNode() }
        case .lostFallback:
            if stores.count > 1 { stores[1].isDown = false }
            isRosterGone = false
            rosterGoneUntil = now
        case .emptiedStore, .clockStep, .crash, .join, .gracefulLeave, .control, .rules, .revocation: break
        }
        observer.faultEnds(now, recovery: scenario.recovery(from: fault.kind))
    }

    private func empty() {
        guard !stores[0].isDown else { return }
        stores[0].line = Line()
        isForgotten(.nothing)
    }

    private func isForgotten(_ keeps: Fault.Keeps) {
        if case .older = keeps {
            observer.losses += 1
            // Documented: what a store set back had done lately is unknown to everybody but the nodes that asked for it.
            observer.setBacks += 1
            observer.placeMax = .none
            observer.regular.forget()
            observer.all.forget()
        }
    }

    private func cutOff(_ at: Int) {
        let living = living
        guard !living.isEmpty else { return }
        concerned[at] = living[faultDice.below(living.count)]
        nodes[concerned[at]].isCutOff = true
        nodes[concerned[at]].cutOffUntil = .max
        observer.unheardNodes.insert(UInt16(concerned[at]))
    }

    private func leaveWithoutPrimary(_ at: Int) {
        let living = living
        guard living.count > 1 else { return }
        concerned[at] = living[faultDice.below(living.count)]
        nodes[concerned[at]].isWithoutPrimary = true
        observer.unheardNodes.insert(UInt16(concerned[at]))
    }

    /// One of those that may: somebody who knows the line has to live on.
    private func crashOne(_ at: Int) {
        let living = living
        let knowing = living.filter { nodes[$0].room.epoch > 0 && !nodes[$0].isCutOff }
        let candidates = living.filter { candidate in knowing.contains { $0 != candidate } }
        guard !candidates.isEmpty else { return }
        concerned[at] = candidates[faultDice.below(candidates.count)]
        crash(concerned[at])
    }

    private func leaveOne() {
        let living = living
        guard living.count > 1 else { return }
        let number = living[faultDice.below(living.count)]
        nodes[number].isLeaving = true
        events.add(.nodeIsGone, at: now + RoomNode.askAgeMax + 1_000_000, number)
    }

    private func control(_ changes: [ControlChange]) {
        guard let number = living.first else { return }
        for change in changes {
            if case .slotsMax(let slots) = change { slotsMaxEver = max(slotsMaxEver, slots ?? 0) }
        }
        nodes[number].room.control(changes)
    }

    /// What an operator set a moment before a store was set back is set back too. Whoever looks sees it, and sets it again.
    private func repeatControls(since killedAt: Microseconds) {
        for fault in scenario.faults where fault.at > killedAt - 3_000_000 && fault.at <= now {
            guard case .control(let changes) = fault.kind else { continue }
            later(2_000_000) { [unowned self] in self.control(changes) }
        }
    }

    /// A file that all nodes read, one after another.
    private func configure(_ rate: AdmissionRate, _ slotsMax: Int64) {
        var next = RoomRules(rate: rate, slotsMax: slotsMax)
        next.abandonAfter = rules.abandonAfter
        next.claimWindow = rules.claimWindow
        next.turnGrace = rules.turnGrace
        next.passLife = rules.passLife
        next.sessionIdle = rules.sessionIdle
        next.state = rules.state
        next.schedule = rules.schedule
        next.lanes = rules.lanes
        next.method = rules.method
        rules = next
        slotsMaxEver = max(slotsMaxEver, slotsMax)
        for number in living {
            later(faultDice.between(0, 2_000_000)) { [unowned self] in self.nodes[number].room.rules = next }
        }
    }

    private func revokeOne() {
        let candidates = visitors.indices.filter { visitors[$0].ticket >= 0 && visitors[$0].state != .done }
        guard !candidates.isEmpty, let number = living.first else { return }
        let visitor = candidates[faultDice.below(candidates.count)]
        let ticket = visitors[visitor].ticket
        let node = nodes[number]
        do throws(OutboxFull) {
            try node.room.revoke(observer.book[ticket].id, lasting: 3_600_000_000, now: node.time(now))
        } catch {
            return observer.complain(.bounds, now, ticket, "\(error)")
        }
        observer.book[ticket].isToBeRevoked = true
        trail(.leaves, node: number, ticket: ticket, visitor: visitor)
        // Whoever is on the list may hold a pass, and is not let in with it.
        passIsOver(visitor)
    }
}
