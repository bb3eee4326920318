/// Bringing back what a node remembers: to a store that has lost the line, or into a line that another node has begun.
struct Recall: Sendable {
    /// Nil: the line is known and everything is in it.
    private(set) var epoch: UInt64?
    /// The store does not hold the line: nothing but this can be asked.
    private(set) var isLost = false
    private var revoked = RecallOrder()
    private var waiting = RecallOrder()
    private var sessions = RecallOrder()
    private var spent = RecallOrder()

    var isNeeded: Bool { epoch != nil }

    mutating func begin(
        epoch: UInt64, isLost: Bool, revoked: RecallOrder, waiting: RecallOrder, sessions: RecallOrder, spent: RecallOrder
    ) {
        self.epoch = epoch
        self.isLost = isLost
        self.revoked = revoked
        self.waiting = waiting
        self.sessions = sessions
        self.spent = spent
    }

    mutating func end() { self = Recall() }

    /// Somebody who waits, of whom the node has heard since.
    mutating func add(_ id: TicketID, _ place: Place) {
        if isNeeded { waiting.add(.init(key: place.rawValue, id: id)) }
    }

    /// A store holds the line now, which is of this epoch.
    mutating func found(_ epoch: UInt64) {
        isLost = false
        self.epoch = epoch
    }

    struct Part {
        var revoked: [TicketID]
        var spent: [TicketID]
        var sessions: [TicketID]
        var waiting: [TicketID]
        var isLast: Bool
    }

    /// Who is denied first, then sessions and spent marks, so that nobody who is inside or kept out is put into the line.
    mutating func take(_ countMax: Int) -> Part {
        var room = countMax
        let revoked = self.revoked.take(&room)
        let spent = self.spent.take(&room)
        let sessions = self.sessions.take(&room)
        let waiting = self.waiting.take(&room)
        return Part(
            revoked: revoked, spent: spent, sessions: sessions, waiting: waiting,
            isLast: isEmpty)
    }

    private var isEmpty: Bool { revoked.isEmpty && spent.isEmpty && sessions.isEmpty && waiting.isEmpty }

    /// The store has taken in what it was told was all; somebody may have been added since.
    mutating func endIfEmpty() { if isEmpty { end() } }

    mutating func putBack(_ recollection: Recollection) {
        for mark in recollection.revoked { revoked.add(.init(key: 0, id: mark.id)) }
        for ticket in recollection.waiting { waiting.add(.init(key: ticket.place.rawValue, id: ticket.id)) }
        for session in recollection.sessions { sessions.add(.init(key: 0, id: session.id)) }
        for mark in recollection.spent { spent.add(.init(key: 0, id: mark.id)) }
    }
}

extension RoomNode {
    /// The store does not hold the line that this node knows.
    mutating func lose(_ highest: UInt64, _ now: Microseconds) {
        // Said of the same loss by several calls that were under way together.
        if recall.isLost, let wanted = recall.epoch, wanted > highest { return }
        beginRecall(epoch: max(highest, epoch) + 1, isLost: true, now)
    }

    /// Learns which line the store holds. False when the answer is about an older one than is known.
    mutating func adopt(_ answer: StoreAnswer, _ now: Microseconds) -> Bool {
        if answer.epoch < epoch { return false }
        // What the lost line still did, before it was lost: nobody could bring it back any more, so nobody is told.
        if recall.isLost, answer.epoch == epoch, answer.lineage == lineage { return false }
        let isOther = answer.lineage != lineage
        if answer.epoch == epoch, isOther, lineage != 0 { return false }
        let wasUnknown = epoch == 0
        epoch = answer.epoch
        lineage = answer.lineage
        guard isOther else { return true }
        // Of the ends of sessions the other line may know nothing, and other nodes may bring those sessions back.
        for entry in ended.pairs({ _ in 0 }) { outbox.releases.add(entry.id) }
        if wasUnknown && rememberedCount == 0 {
            recall.end()
        } else if recall.isNeeded, recall.isLost {
            recall.found(epoch)
        } else {
            beginRecall(epoch: answer.epoch, isLost: false, now)
        }
        return true
    }

    private mutating func beginRecall(epoch: UInt64, isLost: Bool, _ now: Microseconds) {
        recalledAt = now
        recall.begin(
            epoch: epoch, isLost: isLost, revoked: RecallOrder(denials.ids.map { .init(key: 0, id: $0) }),
            waiting: RecallOrder(waiting.tickets.pairs { $0.place.rawValue }),
            sessions: RecallOrder(sessions.pairs { _ in 0 }), spent: RecallOrder(spent.pairs { _ in 0 }))
    }

    mutating func nextRecollection(_ now: Microseconds) -> Recollection? {
        guard let wanted = recall.epoch else { return nil }
        let part = recall.take(StoreCall.itemsMax)
        var recollection = Recollection(
            epoch: wanted, lineage: dice(), watermarks: watermarks, nodes: fleet.isEmpty ? [name] : fleet.keys.sorted(),
            isComplete: part.isLast)
        recollection.revoked = part.revoked.compactMap { id in
            denials.end(of: id).flatMap { $0 > now ? .init(id: id, endsIn: $0 - now) : nil }
        }
        recollection.spent = part.spent.compactMap { id in
            spent[id].flatMap { $0 > now ? .init(id: id, endsIn: $0 - now) : nil }
        }
        recollection.sessions = part.sessions.compactMap { id in
            sessions[id].flatMap { $0.endsAt > now ? .init(id: id, startedAt: $0.startedAt, endsIn: $0.endsAt - now) : nil }
        }
        recollection.waiting = part.waiting.compactMap { id in
            guard let ticket = waiting[id], ticket.place != .none, now - ticket.beatAt < rules.abandonAfter else {
                return nil
            }
            return .init(id: id, lane: ticket.lane, place: ticket.place, seenAgo: max(0, now - ticket.beatAt))
        }
        return recollection
    }

    /// What was said to be all counts in the line that it was said to.
    mutating func recalled(_ recollection: Recollection) {
        guard recall.isNeeded else { return }
        if recollection.isComplete, recollection.epoch == epoch { recall.endIfEmpty() } else { recall.found(epoch) }
    }
}
