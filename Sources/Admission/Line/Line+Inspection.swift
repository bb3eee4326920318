/// What an observer may look at that no node is told.
extension Line {
    var sessionCount: Int { sessions.count }

    package func isWaiting(_ id: TicketID) -> Bool { seen.contains(id) }
    package func isOffered(_ id: TicketID) -> Bool { offered.contains(id) }
    package func isInside(_ id: TicketID) -> Bool { sessions.contains(id) }
    package func isSpent(_ id: TicketID) -> Bool { spent.contains(id) }
    /// Its turn has passed for good.
    package func isBelowFloor(_ place: Place, lane: Int) -> Bool {
        lanes.indices.contains(lane) && place <= lanes[lane].floor
    }

    package func placeHeld(by id: TicketID) -> Place? { place(of: id)?.place }

    package var counts: (waiting: Int, offered: Int, sessions: Int) { (seen.count, offered.count, sessions.count) }
    package var waitingByLane: [Int] { lanes.map(\.waiting.count) }
    package var inTotal: RoomTotals { totals }
    package var knownLineage: UInt64 { lineage }
    package var liveControls: RoomControls { controls }
    package var knownDraw: Draw? { draw }
    package var lastPlace: Place { Place(epoch: epoch, number: tailNumber) }

    package var owedAdmissions: Int64 { bucket.owed }
    /// By the line's time at its last tick.
    package var unheardLongest: Microseconds { seen.first.map { tickedAt - standstill - $0.score } ?? 0 }

    /// Those whose claim window ends last, which are those of the latest tick that admitted anybody.
    package var latestOffers: (ids: [TicketID], end: Microseconds) {
        guard let last = offered.entry(at: offered.count - 1) else { return ([], 0) }
        let count = offered.count(above: last.score - 1)
        return (offered.entries(from: offered.count - count, count: count).map(\.id), last.score)
    }

    /// Whoever is in this line and nowhere in the other, in which nobody can have gone on yet.
    package func missing(in other: Line) -> (id: TicketID, what: String)? {
        func all(_ set: ScoredSet) -> [ScoredSet.Entry] { set.entries(from: 0, count: set.count) }
        for (index, lane) in lanes.enumerated() {
            for entry in all(lane.waiting) {
                if let place = other.place(of: entry.id)?.place {
                    if Int64(place.rawValue) != entry.score { return (entry.id, "it waits at another place") }
                    continue
                }
                let isKnown =
                    other.offered.contains(entry.id) || other.sessions.contains(entry.id) || other.spent.contains(entry.id)
                    || other.revoked.contains(entry.id)
                let floor = other.lanes.indices.contains(index) ? other.lanes[index].floor : .none
                if !isKnown, entry.score > Int64(floor.rawValue) { return (entry.id, "it waited, and was not carried") }
            }
        }
        for entry in all(sessions) where !other.sessions.contains(entry.id) && !other.revoked.contains(entry.id) {
            return (entry.id, "its session was not carried")
        }
        for entry in all(spent) where !other.spent.contains(entry.id) { return (entry.id, "its spent mark was not carried") }
        for entry in all(revoked) where !other.revoked.contains(entry.id) {
            return (entry.id, "its revocation was not carried")
        }
        return nil
    }

    /// What is wrong within, found by looking at everything.
    package var structuralFault: String? {
        var waiting: Set<TicketID> = []
        for lane in lanes {
            let entries = lane.waiting.entries(from: 0, count: lane.waiting.count)
            if entries.count != lane.waiting.count { return "a lane counts \(lane.waiting.count) and has \(entries.count)" }
            if zip(entries, entries.dropFirst()).contains(where: { $0 >= $1 }) { return "lane \(lane.name) is out of order" }
            for entry in entries {
                if !waiting.insert(entry.id).inserted { return "\(entry.id) waits twice" }
                if !seen.contains(entry.id) { return "\(entry.id) waits and was never seen" }
                if offered.contains(entry.id) { return "\(entry.id) waits and is offered its turn" }
                if sessions.contains(entry.id) { return "\(entry.id) waits and is inside" }
                if spent.contains(entry.id) { return "\(entry.id) waits and is spent" }
                if revoked.contains(entry.id) { return "\(entry.id) waits and is revoked" }
            }
        }
        if waiting.count != seen.count { return "\(seen.count) were seen and \(waiting.count) wait" }
        for entry in offered.entries(from: 0, count: offered.count) where sessions.contains(entry.id) {
            return "\(entry.id) is offered its turn and inside"
        }
        return sessions.count == startedAt.count ? nil : "\(sessions.count) sessions, \(startedAt.count) beginnings"
    }
}
