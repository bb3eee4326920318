extension Line {
    /// Takes in what a node remembers. The first to come with a later epoch than the store's begins the line.
    mutating func restore(_ recollection: Recollection, _ call: StoreCall, _ clock: Microseconds) -> StoreAnswer.Outcome {
        if epoch < recollection.epoch {
            begin(epoch: recollection.epoch, lineage: recollection.lineage, rules: call.rules, isFull: false, clock)
            restoringUntil = clock + Self.restoringMax
            awaited = Set(recollection.nodes.prefix(Self.nodesMax))
        }
        if epoch == 0 { return .lost }
        // All that a node brings back to an older line is not all that it brings back to this one.
        let isOfThisLine = epoch == recollection.epoch
        stand(call, clock)
        alignLanes(with: call.rules)
        let rules = call.rules.under(controls)
        let now = moment(clock)
        merge(recollection.watermarks)
        // Of two accounts the one that denies it for longer is right.
        for mark in recollection.revoked where (revoked.score(of: mark.id) ?? .min) < now.line + mark.endsIn {
            revoke(mark.id, mark.endsIn, rules, now)
        }
        for mark in recollection.spent where !sessions.contains(mark.id) {
            takeOutOfLine(mark.id)
            offered.remove(mark.id)
            // The floor starts anew, from what it was when the line was lost.
            spent.set(mark.id, now.line + max(mark.endsIn, rules.spentLife))
        }
        for session in recollection.sessions { restore(session, rules, now) }
        for ticket in recollection.waiting { restore(ticket, rules, now) }
        if recollection.isComplete, isOfThisLine { awaited.remove(call.node) }
        return .done
    }

    private mutating func restore(_ session: Recollection.Session, _ rules: RoomRules, _ now: Moment) {
        guard !revoked.contains(session.id), !ended.contains(session.id) else { return }
        // Several nodes may have renewed it: the one that did last knows until when a pass is out.
        if let known = sessions.score(of: session.id) {
            sessions.set(session.id, max(known, now.line + session.endsIn))
            return
        }
        takeOutOfLine(session.id)
        offered.remove(session.id)
        startSession(session.id, startedAt: session.startedAt, until: now.line + session.endsIn)
        spent.set(session.id, now.line + rules.spentLife)
    }

    private mutating func restore(_ ticket: Recollection.Waiting, _ rules: RoomRules, _ now: Moment) {
        let id = ticket.id
        let isKnown =
            revoked.contains(id) || sessions.contains(id) || offered.contains(id) || spent.contains(id) || seen.contains(id)
        let lane = laneIndex(ticket.lane, rules)
        if isKnown || ticket.place.awaitsDraw || rules.method == .fifo && ticket.place <= lanes[lane].floor { return }
        putInLine(id, lane: lane, place: ticket.place, seenAt: now.line - ticket.seenAgo)
    }

    /// Of two accounts the one that is further on is right.
    private mutating func merge(_ marks: Watermarks) {
        controls.merge(marks.controls.bounded)
        for mark in marks.lanes {
            guard let lane = lanes.firstIndex(where: { $0.name == mark.name }) else { continue }
            lanes[lane].head = max(lanes[lane].head, mark.head)
            lanes[lane].floor = max(lanes[lane].floor, mark.floor)
        }
        guard let theirs = marks.draw else { return }
        if let ours = draw, (ours.epoch, ours.isOpened ? 1 : 0) >= (theirs.epoch, theirs.isOpened ? 1 : 0) { return }
        draw = theirs
        // Whoever is counted stands behind whoever was drawn.
        if epoch <= theirs.epoch {
            epoch = theirs.epoch + 1
            tailNumber = 0
        }
    }

    /// What is held, for another store: the waiting lane by lane, then sessions, spent, revoked, and who is offered its turn.
    /// Those are told as waiting where they stood: a turn does not go to another store, but they are the first to have one there.
    func read(_ cursor: PageCursor, _ now: Moment) -> Page {
        var page = Page()
        let sections = lanes.map(\.waiting) + [sessions, spent, revoked, offered.ends]
        guard sections.indices.contains(cursor.section) else { return page }
        let entries = sections[cursor.section].entries(from: cursor.offset, count: StoreCall.itemsMax)
        for entry in entries {
            switch cursor.section - lanes.count {
            case 0:
                let start = startedAt[entry.id] ?? now.clock
                page.sessions.append(.init(id: entry.id, startedAt: start, endsIn: entry.score - now.line))
            case 1: page.spent.append(.init(id: entry.id, endsIn: entry.score - now.line))
            case 2: page.revoked.append(.init(id: entry.id, endsIn: entry.score - now.line))
            case 3:
                guard let stood = offered.stood(entry.id) else { continue }
                let lane = lanes.firstIndex { $0.name == stood.lane } ?? lanes.count - 1
                page.waiting.append(.init(id: entry.id, lane: lane, place: stood.place, seenAgo: 0))
            default:
                guard let place = Place(rawValue: UInt64(entry.score)) else { continue }
                let ago = now.line - (seen.score(of: entry.id) ?? now.line)
                page.waiting.append(.init(id: entry.id, lane: cursor.section, place: place, seenAgo: ago))
            }
        }
        let end = cursor.offset + entries.count
        if end < sections[cursor.section].count {
            page.next = PageCursor(section: cursor.section, offset: end)
        } else if cursor.section + 1 < sections.count {
            page.next = PageCursor(section: cursor.section + 1)
        }
        return page
    }
}
