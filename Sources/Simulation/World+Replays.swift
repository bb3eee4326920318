import Admission

extension World {
    /// Within this every node that hears the store has heard of the end of a session: a tick each for the one that tells it and the
    /// one that hears, what is under way before each, and both ways of both.
    static let endHeardWithin: Microseconds = 1_000_000

    /// A pass of a session that is over is shown again, at any node.
    func replayPass(_ ticket: Int32) {
        let living = living
        guard !living.isEmpty else { return }
        let node = nodes[living[visitorDice.below(living.count)]]
        let record = observer.book[ticket]
        guard !node.room.denies(record.id, now: node.time(now)) else { return }
        // Exemptions. "On its way": no store has been told, or only just now.
        guard record.endedAt != 0, now - record.endedAt > Self.endHeardWithin else { return }
        // "Out of hearing": the node does not hear the store, or did not until lately.
        guard !observer.isDisturbed(now), !isLossy else { return }
        // "Known to one": its line was lost, and the node that was told could not be heard.
        guard record.lossesAtEnd == observer.losses else { return }
        // "Died by itself": by a clock that was set forth, or so late that nobody need remember it.
        guard now - record.endedAt < rules.passLife else { return }
        observer.complain(
            .ended, now, ticket, "its session ended \(now - record.endedAt) µs ago, and node \(node.number) lets it in")
    }
}
