extension RoomNode {
    /// Which of its queues holds more than it may; nil when all is in bounds.
    package var excess: String? {
        if askCount > Self.asksMax { return "\(askCount) questions" }
        if asks.count > askCount { return "\(asks.count) tickets are asked for, by \(askCount) questions" }
        if askCount == 0, !asks.isEmpty { return "questions that nobody counts" }
        if searches.count > asks.count { return "\(searches.count) people are looked for, \(asks.count) asked for" }
        if rememberedCount > 3 * Self.rememberedMax + 2 * Denials.toldMax + Self.endedMax {
            return "\(rememberedCount) remembered"
        }
        return outbox.excess
            ?? (outbox.rejoined.count > asks.count ? "\(outbox.rejoined.count) rejoined, \(asks.count) asked for" : nil)
    }

    package var waitingRemembered: Int { waiting.count }

    /// What it remembers of a ticket; times by the node's clock, but for the session's beginning.
    public func memory(of id: TicketID, now: Microseconds) -> TicketMemory {
        var memory = TicketMemory()
        if let known = waiting[id] {
            let rank = view.map { $0.rank(of: id, lane: known.lane, place: known.place) + 1 }
            let isPassed = view?.isPassed(id, lane: known.lane, place: known.place) ?? false
            memory.waiting = .init(
                lane: known.lane, position: isPassed || known.place == .none ? nil : rank, seenAt: known.beatAt,
                isTurn: isPassed)
        }
        if let session = sessions[id], session.endsAt > now {
            memory.session = .init(startedAt: session.startedAt, endsAt: session.endsAt)
        }
        memory.isSpent = spent[id].map { $0 > now } ?? false
        memory.deniedUntil = denials.end(of: id).flatMap { $0 > now ? $0 : nil }
        return memory
    }

    /// Whoever has a pass of this ticket is not to be let through by it any more.
    public func denies(_ id: TicketID, now: Microseconds) -> Bool { ended[id] != nil || isRevoked(id, now: now) }

    /// Nobody waits, as far as the view tells: whoever comes now is let in at once, or told what everybody is told.
    public func isQuiet(_ now: Microseconds) -> Bool {
        guard let view, !isCutOff(now) else { return false }
        return switch view.snapshot.phase {
        case .open, .closed, .before: true
        case .auto: view.snapshot.waiting == 0
        case .prequeue, .queue, .paused: false
        }
    }

    /// It was taken back, by an operator.
    public func isRevoked(_ id: TicketID, now: Microseconds) -> Bool { denials.contains(id, TimeBounds.time(now)) }
}

/// What a node remembers of a ticket.
public struct TicketMemory: Hashable, Sendable {
    public struct Waiting: Hashable, Sendable {
        public var lane: Int
        /// 1 is next; nil where it has been passed.
        public var position: Int?
        /// When a store was last told that it is there.
        public var seenAt: Microseconds
        /// The line has passed it: it may come for its pass.
        public var isTurn: Bool
    }

    public struct Session: Hashable, Sendable {
        /// The store's clock.
        public var startedAt: Microseconds
        /// If nothing is heard of it.
        public var endsAt: Microseconds

        public init(startedAt: Microseconds, endsAt: Microseconds) {
            self.startedAt = startedAt
            self.endsAt = endsAt
        }
    }

    public var waiting: Waiting?
    public var session: Session?
    /// Its pass was used, and the session has ended.
    public var isSpent = false
    public var deniedUntil: Microseconds?

    public init() {}
}

extension Outbox {
    /// What was under way comes back on top of the ceilings.
    fileprivate var excess: String? {
        let batches: [(name: String, count: Int, countMax: Int)] = [
            ("arrivals", arrivals.count, arrivals.countMax), ("probes", probes.count, probes.countMax),
            ("claims", claims.count, claims.countMax),
            ("renewals", renewals.count, renewals.countMax), ("releases", releases.count, releases.countMax),
            ("leaves", leaves.count, leaves.countMax), ("beats", beats.count, beats.countMax),
            ("revocations", revocations.count, Self.revocationsMax), ("unresolved", unresolved.count, unresolved.countMax),
        ]
        for batch in batches where batch.count > batch.countMax + StoreCall.itemsMax {
            return "\(batch.count) \(batch.name) wait to be told to the store"
        }
        return changes.count > Self.changesMax ? "\(changes.count) changes wait to be told to the store" : nil
    }
}
