import Admission
import Digest

/// Sees everything, tells nobody: what stores did and what visitors were told, and whether it is right.
final class Observer {
    let scenario: Scenario
    var book = TicketBook()
    var lines: [OwnLine]
    var trail = Trail()
    private(set) var violation: Violation?

    /// Regular admissions, and all of them, for which twice as many are allowed.
    var regular = RateMeter()
    var all = RateMeter()
    /// Of all nodes, with a store and without.
    var together = RateMeter()
    var progress = ProgressMeter()
    var pace = PaceMeter()
    var shares = ShareMeter()
    var heads: [[(at: Microseconds, head: Place)]]
    /// Of places that were counted, the highest.
    var placeMax = Place.none
    var seeds: [UInt64: [UInt8]] = [:]
    /// Draws whose opening has passed; a clock that is set back does not make them secret again.
    var opened: Set<UInt64> = []
    var drawKeys: [UInt64: MACKey] = [:]
    /// How often a line was begun anew, or a store set back: what was done in the one before may have been forgotten.
    var losses: UInt16 = 0
    /// What was done lately is undone, and nobody can know (a store set back).
    var setBacks: UInt16 = 0
    /// Nodes that have crashed, and those that were cut off at some time: what they know cannot be asked of them.
    var unheardNodes: Set<UInt16> = []
    /// Nodes that have brought back everything into this line.
    private var heardOut: Set<UInt16> = []
    /// Whoever is revoked while it is its turn leaves it to another.
    private(set) var revocations: Int64 = 0
    private var activeFaults = 0
    private var disturbedUntil: Microseconds = 0
    private var steps = 0
    private(set) var admissions: Int64 = 0
    /// Those in place of others not counted.
    private(set) var regularInTotal: Int64 = 0
    /// The node whose call is judged.
    var asker = 0
    /// The store that holds the room, as the roster says.
    var holder = 0
    private var lineage: UInt64 = 0
    /// Of lines of nodes alone, the highest.
    var loneEpoch: UInt64 = 0

    init(_ scenario: Scenario) {
        self.scenario = scenario
        lines = Array(repeating: OwnLine(), count: RoomRules.lanesMax)
        heads = Array(repeating: [], count: RoomRules.lanesMax)
        book.reserve(scenario.visitors * 5 / 4)
    }

    // MARK: Judging

    func complain(_ invariant: Invariant, _ now: Microseconds, _ ticket: Int32? = nil, visitor: Int32? = nil, _ what: String)
    {
        guard violation == nil else { return }
        let holder = visitor ?? ticket.map { book[$0].holder }
        violation = Violation(
            invariant: invariant, at: now, ticket: ticket.map { book[$0].id }, what: what,
            trail: trail.lines(ticket: ticket, visitor: holder, faults: scenario.faults))
    }

    func faultBegins(_ now: Microseconds) {
        activeFaults += 1
    }

    func faultEnds(_ now: Microseconds, recovery: Microseconds) {
        activeFaults -= 1
        disturbedUntil = max(disturbedUntil, now + recovery)
    }

    /// Something is wrong now, or was so lately that not everybody can have come back.
    func isDisturbed(_ now: Microseconds) -> Bool { activeFaults > 0 || now < disturbedUntil }

    // MARK: What a store did

    /// One call was done on a store's line.
    func executed(
        _ call: StoreCall, _ answer: StoreAnswer, on store: SimulatedStore, isLeftBehind: Bool = false, _ now: Microseconds
    ) {
        let before = store.totals(answer)
        asker = Int(call.node.dropFirst("node-".count)) ?? 0
        // What a store does that does not hold the room is void, and nobody may be told of it.
        if store.number != holder || isLeftBehind { return }
        if answer.lineage != lineage {
            if lineage != 0 { losses += 1 }
            lineage = answer.lineage
            heardOut = []
        }
        let rules = call.rules.under(store.line.liveControls)
        switch (call.operation, answer.outcome) {
        case (.enter(let arrivals), .entered(let entered)):
            var isEmpty = store.waitingBefore == 0
            for (arrival, what) in zip(arrivals, entered) {
                self.entered(arrival, what, store, isEmpty: isEmpty, now)
                if case .waiting = what { isEmpty = false }
            }
        case (.claim(let ids), .claimed(let claimed)):
            for (id, what) in zip(ids, claimed) { self.claimed(id, what, now) }
        case (.admit, .admitted(let snapshot)): ticked(snapshot, before, rules, store, now)
        case (.revoke(let ids, _), .done):
            for id in ids {
                guard let ticket = book.number(of: id) else { continue }
                book[ticket].isRevoked = true
                revocations += 1
                book[ticket].revokingNode = UInt16(asker)
                book[ticket].lossesAtRevocation = losses
            }
        case (.release(let ids), .done):
            for id in ids { ended(id, now) }
        case (.restore(let recollection), .done):
            trail.note(.restored, at: now, node: asker, Self.code(recollection, answer.epoch, store.number))
            if recollection.isComplete, recollection.epoch == answer.epoch { heardOut.insert(UInt16(asker)) }
        case (_, .lost): return
        default: break
        }
        var isTick = false
        if case .admit = call.operation { isTick = true }
        count(before, isTick: isTick, rules, store, now)
        steps += 1
        // Looking at everything costs as much as there is.
        let isDue = steps % (scenario.visitors <= 2000 ? 16 : 100_000) == 0
        if isDue, let fault = store.line.structuralFault {
            complain(.structure, now, nil, fault)
        }
    }

    private func count(_ before: RoomTotals, isTick: Bool, _ rules: RoomRules, _ store: SimulatedStore, _ now: Microseconds)
    {
        let after = store.line.inTotal
        let admitted = after.admitted - before.admitted
        let replaced = after.replaced - before.replaced
        admissions += admitted
        regularInTotal += admitted - replaced
        pace.admit(admitted - replaced, waiting: store.line.counts.waiting, at: now)
        // Only where the bucket was filled: of two rates in force the later one fills it for all the time since it was last.
        guard isTick || admitted > 0 else { return }
        let isRight = regular.add(admitted - replaced, at: now, rules.rate, burst: rules.burst)
        if !isRight {
            complain(.rate, now, nil, "\(admitted) admitted at once, beyond \(rules.rate.perSecond)/s and \(rules.burst)")
        }
        let double = AdmissionRate(count: rules.rate.count * 2, perMicroseconds: rules.rate.perMicroseconds)
        if !all.add(admitted, at: now, double, burst: rules.burst * 2) {
            complain(.replacements, now, nil, "more than twice the rate")
        }
        let taken = store.line.counts.offered + store.line.counts.sessions
        if admitted > 0, Int64(taken) > rules.slotsMax {
            complain(.cap, now, nil, "\(taken) slots taken of \(rules.slotsMax)")
        }
    }

    private func entered(_ arrival: Arrival, _ entered: Entered, _ store: SimulatedStore, isEmpty: Bool, _ now: Microseconds)
    {
        let ticket = book.entry(arrival.id, lane: arrival.lane)
        trail.note(.entered, at: now, node: asker, ticket: ticket, Self.code(entered))
        switch entered {
        case .waiting(let place):
            // Exemption "never told": it was put into a line that was lost, and nobody heard of it.
            let isForgotten = book[ticket].holder < 0 && losses > book[ticket].lossesAtPlace
            if book[ticket].place == .none || isForgotten && book[ticket].place != place {
                given(place, to: ticket, arrival, now)
            }
            let expected = book[ticket].place
            if place != expected { complain(.place, now, ticket, "its place is \(expected), it was put at \(place)") }
        case .admitted(let startedAt):
            granted(ticket, startedAt, now) { _ in
                if !isEmpty { self.complain(.order, now, ticket, "let in at once while others wait") }
            }
        case .spent:
            if book[ticket].startedAt == 0 { complain(.spent, now, ticket, "said to be spent, and never had a session") }
        case .revoked: if !book[ticket].isToBeRevoked { complain(.revoked, now, ticket, "nobody has revoked it") }
        case .offered:
            if book[ticket].offerEnd == 0 { complain(.session, now, ticket, "said to be offered its turn, and was not") }
        case .passed, .awaitsDraw, .notYet, .closed, .open, .full: break
        }
    }

    func given(_ place: Place, to ticket: Int32, _ arrival: Arrival, _ now: Microseconds) {
        book[ticket].lossesAtPlace = losses
        if let drawn = drawnPlace(arrival.id, epoch: place.epoch) {
            book[ticket].place = drawn
            return
        }
        book[ticket].place = place
        guard arrival.isNew else { return }
        if place <= placeMax { complain(.place, now, ticket, "\(place) was given after \(placeMax)") }
        placeMax = max(placeMax, place)
    }

    /// Computed anew, since a draw that is wrong would agree with itself.
    func drawnPlace(_ id: TicketID, epoch: UInt64) -> Place? {
        guard let key = drawKeys[epoch] else { return nil }
        let mac = key.authenticate(id.bytes).array
        let word = mac[..<5].reduce(UInt64(0)) { $0 << 8 | UInt64($1) } >> 1
        return Place(epoch: epoch, number: max(1, word))
    }

    private func claimed(_ id: TicketID, _ claimed: Claimed, _ now: Microseconds) {
        guard let ticket = book.number(of: id) else { return }
        trail.note(.claimed, at: now, node: asker, ticket: ticket, Self.code(claimed))
        switch claimed {
        case .granted(let startedAt):
            granted(ticket, startedAt, now) { record in
                if record.offerEnd == 0 { self.complain(.session, now, ticket, "granted, and never offered its turn") }
            }
        case .revoked: if !book[ticket].isToBeRevoked { complain(.revoked, now, ticket, "nobody has revoked it") }
        case .spent: if book[ticket].startedAt == 0 { complain(.spent, now, ticket, "spent, and never had a session") }
        case .waiting, .unknown: break
        }
    }

    /// A session begins, or is told again.
    func granted(_ ticket: Int32, _ startedAt: Microseconds, _ now: Microseconds, first: (TicketRecord) -> Void) {
        let record = book[ticket]
        if record.startedAt == startedAt { return }
        if isDenied(record) { complain(.revoked, now, ticket, "granted although revoked") }
        if record.startedAt == 0 {
            first(record)
        } else if !isForgiven(record) {
            complain(.session, now, ticket, "a second session, the first began \(startedAt - record.startedAt) µs before")
        }
        book[ticket].startedAt = startedAt
        book[ticket].lossesAtGrant = losses
        book[ticket].isGrantKnown = false
    }

    private func ended(_ id: TicketID, _ now: Microseconds) {
        guard let ticket = book.number(of: id), book[ticket].endedAt == 0 else { return }
        book[ticket].endedAt = now
        book[ticket].lossesAtEnd = losses
    }

    /// Exemption "known to one": its line was lost, and the node that asked for it could not be heard, or a store was set back.
    func isDenied(_ record: TicketRecord) -> Bool {
        guard record.isRevoked else { return false }
        return losses == record.lossesAtRevocation || !unheardNodes.contains(record.revokingNode) && setBacks == 0
    }

    private func isOutOfTime(_ node: UInt16) -> Bool {
        let isLossy = scenario.faults.contains { if case .lossyNetwork = $0.kind { true } else { false } }
        return isLossy && !heardOut.contains(node)
    }

    /// A store has lost the session, and no node that could be heard remembers it: the documented loss.
    func isForgiven(_ record: TicketRecord) -> Bool {
        if record.isTwiceInside { return true }
        guard losses > record.lossesAtGrant else { return false }
        // Exemption "out of time": nobody is waited for longer than `Line.restoringMax`; what is lost on its way to a store for
        // so long is not there when admission starts again.
        if isOutOfTime(record.grantNode) { return true }
        return !record.isGrantKnown || unheardNodes.contains(record.grantNode) || setBacks > 0
    }
}
