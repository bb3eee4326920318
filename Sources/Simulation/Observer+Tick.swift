import Admission
import Digest

extension Observer {
    func ticked(
        _ snapshot: RoomSnapshot, _ before: RoomTotals, _ rules: RoomRules, _ store: SimulatedStore, _ now: Microseconds
    ) {
        trail.note(
            .tick, at: now, node: asker,
            Int64(snapshot.waiting) << 32 | Int64(snapshot.offered) << 16 | Int64(snapshot.sessions))
        learn(snapshot.draw, now)
        let admitted = snapshot.totals.admitted - before.admitted
        if admitted > 0 {
            let offers = newOffers(store.line)
            if offers.count != Int(admitted) {
                complain(.session, now, nil, "\(admitted) admitted, \(offers.count) offered their turn")
            }
            judge(offers, store, now)
            if ![.auto, .queue].contains(snapshot.phase) {
                complain(.rate, now, nil, "admitted while \(snapshot.phase.rawValue)")
            }
        }
        judgeDead(snapshot, before, rules, store, now)
        let gone = snapshot.totals.admitted - snapshot.totals.replaced - before.admitted + before.replaced
        progress.tick(snapshot, rules, admitted: gone, store: store.number, isDisturbed: isDisturbed(now), now)
    }

    /// Who is gone is dropped, and who missed its turn is replaced.
    private func judgeDead(
        _ snapshot: RoomSnapshot, _ before: RoomTotals, _ rules: RoomRules, _ store: SimulatedStore, _ now: Microseconds
    ) {
        let unheard = store.line.unheardLongest
        if scenario.visitors <= 2000, unheard > rules.abandonAfter {
            complain(
                .bounds, now, nil, "somebody is in the line who was not seen for \(unheard) µs")
        }
        // Whoever was offered its turn again after its session was lost, or is revoked, is gone without being counted so.
        let isExact = losses == 0 && scenario.faults.isEmpty
        let gone = snapshot.totals.missed + snapshot.totals.left + (isExact ? 0 : snapshot.totals.ended) + revocations
        if snapshot.totals.replaced > gone {
            complain(.replacements, now, nil, "\(snapshot.totals.replaced) in place of \(gone) that did not come")
        }
        let missed = snapshot.totals.missed - before.missed
        let replaced = snapshot.totals.replaced - before.replaced
        if missed > 0, snapshot.waiting > 0, rules.rate.count > 0, store.line.owedAdmissions + replaced == 0 {
            complain(.liveness, now, nil, "\(missed) missed their turn, and nobody is owed one")
        }
    }

    private func newOffers(_ line: Line) -> [Int32] {
        let latest = line.latestOffers
        return latest.ids.compactMap { id in
            guard let ticket = book.number(of: id), book[ticket].offerEnd != latest.end else { return nil }
            book[ticket].offerEnd = latest.end
            return ticket
        }
    }

    private func judge(_ offers: [Int32], _ store: SimulatedStore, _ now: Microseconds) {
        var last: [(place: Place, id: TicketID)?] = Array(repeating: nil, count: RoomRules.lanesMax)
        var counts = [Int64](repeating: 0, count: RoomRules.lanesMax)
        for ticket in offers {
            let record = book[ticket]
            trail.note(.offered, at: now, node: asker, ticket: ticket)
            if record.startedAt != 0, !isForgiven(record) {
                complain(.spent, now, ticket, "offered a turn after its session")
            }
            if isDenied(record) { complain(.revoked, now, ticket, "offered its turn although revoked") }
            let lane = Int(record.lane)
            counts[lane] += 1
            if last[lane].map({ ($0.place, $0.id) < (record.place, record.id) }) ?? true {
                last[lane] = (record.place, record.id)
            }
        }
        shares.add(counts, waiting: store.line.waitingByLane, scenario.rules.lanes)
        for (lane, last) in last.enumerated() {
            guard let last else { continue }
            if last.place > heads[lane].last?.head ?? .none { heads[lane].append((now, last.place)) }
            checkOrder(lane, last.place, last.id, store, now)
        }
    }

    /// Nobody who polls as told and stands before somebody admitted is still waiting.
    private func checkOrder(_ lane: Int, _ place: Place, _ id: TicketID, _ store: SimulatedStore, _ now: Microseconds) {
        var aside: [OwnLine.Standing] = []
        while let first = lines[lane].first, (first.place, first.id) < (place.rawValue, id) {
            lines[lane].removeFirst()
            let record = book[first.ticket]
            book[first.ticket].isListed = false
            guard record.isPolling, !record.isToBeRevoked else { continue }
            if store.line.isWaiting(first.id) {
                complain(.order, now, first.ticket, "still waits at \(record.place), \(id) at \(place) was admitted")
                return
            }
            if store.line.isOffered(first.id) || store.line.isInside(first.id) { continue }
            // Exemption "coming back": it is not in the line of a store that has lost it, or could not be told of it, and it
            // has not been long since.
            guard isDisturbed(now) else {
                complain(.presence, now, first.ticket, "polls as told, and is not in the line")
                return
            }
            aside.append(first)
        }
        for standing in aside { list(standing.ticket) }
    }

    /// Enters a ticket into the observer's own line.
    func list(_ ticket: Int32) {
        let record = book[ticket]
        guard !record.isListed, record.place != .none, !record.place.awaitsDraw else { return }
        book[ticket].isListed = true
        lines[Int(record.lane)].add(OwnLine.Standing(place: record.place.rawValue, id: record.id, ticket: ticket))
    }

    /// A draw is made once, and its seed is never another.
    private func learn(_ draw: Draw?, _ now: Microseconds) {
        guard let draw else { return }
        if draw.isOpened { opened.insert(draw.epoch) }
        guard let known = seeds[draw.epoch] else {
            seeds[draw.epoch] = draw.seed
            drawKeys[draw.epoch] = MACKey(draw.seed)
            return
        }
        if known != draw.seed { complain(.draw, now, nil, "the draw of epoch \(draw.epoch) was made twice") }
    }

    /// When the head of a lane went past a place; nil when it has not.
    func passed(_ place: Place, lane: Int) -> Microseconds? {
        let at = heads[lane].partitioned { $0.head >= place }
        return at < heads[lane].count ? heads[lane][at].at : nil
    }

    static func code(_ entered: Entered) -> Int64 {
        switch entered {
        case .waiting(let place): Int64(place.rawValue)
        case .admitted: -1
        case .offered: -2
        case .spent: -3
        case .passed: -4
        case .revoked: -5
        case .awaitsDraw: -6
        case .notYet: -7
        case .closed: -8
        case .open: -9
        case .full: -10
        }
    }

    /// In decimal digits: epoch, store, how many wait, sessions, whether it is all.
    static func code(_ recollection: Recollection, _ epoch: UInt64, _ store: Int) -> Int64 {
        let waiting = Int64(recollection.waiting.count)
        let head = (Int64(epoch) * 10 + Int64(store)) * 1000 + waiting
        return (head * 1000 + Int64(recollection.sessions.count)) * 10 + (recollection.isComplete ? 1 : 0)
    }

    static func code(_ claimed: Claimed) -> Int64 {
        switch claimed {
        case .granted(let startedAt): startedAt
        case .waiting: -1
        case .spent: -2
        case .revoked: -3
        case .unknown: -4
        }
    }
}

extension Array {
    func partitioned(where belongs: (Element) -> Bool) -> Int { self[...].partitioningIndex(where: belongs) }
}
