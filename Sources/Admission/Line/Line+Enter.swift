extension Line {
    /// A newcomer goes to the end, or in at once when nobody waits and there is room. A ticket goes back to its own place.
    mutating func enter(_ arrival: Arrival, _ rules: RoomRules, _ now: Moment) -> Entered {
        let id = arrival.id
        if revoked.contains(id) { return .revoked }
        if sessions.contains(id) { return .admitted(startedAt: startedAt[id] ?? now.clock) }
        if offered.contains(id) { return .offered }
        if let found = place(of: id) {
            seen.set(id, now.line)
            return .waiting(found.place)
        }
        if spent.contains(id) { return .spent }
        let phase = rules.phase(at: now.clock)
        if let refusal = refusal(in: phase) { return refusal }
        let lane = laneIndex(arrival.lane, rules)
        if !arrival.isNew, let place = arrival.place { return putBack(id, lane, place, rules, now) }
        if waitingCount >= rules.waitingMax { return .full }
        // Whoever comes before an opening that has been already comes after it, and is counted.
        if rules.draws(in: phase), draw?.isOver(for: rules.drawEnd) != true {
            guard let draw, !draw.isOpened, let place = arrival.place, place.epoch == draw.epoch, !place.awaitsDraw else {
                return .awaitsDraw
            }
            return append(id, lane, place, now)
        }
        tailNumber += 1
        let place = Place(epoch: epoch, number: tailNumber)
        return admitAtOnce(id, lane, place, phase, rules, now) ?? append(id, lane, place, now)
    }

    private func refusal(in phase: RoomPhase) -> Entered? {
        switch phase {
        case .before: .notYet
        case .closed: .closed
        case .open: .open
        case .prequeue, .auto, .queue, .paused: nil
        }
    }

    private mutating func append(_ id: TicketID, _ lane: Int, _ place: Place, _ now: Moment) -> Entered {
        putInLine(id, lane: lane, place: place, seenAt: now.line)
        totals.entered += 1
        return .waiting(place)
    }

    /// Whose turn has passed is let in at the front for `turn_grace`, and not after.
    private mutating func putBack(
        _ id: TicketID, _ lane: Int, _ place: Place, _ rules: RoomRules, _ now: Moment
    ) -> Entered {
        if rules.method == .fifo, place <= lanes[lane].floor { return .passed }
        // A place that still has to be drawn is drawn by the caller; a draw that it cannot resolve is long past.
        if place.awaitsDraw { return .passed }
        return append(id, lane, place, now)
    }

    private mutating func admitAtOnce(
        _ id: TicketID, _ lane: Int, _ place: Place, _ phase: RoomPhase, _ rules: RoomRules, _ now: Moment
    ) -> Entered? {
        guard phase == .auto, seen.isEmpty, restoringUntil == nil, slotsTaken < rules.slotsMax else { return nil }
        bucket.refill(rules, now: now.line)
        guard bucket.regular > 0 else { return nil }
        _ = bucket.take(1)
        lanes[lane].head = max(lanes[lane].head, place)
        startSession(id, startedAt: now.clock, until: now.line + rules.slotLife)
        spent.set(id, now.line + rules.spentLife)
        totals.entered += 1
        totals.admitted += 1
        totals.claimed += 1
        return .admitted(startedAt: now.clock)
    }

    mutating func beat(_ id: TicketID, _ now: Moment) -> Bool {
        guard seen.contains(id) else { return false }
        seen.set(id, now.line)
        return true
    }
}
