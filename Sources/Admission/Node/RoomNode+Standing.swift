/// What visitors are told of where they stand.
extension RoomNode {
    func held(_ time: Microseconds = PollInterval.heldUnknown) -> Reply {
        .held(pollAfter: PollInterval.jittered(time, dice()))
    }

    /// The place as the line keeps it; nil when it was drawn in a draw that is over and forgotten.
    func resolved(_ place: Place, of id: TicketID) -> Place? {
        guard place.awaitsDraw else { return place }
        guard let draw = view?.snapshot.draw, draw.epoch == place.epoch else { return nil }
        return draw.place(of: id)
    }

    func drawn(_ id: TicketID) -> Place? {
        guard let view, let draw = view.snapshot.draw, rules.under(view.snapshot.controls).draws(in: view.snapshot.phase)
        else { return nil }
        return draw.place(of: id)
    }

    /// It was offered its turn, or may have been since the view: not even the store's other callers know it of a store that was lost.
    func mayHaveCome(_ id: TicketID, lane: Int, place: Place) -> Bool {
        guard let view, let wholeView else { return false }
        let rate = rules.under(view.snapshot.controls).rate
        return view.hasCome(place, lane: lane)
            || wholeView.rank(of: id, lane: lane, place: place) < rate.admissions(in: 2 * Self.tickEvery)
    }

    /// Where it stands. Whose turn had come before the line was lost is not sent back into it: it is the first to be offered
    /// one, and told as little until then.
    mutating func stand(_ id: TicketID, lane: Int, place: Place, _ now: Microseconds) -> Reply {
        if let recalledAt, now - recalledAt < Self.secondTurnMax, mayHaveCome(id, lane: lane, place: place) {
            return held(PollInterval.heldAtTheDoor)
        }
        return .waiting(standing(id, lane: lane, place: place, now))
    }

    private mutating func standing(_ id: TicketID, lane: Int, place: Place, _ now: Microseconds) -> Standing {
        let isSecret = view?.snapshot.draw.map { $0.epoch == place.epoch && !$0.isOpened } ?? false
        var outlook = outlook(id, lane: lane, place: place, isSecret: isSecret, now)
        if let position = outlook.position, var remembered = waiting[id] {
            remembered.shown = min(remembered.shown, UInt32(clamping: position))
            outlook.position = Int(remembered.shown)
            waiting.update(id, remembered)
            promises.promise(outlook.wait, to: id, now: now)
        }
        waiting.expect(id, at: now + outlook.pollAfter)
        let shown = isSecret ? Place(epoch: place.epoch, number: 0) : place
        return Standing(id: id, lane: lane, place: shown, rejoined: outbox.rejoined[id], outlook: outlook)
    }

    func outlook(_ id: TicketID, lane: Int, place: Place, isSecret: Bool, _ now: Microseconds) -> Outlook {
        guard let view else {
            return Outlook(phase: .queue, behind: 0, pollAfter: PollInterval.after(nil, rules: rules, dice: dice()))
        }
        let whole = wholeView ?? view
        let count = whole.snapshot.lanes.indices.contains(lane) ? whole.snapshot.lanes[lane].waiting : whole.snapshot.waiting
        let rank = isSecret || rules.method == .random ? count : whole.rank(of: id, lane: lane, place: place)
        var wait = wholeView == nil ? nil : estimate.wait(ahead: rank, lane: lane)
        if isSecret, let all = wait { wait = WaitRange(low: 0, high: all.high) }
        switch view.snapshot.phase {
        case .paused: wait = nil
        case .before, .prequeue:
            let opensAt = rules.under(view.snapshot.controls).schedule.opensAt ?? 0
            let still = max(0, opensAt - view.storeTime(now))
            wait = wait.map { WaitRange(low: $0.low + still, high: $0.high + still) }
        case .auto, .queue, .open, .closed: break
        }
        return Outlook(
            phase: view.snapshot.phase, position: isSecret || rules.method == .random || wholeView == nil ? nil : rank + 1,
            behind: max(0, count - rank - 1), wait: wait,
            pollAfter: PollInterval.after(wait, rules: rules, dice: dice()))
    }

    /// Whether the turn of a ticket has come, as far as the view tells: for whoever is listening rather than asking.
    public func hasTurn(_ id: TicketID, lane: Int, place: Place) -> Bool {
        guard let view, let place = resolved(place, of: id) else { return false }
        return view.isPassed(id, lane: lane, place: place)
    }
}
