import Admission

/// What a node does in a line of its own, while there is no store.
extension Observer {
    func alone(
        _ call: StoreCall, _ answer: StoreAnswer, _ line: Line, _ lone: inout LoneLine, before waiting: Int, admitted: Int64,
        node: Int, _ now: Microseconds
    ) {
        asker = node
        switch (call.operation, answer.outcome) {
        case (.enter(let arrivals), .entered(let entered)):
            var isEmpty = waiting == 0
            for (arrival, what) in zip(arrivals, entered) {
                enteredAlone(arrival, what, &lone, isEmpty: isEmpty, now)
                if case .waiting = what { isEmpty = false }
            }
        case (.claim(let ids), .claimed(let claimed)):
            for (id, what) in zip(ids, claimed) { claimedAlone(id, what, lone, now) }
        case (.admit, .admitted): offeredAlone(line, &lone, admitted, now)
        case (.revoke(let ids, _), .done):
            for id in ids {
                guard let ticket = book.number(of: id) else { continue }
                book[ticket].isRevoked = true
                book[ticket].revokingNode = UInt16(node)
                book[ticket].lossesAtRevocation = losses
            }
        case (.restore(let recollection), .done):
            trail.note(.restored, at: now, node: node, Self.code(recollection, answer.epoch, 9))
        default: break
        }
    }

    private func enteredAlone(
        _ arrival: Arrival, _ entered: Entered, _ lone: inout LoneLine, isEmpty: Bool, _ now: Microseconds
    ) {
        let ticket = book.entry(arrival.id, lane: arrival.lane)
        trail.note(.entered, at: now, node: asker, ticket: ticket, Self.code(entered))
        switch entered {
        case .waiting(let place):
            // Exemption "never told": as in a store's line.
            let isForgotten = book[ticket].holder < 0 && losses > book[ticket].lossesAtPlace
            if book[ticket].place == .none || isForgotten && book[ticket].place != place {
                book[ticket].place = place
                book[ticket].lossesAtPlace = losses
                if arrival.isNew, place <= lone.placeMax {
                    complain(.place, now, ticket, "\(place) was given alone after \(lone.placeMax)")
                }
                lone.placeMax = max(lone.placeMax, place)
            }
            let expected = book[ticket].place
            if place != expected { complain(.place, now, ticket, "its place is \(expected), it was put at \(place) alone") }
        case .admitted(let startedAt):
            grantedAlone(ticket, startedAt, now) {
                if !isEmpty { self.complain(.order, now, ticket, "let in at once by a node alone, while others wait") }
            }
        case .spent:
            if book[ticket].startedAt == 0 { complain(.spent, now, ticket, "said to be spent, and never had a session") }
        case .offered:
            if lone.offerEnds[ticket] == nil { complain(.session, now, ticket, "said to be offered its turn, and was not") }
        case .passed:
            let lane = Int(book[ticket].lane)
            if !lone.floors.indices.contains(lane) || book[ticket].place > lone.floors[lane] {
                complain(.rejoined, now, ticket, "nobody's turn is over for good at a node alone")
            }
        case .revoked: if !book[ticket].isToBeRevoked { complain(.revoked, now, ticket, "nobody has revoked it") }
        case .awaitsDraw, .notYet, .closed, .open, .full: break
        }
    }

    private func claimedAlone(_ id: TicketID, _ claimed: Claimed, _ lone: LoneLine, _ now: Microseconds) {
        guard let ticket = book.number(of: id) else { return }
        trail.note(.claimed, at: now, node: asker, ticket: ticket, Self.code(claimed))
        switch claimed {
        case .granted(let startedAt):
            grantedAlone(ticket, startedAt, now) {
                if lone.offerEnds[ticket] == nil {
                    self.complain(.session, now, ticket, "granted, and never offered its turn")
                }
            }
        case .revoked: if !book[ticket].isToBeRevoked { complain(.revoked, now, ticket, "nobody has revoked it") }
        case .spent: if book[ticket].startedAt == 0 { complain(.spent, now, ticket, "spent, and never had a session") }
        case .waiting, .unknown: break
        }
    }

    /// Exemption "between nodes": what another node has granted, or was asked to deny, a node alone cannot know.
    private func isElsewhere(_ node: UInt16) -> Bool { Int(node) != asker }

    private func grantedAlone(_ ticket: Int32, _ startedAt: Microseconds, _ now: Microseconds, first: () -> Void) {
        let record = book[ticket]
        if record.startedAt == startedAt { return }
        if isDenied(record), !isElsewhere(record.revokingNode) {
            complain(.revoked, now, ticket, "granted although revoked")
        }
        if record.startedAt == 0 {
            first()
        } else if isElsewhere(record.grantNode) {
            book[ticket].isTwiceInside = true
        } else if !isForgiven(record) {
            complain(.session, now, ticket, "a second session, the first began \(startedAt - record.startedAt) µs before")
        }
        book[ticket].startedAt = startedAt
        book[ticket].lossesAtGrant = losses
        book[ticket].isGrantKnown = false
    }

    private func offeredAlone(_ line: Line, _ lone: inout LoneLine, _ admitted: Int64, _ now: Microseconds) {
        guard admitted > 0 else { return }
        let latest = line.latestOffers
        let offers = latest.ids.compactMap { book.number(of: $0) }.filter { lone.offerEnds[$0] != latest.end }
        if offers.count != Int(admitted) {
            complain(.session, now, nil, "node \(asker) alone: \(admitted) admitted, \(offers.count) offered their turn")
        }
        for ticket in offers {
            lone.offerEnds[ticket] = latest.end
            book[ticket].offerEnd = latest.end
            let record = book[ticket]
            trail.note(.offered, at: now, node: asker, ticket: ticket)
            if record.startedAt != 0, !isForgiven(record), !isElsewhere(record.grantNode) {
                complain(.spent, now, ticket, "offered a turn by a node alone, after its session")
            }
            if isDenied(record), !isElsewhere(record.revokingNode) {
                complain(.revoked, now, ticket, "offered its turn although revoked")
            }
            let lane = Int(record.lane)
            if record.place > heads[lane].last?.head ?? .none { heads[lane].append((now, record.place)) }
        }
    }
}
