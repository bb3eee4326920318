extension Line {
    /// Gives the pass once; whoever asks again while the session goes on, gets the same.
    mutating func claim(_ id: TicketID, _ rules: RoomRules, _ now: Moment) -> Claimed {
        if revoked.contains(id) { return .revoked }
        if sessions.contains(id) { return .granted(startedAt: startedAt[id] ?? now.clock) }
        if offered.remove(id) != nil {
            startSession(id, startedAt: now.clock, until: now.line + rules.slotLife)
            spent.set(id, now.line + rules.spentLife)
            totals.claimed += 1
            return .granted(startedAt: now.clock)
        }
        if seen.contains(id) { return .waiting }
        return spent.contains(id) ? .spent : .unknown
    }

    /// A session that the store does not know, and that has not ended, was lost with another store: it is put back, whatever
    /// the cap says, since its holder is inside.
    mutating func renew(_ session: SessionMark, _ rules: RoomRules, _ now: Moment) -> Renewed {
        let id = session.id
        if revoked.contains(id) { return .revoked }
        if !sessions.contains(id), spent.contains(id) { return .ended }
        let start = startedAt[id] ?? session.startedAt
        if now.clock >= start + rules.sessionMax {
            release(id, rules, now)
            return .ended
        }
        if !sessions.contains(id) {
            takeOutOfLine(id)
            offered.remove(id)
            spent.set(id, now.line + rules.spentLife)
        }
        startSession(id, startedAt: start, until: now.line + rules.slotLife)
        return .renewed
    }

    mutating func release(_ id: TicketID, _ rules: RoomRules, _ now: Moment) {
        takeOutOfLine(id)
        if offered.remove(id) != nil { bucket.owe(1, rules) }
        if endSession(id) { totals.ended += 1 }
        spent.set(id, now.line + rules.spentLife)
        noteEnded(id, rules, now)
    }

    /// Its passes are to be refused by every node, for as long as one can be good.
    private mutating func noteEnded(_ id: TicketID, _ rules: RoomRules, _ now: Moment) {
        if ended.contains(id) { return }
        endedLast = max(endedLast + 1, now.line + rules.endedLife)
        ended.set(id, endedLast)
        if ended.count > Self.endedMax { _ = ended.popFirst() }
    }

    /// Of sessions that had ended before a store in this process began anew.
    public mutating func note(ended ids: [TicketID], _ rules: RoomRules, at clock: Microseconds) {
        let now = moment(TimeBounds.time(clock))
        for id in ids where !sessions.contains(id) { noteEnded(id, rules.bounded, now) }
    }

    /// Whoever only waited may come back with its ticket; whoever was inside may not.
    mutating func leave(_ id: TicketID, _ rules: RoomRules, _ now: Moment) {
        if takeOutOfLine(id) {
            totals.left += 1
        } else if offered.remove(id) != nil {
            totals.left += 1
            bucket.owe(1, rules)
        } else if sessions.contains(id) {
            release(id, rules, now)
        }
    }

    /// At the ceiling the deny that would end first gives way.
    mutating func revoke(_ id: TicketID, _ lasting: Microseconds, _ rules: RoomRules, _ now: Moment) {
        takeOutOfLine(id)
        if offered.remove(id) != nil { bucket.owe(1, rules) }
        if endSession(id) { totals.ended += 1 }
        revoked.set(id, now.line + lasting)
        if revoked.count > Self.revokedMax { _ = revoked.popFirst() }
    }
}
