extension RoomNode {
    /// The next call to make now; asked again until it is nil, in every turn and at least every `tickEvery`.
    public mutating func nextCall(now: Microseconds) -> StoreCall? {
        let now = TimeBounds.time(now)
        forget(now)
        if isNew, emptySince.map({ now - $0 < beginsAfter }) ?? true { return nextProbe(now) }
        // As long as the store does not hold this line, nothing else has a meaning.
        if recall.isNeeded {
            guard outbox.mayCall(.restore, now), let recollection = nextRecollection(now) else {
                return recall.isLost ? nil : nextOrdinary(now)
            }
            return call(.restore(recollection))
        }
        return nextOrdinary(now)
    }

    /// It has heard of no line. What it began in a store that was just emptied would be another line than the one that all
    /// others know: a burst of its own, newcomers before everybody, a second draw.
    private var isNew: Bool { lineage == 0 && view == nil && beginsAfter > 0 }

    /// Changes nothing, and tells which line there is.
    private mutating func nextProbe(_ now: Microseconds) -> StoreCall? {
        guard outbox.mayCall(.beat, now), outbox.tickedAt.map({ now - $0 >= Self.tickEvery }) ?? true else { return nil }
        outbox.tickedAt = now
        return call(.beat([]))
    }

    private mutating func nextOrdinary(_ now: Microseconds) -> StoreCall? {
        if outbox.mayCall(.admit, now), outbox.tickedAt.map({ now - $0 >= Self.tickEvery }) ?? true {
            outbox.tickedAt = now
            let seed = (0..<4).flatMap { _ in word() }
            let isSame = viewLineage == lineage
            let version = isSame ? view?.snapshot.marksVersion ?? 0 : 0
            let tick = Tick(lineage: dice(), seed: seed, marksVersion: version, endedUpTo: isSame ? endedUpTo : 0)
            return call(.admit(tick))
        }
        guard lineage != 0 else { return nil }
        return nextBatch(now).map { call($0) }
    }

    private mutating func nextBatch(_ now: Microseconds) -> StoreCall.Operation? {
        let most = StoreCall.itemsMax
        if !outbox.claims.isEmpty, outbox.mayCall(.claim, now) { return .claim(outbox.claims.take(most)) }
        if let arrivals = nextArrivals(now) { return .enter(arrivals) }
        if !outbox.renewals.isEmpty, outbox.mayCall(.renew, now) { return .renew(outbox.renewals.take(most)) }
        if !outbox.releases.isEmpty, outbox.mayCall(.release, now) { return .release(outbox.releases.take(most)) }
        if !outbox.leaves.isEmpty, outbox.mayCall(.leave, now) { return .leave(outbox.leaves.take(most)) }
        if !outbox.changes.isEmpty, outbox.mayCall(.control, now) {
            return .control(outbox.takeChanges())
        }
        if let proposal = outbox.proposal, outbox.mayCall(.adapt, now) {
            outbox.proposal = nil
            return .adapt(proposal)
        }
        if let first = outbox.revocations.first, outbox.mayCall(.revoke, now) {
            let alike = outbox.revocations.prefix(most).prefix { $0.lasting == first.lasting }
            outbox.revocations.removeFirst(alike.count)
            return .revoke(alike.map(\.id), lasting: first.lasting)
        }
        if !outbox.beats.isEmpty, outbox.mayCall(.beat, now) {
            return .beat(outbox.beats.take(most))
        }
        return nil
    }

    /// A newcomer whom nobody asks for any more was told nothing: nobody holds its ticket. Probes take half of a call at most, when
    /// both wait.
    private mutating func nextArrivals(_ now: Microseconds) -> [Arrival]? {
        while !outbox.arrivals.isEmpty || !outbox.probes.isEmpty, outbox.mayCall(.enter, now) {
            let most = StoreCall.itemsMax
            let probes = outbox.probes.take(outbox.arrivals.isEmpty ? most : most / 2)
            let arrivals = outbox.arrivals.take(most - probes.count)
            let wanted =
                probes.filter { searches.wants($0.id) } + arrivals.filter { !$0.isNew || asks[$0.id] != nil }
            if !wanted.isEmpty { return wanted }
        }
        return nil
    }

    private mutating func call(_ operation: StoreCall.Operation) -> StoreCall {
        outbox.isUnderWay.insert(operation.kind)
        return StoreCall(room: room, rules: rules, node: name, epoch: epoch, lineage: lineage, operation: operation)
    }

    private func word() -> [UInt8] {
        let word = dice()
        return (0..<8).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) }
    }

    private mutating func forget(_ now: Microseconds) {
        waiting.turn(every: rules.abandonAfter, now: now)
        sessions.turn(every: max(rules.slotLife, rules.spentLife), now: now)
        spent.turn(every: rules.spentLife, now: now)
        ended.turn(every: rules.endedLife, now: now)
    }

    // MARK: Answers

    /// What came of a call that was handed out.
    public mutating func answered(
        _ call: StoreCall, _ result: Result<StoreAnswer, StoreFault>, now: Microseconds
    ) -> [Told] {
        let now = TimeBounds.time(now)
        outbox.isUnderWay.remove(call.operation.kind)
        switch result {
        case .failure(let fault):
            emptySince = nil
            let told = isOpen(after: fault) ? forwardAll() : []
            repeatLater(call.operation, now)
            return told
        case .success(let answer):
            isOpen = false
            if case .lost = answer.outcome {
                if isNew {
                    emptySince = emptySince ?? now
                    if case .beat = call.operation { return [] }
                }
                // Asked before the node knew of the line that there is now: it says nothing of that one.
                if call.epoch >= epoch { lose(max(answer.epoch, call.epoch), now) }
                repeatLater(call.operation, now)
                return []
            }
            // From a line that has been replaced since: what it did is void.
            guard adopt(answer, now) else {
                repeatLater(call.operation, now)
                return []
            }
            outbox.restsUntil[call.operation.kind] = nil
            return take(call.operation, call.lineage == lineage ? answer.outcome : answer.outcome.ofAnotherLine, now)
        }
    }

    private mutating func take(
        _ operation: StoreCall.Operation, _ outcome: StoreAnswer.Outcome, _ now: Microseconds
    ) -> [Told] {
        switch (operation, outcome) {
        case (.enter(let arrivals), .entered(let entered)) where arrivals.count == entered.count:
            return zip(arrivals, entered).flatMap { $0.isProbe ? found($0.id, $1, now) : take($0, $1, now) }
        case (.claim(let ids), .claimed(let claimed)) where ids.count == claimed.count:
            return zip(ids, claimed).flatMap { take($0, $1, now) }
        case (.beat(let ids), .beaten(let known)) where ids.count == known.count:
            // The store has dropped it, yet it was here a moment ago: back to its own place.
            for (id, isKnown) in zip(ids, known) where !isKnown {
                guard let ticket = waiting[id] else { continue }
                outbox.arrivals.add(.returning(id, lane: ticket.lane, place: ticket.place))
            }
        case (.renew(let marks), .renewed(let renewed)) where marks.count == renewed.count:
            for (mark, renewal) in zip(marks, renewed) where renewal != .renewed { sessions.remove(mark.id) }
        case (.admit, .admitted(let snapshot)):
            if hasGoneBack(snapshot) { lose(epoch, now) } else { see(snapshot, now) }
        case (.restore(let recollection), .done): recalled(recollection)
        case (.revoke(let ids, _), .done): denials.isDone(ids, at: now)
        default: break
        }
        return []
    }

    /// A store that came back with what it had a second ago holds the same line, but not what has been done since: places
    /// would be given out twice, and who was admitted would wait again.
    private func hasGoneBack(_ snapshot: RoomSnapshot) -> Bool {
        guard let known = view?.snapshot, viewLineage == lineage else { return false }
        return snapshot.tail < known.tail || snapshot.totals.admitted < known.totals.admitted
            || snapshot.totals.entered < known.totals.entered
    }

    private mutating func see(_ snapshot: RoomSnapshot, _ now: Microseconds) {
        let isListed = viewLineage != lineage || view?.snapshot.marksVersion != snapshot.marksVersion
        if isListed {
            let askedAt = outbox.tickedAt ?? now
            denials.learn(snapshot.revoked, askedAt: askedAt, isWhole: !recall.isNeeded, now: now)
            denials.forget(now)
        }
        for id in snapshot.ended { hear(ended: id, now) }
        endedUpTo = viewLineage == lineage ? max(endedUpTo, snapshot.endedUpTo) : snapshot.endedUpTo
        let view = RoomView(snapshot, after: viewLineage == lineage ? view : nil, at: now)
        let isWhole = !snapshot.isRestoring && !recall.isNeeded && snapshot.marksVersion != partialMarks
        if isWhole { partialMarks = nil } else if snapshot.isRestoring { partialMarks = snapshot.marksVersion }
        self.view = view
        viewLineage = lineage
        fleet = fleet.filter { now - $0.value <= Line.nodeWindow }
        for node in snapshot.nodes.prefix(Line.nodesMax) { fleet[node] = now }
        if isWhole {
            wholeView = view
            estimate.learn(view, rules, waiting.survey(snapshot, window: rules.abandonAfter, now: now))
        }
        for ticket in outbox.unresolved.take(.max) {
            let place = resolved(ticket.place, of: ticket.id) ?? ticket.place
            let isTaken = outbox.arrivals.add(.returning(ticket.id, lane: ticket.lane, place: place))
            if !isTaken { outbox.unresolved.putBack(ticket) }
        }
    }

    mutating func take(_ arrival: Arrival, _ entered: Entered, _ now: Microseconds) -> [Told] {
        let id = arrival.id
        switch entered {
        case .waiting(let place):
            // The store has heard of it just now, whatever the node remembers from before.
            var remembered = RememberedTicket(lane: arrival.lane, place: place, beatAt: now)
            if let known = waiting[id], known.place == place { remembered.shown = known.shown }
            waiting.set(id, remembered)
            return tell(id) { node in node.stand(id, lane: arrival.lane, place: place, now) }
        case .admitted(let startedAt):
            return admit(id, startedAt, now)
        case .offered:
            guard asks[id] != nil else { return [] }
            if waiting[id] == nil {
                waiting.set(id, RememberedTicket(lane: arrival.lane, place: arrival.place ?? .none, beatAt: now))
            }
            outbox.claims.add(id)
            return []
        case .spent: return rejoinAll(id, arrival.lane, .spent, now)
        case .passed: return rejoinAll(id, arrival.lane, .passed, now)
        case .awaitsDraw:
            // Known by the next tick. Whoever asked for it is answered then, or told that it is held.
            guard asks[id] != nil else { return [] }
            let place = view?.snapshot.draw?.place(of: id)
            outbox.arrivals.putBack(.newcomer(id, lane: arrival.lane, drawn: place))
            outbox.restsUntil[.enter] = now + Self.tickEvery / 2
            return []
        case .revoked:
            waiting.remove(id)
            return refuse(id, .revoked)
        case .notYet: return refuse(id, .notYet)
        case .closed: return refuse(id, .closed)
        case .open: return refuse(id, .open)
        case .full: return refuse(id, .full)
        }
    }

    private mutating func refuse(_ id: TicketID, _ reply: Reply) -> [Told] { tell(id) { _ in reply } }

    private mutating func take(_ id: TicketID, _ claimed: Claimed, _ now: Microseconds) -> [Told] {
        let known = waiting[id]
        switch claimed {
        case .granted(let startedAt): return admit(id, startedAt, now)
        case .waiting:
            guard let known, known.place != .none else { return askAgain(id, known, now) }
            return tell(id) { node in node.stand(id, lane: known.lane, place: known.place, now) }
        case .spent: return rejoinAll(id, known?.lane ?? 0, .spent, now)
        case .revoked:
            waiting.remove(id)
            return tell(id) { _ in .revoked }
        case .unknown:
            return askAgain(id, known, now)
        }
    }

    /// Its turn has been taken back, by a store that was set back: to its own place, which the store knows if the node never
    /// heard of it.
    private mutating func askAgain(_ id: TicketID, _ known: RememberedTicket?, _ now: Microseconds) -> [Told] {
        guard asks[id] != nil, let known else { return [] }
        if known.place == .none {
            waiting.remove(id)
            outbox.arrivals.add(.newcomer(id, lane: known.lane, drawn: drawn(id)))
        } else {
            outbox.arrivals.add(.returning(id, lane: known.lane, place: known.place))
        }
        return []
    }

    private mutating func admit(_ id: TicketID, _ startedAt: Microseconds, _ now: Microseconds) -> [Told] {
        promises.keep(id, now: now)
        let session = SessionMark(id: id, startedAt: startedAt)
        remember(session, now)
        return tell(id) { _ in .admitted(id, startedAt: session.startedAt) }
    }

    private mutating func rejoinAll(
        _ id: TicketID, _ lane: Int, _ why: Standing.Rejoined, _ now: Microseconds
    ) -> [Told] {
        waiting.remove(id)
        guard let first = asks[id]?.first else { return [] }
        // One new ticket, whoever of one browser's tabs asked.
        let all = asks.removeValue(forKey: id) ?? []
        askCount -= all.count
        outbox.rejoined[id] = nil
        if let person = all.lazy.compactMap(\.person).first { return seekAgain(all, person, lane, why, now) }
        let new = rejoin(first.number, lane, why, now)
        for ask in all.dropFirst() { hold(ask.number, new, now) }
        return []
    }

    mutating func tell(_ id: TicketID, _ reply: (inout RoomNode) -> Reply) -> [Told] {
        guard let waitingFor = asks.removeValue(forKey: id) else { return [] }
        askCount -= waitingFor.count
        let reply = reply(&self)
        outbox.rejoined[id] = nil
        return waitingFor.map { Told(ask: $0.number, reply: reply) }
    }

    /// A call that came to nothing says nothing of that.
    private mutating func isOpen(after fault: StoreFault) -> Bool {
        switch fault {
        case .open: isOpen = true
        case .notDone, .moving, .unusable: isOpen = false
        case .unknown, .overloaded, .nonsense: break
        }
        return isOpen
    }

    /// Nobody has to wait for a store that is not there.
    private mutating func forwardAll() -> [Told] {
        let numbers = asks.values.flatMap { $0.map(\.number) }.sorted()
        asks = [:]
        askCount = 0
        outbox.rejoined = [:]
        searches = PersonSearches()
        return numbers.map { Told(ask: $0, reply: .open) }
    }

    /// Questions that have waited too long are answered with what is known.
    public mutating func expire(now: Microseconds) -> [Told] {
        let now = TimeBounds.time(now)
        var told: [Told] = []
        let oldest = now - (isSilent(now) ? Self.silentAfter : Self.askAgeMax)
        for id in askedAt.takeOlder(than: oldest) {
            guard let all = asks[id] else { continue }
            let old = all.filter { $0.at < oldest }
            let rest = all.filter { $0.at >= oldest }
            asks[id] = rest.isEmpty ? nil : rest
            askCount -= old.count
            if rest.isEmpty {
                outbox.rejoined[id] = nil
                searches.end(id)
            }
            let hasCome = waiting[id].map { mayHaveCome(id, lane: $0.lane, place: $0.place) } ?? false
            let reply = held(hasCome ? PollInterval.heldAtTheDoor : PollInterval.heldUnknown)
            told += old.map { Told(ask: $0.number, reply: reply) }
        }
        return told
    }

    /// Everything may be asked again; beats and ticks need not be.
    private mutating func repeatLater(_ operation: StoreCall.Operation, _ now: Microseconds) {
        outbox.restsUntil[operation.kind] = now + Self.tickEvery
        switch operation {
        case .enter(let arrivals):
            for arrival in arrivals {
                if arrival.isProbe {
                    outbox.probes.putBack(arrival)
                } else if asks[arrival.id] != nil || !arrival.isNew {
                    outbox.arrivals.putBack(arrival)
                }
            }
        case .claim(let ids): for id in ids where asks[id] != nil { outbox.claims.putBack(id) }
        case .renew(let sessions): for session in sessions { outbox.renewals.putBack(session) }
        case .release(let ids): for id in ids { outbox.releases.putBack(id) }
        case .leave(let ids): for id in ids { outbox.leaves.putBack(id) }
        case .revoke(let ids, let lasting): outbox.putBack(revocations: ids, lasting: lasting)
        case .control(let changes): outbox.putBack(changes: changes)
        case .restore(let recollection): recall.putBack(recollection)
        case .beat(let ids): for id in ids { outbox.beats.putBack(id) }
        case .admit, .adapt, .read: break
        }
    }
}
