extension RoomNode {
    /// Which of its queues holds more than it may; nil when all is in bounds.
    package var excess: String? {
        if askCount > Self.asksMax { return "\(askCount) questions" }
        if asks.count > askCount { return "\(asks.count) tickets are asked for, by \(askCount) questions" }
        if askCount == 0, !asks.isEmpty { return "questions that nobody counts" }
        if rememberedCount > 3 * Self.rememberedMax + 2 * Denials.toldMax { return "\(rememberedCount) remembered" }
        for count in [outbox.arrivals.count, outbox.claims.count, outbox.beats.count] where count > 2 * Self.asksMax {
            return "\(count) wait to be told to the store"
        }
        return nil
    }

    package var waitingRemembered: Int { waiting.count }
}
