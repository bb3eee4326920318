// Somebody whom the site knows has one ticket in a room, whatever it comes with. Which one is not remembered by nodes but asked of
// the store, of all that can be its own at once:
//
// 1. One of them waits, is offered its turn, or is inside: that one it is.
// 2. One was taken back by an operator: so is the person.
// 3. None is there: the ticket that was shown goes back to its place, or the first that is not spent enters as a newcomer.
//
// Two devices that ask at the same moment, on two nodes, come to the same ticket, and the store enters a ticket once. They could
// only come to two in the few milliseconds in which a spent ticket is forgotten.
extension RoomNode {
    /// Somebody whom the site knows, without a ticket.
    public mutating func arrive(_ ask: UInt64, as person: Person, lane: Int, now: Microseconds) -> Reply? {
        let now = TimeBounds.time(now)
        if isOpen { return .open }
        if let phase = view?.snapshot.phase, let told = told(phase) { return told }
        guard mayEnter, !isSilent(now) else { return held() }
        return seek(ask, person, lane, nil, now)
    }

    mutating func seek(
        _ ask: UInt64, _ person: Person, _ lane: Int, _ why: Standing.Rejoined?, shown: Arrival? = nil, _ now: Microseconds
    ) -> Reply? {
        if person.all.contains(where: { denials.contains($0, now) }) { return .revoked }
        guard outbox.probes.count + person.all.count <= outbox.probes.countMax else { return held() }
        hold(ask, person.name, now, person)
        guard searches.begin(.init(person: person, lane: lane, why: why, shown: shown)) else { return nil }
        for id in person.all { outbox.probes.add(.probe(id, lane: lane)) }
        return nil
    }

    /// Their ticket is worth nothing any more: they get the next of that person, all the same one.
    mutating func seekAgain(
        _ asks: [Ask], _ person: Person, _ lane: Int, _ why: Standing.Rejoined, _ now: Microseconds
    ) -> [Told] {
        asks.compactMap { ask in
            seek(ask.number, person, lane, why, now).map { Told(ask: ask.number, reply: $0) }
        }
    }

    /// What the store says of a ticket that a person may have.
    mutating func found(_ id: TicketID, _ entered: Entered, _ now: Microseconds) -> [Told] {
        guard let search = searches.hear(id, entered) else { return [] }
        let name = search.person.name
        switch search.outcome(preferring: { ended[$0] == nil }) {
        case .told(let reply): return tell(name) { _ in reply }
        case .has(let id, let entered):
            become(name, id)
            outbox.rejoined[id] = search.reason
            return take(.newcomer(id, lane: search.lane), entered, now)
        case .comesBack(let arrival):
            become(name, arrival.id)
            outbox.arrivals.add(arrival)
        case .isNew(let id):
            become(name, id)
            outbox.rejoined[id] = search.reason
            outbox.arrivals.add(.newcomer(id, lane: search.lane, drawn: drawn(id)))
        }
        return []
    }

    /// Whoever asked for a person asks for its ticket from now on. What this node has heard of the ticket's end was an earlier
    /// one's, of which no pass is good any more: the store has forgotten it, or holds a new session.
    private mutating func become(_ name: TicketID, _ id: TicketID) {
        let all = asks.removeValue(forKey: name) ?? []
        askCount -= all.count
        for ask in all { hold(ask.number, id, ask.at, ask.person) }
        ended.remove(id)
    }
}

extension PersonSearches.Search {
    enum Outcome {
        case told(Reply)
        case has(TicketID, Entered)
        case comesBack(Arrival)
        case isNew(TicketID)
    }

    /// Why it stands at the end, if it does.
    fileprivate var reason: Standing.Rejoined? {
        guard why == nil, let shown, found[shown.id] == .spent else { return why }
        return .spent
    }

    /// `preferring`: tickets whose last session this node does not remember.
    fileprivate func outcome(preferring isForgotten: (TicketID) -> Bool) -> Outcome {
        if found.values.contains(.revoked) { return .told(.revoked) }
        for id in person.all {
            switch found[id] {
            case .waiting(let place): return .has(id, .waiting(place))
            case .admitted(let startedAt): return .has(id, .admitted(startedAt: startedAt))
            case .offered: return .has(id, .offered)
            case .notYet: return .told(.notYet)
            case .closed: return .told(.closed)
            case .open: return .told(.open)
            case .full: return .told(.full)
            case .spent, .passed, .revoked, .awaitsDraw, nil: break
            }
        }
        if let shown, found[shown.id] == .passed { return .comesBack(shown) }
        let free = person.tickets.filter { found[$0] == .passed }
        guard let next = free.first(where: isForgotten) ?? free.first else {
            return .told(.held(pollAfter: PollInterval.heldUnknown))
        }
        return .isNew(next)
    }
}
