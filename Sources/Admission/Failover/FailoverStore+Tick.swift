extension FailoverStore {
    public static let tickEvery: Microseconds = 100_000

    /// Heartbeats, probes and moves that are due.
    public func tick() {
        let now = clock()
        noteOwnDelay(now)
        for room in rooms.keys.sorted() {
            probe(room, now)
            heartbeat(room, now)
            move(room, now)
            settle(room, now)
            carryOn(room, now)
        }
    }

    private func noteOwnDelay(_ now: Microseconds) {
        if now - ownDelay.since > 1_000_000 { ownDelay = (ownDelay.now, 0, now) }
        if let tickedAt { ownDelay.now = max(ownDelay.now, now - tickedAt - Self.tickEvery) }
        tickedAt = now
    }

    func settle(_ room: String, _ now: Microseconds) {
        guard rooms[room]?.settle(now) == true, let route = rooms[room]?.route else { return }
        if case .lost(.local) = route {} else { knowledge[room]?.local = nil }
        onRoute?(room, route)
    }

    private func probe(_ room: String, _ now: Microseconds) {
        guard rooms[room]?.wantsProbe(now) == true, let rules = knowledge[room]?.rules else { return }
        rooms[room]?.isProbeUnderWay = true
        rooms[room]?.probedAt = now
        // Changes nothing, and is answered by every store, whatever line it holds.
        let call = StoreCall(room: room, rules: rules, node: node, operation: .beat([]))
        primary.perform(call) { [weak self] result in
            guard let self else { return }
            self.rooms[room]?.isProbeUnderWay = false
            self.learn(result, room: room, took: self.clock() - now, self.clock())
        }
    }

    private func heartbeat(_ room: String, _ now: Microseconds) {
        guard let roster, rooms[room]?.wantsHeartbeat(now) == true else { return }
        let reaches = rooms[room]?.sayReaches(now) ?? false
        settle(room, now)
        let beat = Heartbeat(
            room: room, node: node, reachesPrimary: reaches, version: rooms[room]?.mode?.version ?? -1,
            watermarks: knowledge[room]?.watermarks ?? Watermarks())
        roster.heartbeat(beat) { [weak self] result in
            guard let self else { return }
            switch result {
            case .success(let view): self.rooms[room]?.heard(view, said: reaches, sentAt: now)
            case .failure: self.rooms[room]?.notHeard()
            }
            self.settle(room, self.clock())
        }
    }

    private func move(_ room: String, _ now: Microseconds) {
        let known = knowledge[room]?.watermarks.epoch ?? 0
        guard let roster, let move = rooms[room]?.nextMove(room: room, node: node, epochMax: known, now) else { return }
        rooms[room]?.isMoveUnderWay = true
        roster.move(move) { [weak self] _ in
            // Whoever won: the next heartbeat tells.
            self?.rooms[room]?.isMoveUnderWay = false
            self?.rooms[room]?.heartbeatAt = nil
        }
    }
}
