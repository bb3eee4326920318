extension RoomNode {
    /// Which of its queues holds more than it may; nil when all is in bounds.
    package var excess: String? {
        if askCount > Self.asksMax { return "\(askCount) questions" }
        if asks.count > askCount { return "\(asks.count) tickets are asked for, by \(askCount) questions" }
        if askCount == 0, !asks.isEmpty { return "questions that nobody counts" }
        if rememberedCount > 3 * Self.rememberedMax + 2 * Denials.toldMax { return "\(rememberedCount) remembered" }
        return outbox.excess
            ?? (outbox.rejoined.count > asks.count ? "\(outbox.rejoined.count) rejoined, \(asks.count) asked for" : nil)
    }

    package var waitingRemembered: Int { waiting.count }

    /// Whoever has a pass of this ticket is not to be let through by it any more.
    public func denies(_ id: TicketID, now: Microseconds) -> Bool { denials.contains(id, now) }
}

extension Outbox {
    /// What was under way comes back on top of the ceilings.
    fileprivate var excess: String? {
        let batches: [(name: String, count: Int, countMax: Int)] = [
            ("arrivals", arrivals.count, arrivals.countMax), ("claims", claims.count, claims.countMax),
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
