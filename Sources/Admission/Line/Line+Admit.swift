extension Line {
    /// One tick: what has expired goes, the bucket fills, the lowest places are admitted.
    mutating func admit(_ tick: Tick, _ node: String, _ rules: RoomRules, _ now: Moment) -> RoomSnapshot {
        hear(node, now.clock)
        dropExpired(rules, now)
        let phase = rules.phase(at: now.clock)
        advanceDraw(tick, phase, rules, now.clock)
        bucket.refill(rules, now: now.line)
        if let until = restoringUntil, awaited.isEmpty || now.line >= until {
            restoringUntil = nil
            awaited = []
        }
        if seen.isEmpty { bucket.forgive() }
        if phase.admits, restoringUntil == nil { admitWaiting(rules, now) }
        advanceFloors(rules, now)
        return snapshot(tick, phase, rules, now)
    }

    private mutating func hear(_ node: String, _ now: Microseconds) {
        nodes = nodes.filter { $0.value > now - Self.nodeWindow }
        if nodes.count < Self.nodesMax || nodes[node] != nil { nodes[node] = now }
    }

    private mutating func dropExpired(_ rules: RoomRules, _ now: Moment) {
        let missed = offered.popFirst(upTo: now.line, atMost: Self.dropsPerTickMax)
        totals.missed += Int64(missed.count)
        bucket.owe(Int64(missed.count), rules)
        for entry in sessions.popFirst(upTo: now.line, atMost: Self.dropsPerTickMax) {
            startedAt[entry.id] = nil
            totals.ended += 1
        }
        _ = spent.popFirst(upTo: now.line, atMost: Self.dropsPerTickMax)
        _ = revoked.popFirst(upTo: now.line, atMost: Self.dropsPerTickMax)
        _ = ended.popFirst(upTo: now.line, atMost: Self.dropsPerTickMax)
        for entry in seen.popFirst(upTo: now.line - rules.abandonAfter, atMost: Self.dropsPerTickMax) {
            for lane in lanes.indices where lanes[lane].waiting.remove(entry.id) != nil { break }
            totals.abandoned += 1
        }
    }

    /// The first tick of a pre-queue makes the draw: those in it stand in an epoch of their own, all others behind it.
    private mutating func advanceDraw(_ tick: Tick, _ phase: RoomPhase, _ rules: RoomRules, _ clock: Microseconds) {
        if rules.draws(in: phase) {
            if let draw, draw.isOver(for: rules.drawEnd) { return }
            if let draw, !draw.isOpened { return }
            draw = Draw(epoch: epoch + 1, seed: tick.seed)
            epoch += 2
            tailNumber = 0
        } else if phase != .before {
            openDraw(rules, clock)
        }
    }

    /// In a pre-queue that an operator closes it stays secret: who comes when it goes on is drawn as well.
    private mutating func openDraw(_ rules: RoomRules, _ clock: Microseconds) {
        guard var opened = draw else { return }
        let end = rules.drawEnd
        if let end, clock >= end { opened.openedFor = max(opened.openedFor ?? end, end) }
        if rules.method == .random || end.map({ clock >= $0 }) ?? true { opened.isOpened = true }
        draw = opened
    }

    private mutating func admitWaiting(_ rules: RoomRules, _ now: Moment) {
        let count = min(bucket.available, rules.slotsMax - slotsTaken)
        guard count > 0, !seen.isEmpty else { return }
        var turns = lanes.map(\.turn)
        let spread = LaneShares.spread(
            count, waiting: lanes.map { Int64($0.waiting.count) }, shares: lanes.map { max($0.share, 1) }, turns: &turns)
        var admitted: Int64 = 0
        for lane in lanes.indices {
            lanes[lane].turn = turns[lane]
            for _ in 0..<spread[lane] where admitFirst(of: lane, rules, now) { admitted += 1 }
        }
        totals.replaced += bucket.take(admitted)
        totals.admitted += admitted
    }

    /// False when the first was a dead place that no tick had dropped yet.
    private mutating func admitFirst(of lane: Int, _ rules: RoomRules, _ now: Moment) -> Bool {
        guard let entry = lanes[lane].waiting.popFirst(), let place = Place(rawValue: UInt64(entry.score)) else {
            return false
        }
        let seenAt = seen.remove(entry.id) ?? 0
        lanes[lane].head = max(lanes[lane].head, place)
        if seenAt <= now.line - rules.abandonAfter {
            totals.abandoned += 1
            return false
        }
        offered.set(entry.id, now.line + rules.claimWindow, from: .init(lane: lanes[lane].name, place: place))
        return true
    }

    static func historySpacing(_ rules: RoomRules) -> Microseconds { max(1_000_000, rules.turnGrace / historyMax) }

    /// Notes the heads, at most `historyMax` of them, and what they were `turn_grace` ago.
    private mutating func advanceFloors(_ rules: RoomRules, _ now: Moment) {
        let spacing = Self.historySpacing(rules)
        for lane in lanes.indices {
            while let oldest = lanes[lane].history.first, oldest.at <= now.line - rules.turnGrace {
                lanes[lane].floor = max(lanes[lane].floor, oldest.head)
                lanes[lane].history.removeFirst()
            }
            let last = lanes[lane].history.last
            let isDue =
                last.map { now.line - $0.at >= spacing && $0.head < lanes[lane].head }
                ?? (lanes[lane].head > lanes[lane].floor)
            if isDue { lanes[lane].history.append((now.line, lanes[lane].head)) }
        }
    }
}
