extension FailoverStore {
    func carryOn(_ room: String, _ now: Microseconds) {
        guard let state = rooms[room], let mode = state.mode, state.mayCarry(node: node, now) else {
            if rooms[room]?.mode?.holder != .returning { carries[room] = nil }
            return
        }
        if carries[room]?.version != mode.version { carries[room] = Carry(version: mode.version, epoch: mode.epoch) }
        guard let carry = carries[room], !carry.isSettling, !carry.isHandingOut else { return }
        guard state.primary.isReached else { return giveUp(room, mode) }
        carries[room]?.isHandingOut = true
        while let step = nextStep(room, version: carry.version, now) { perform(step, room, mode) }
        if carries[room]?.version == carry.version { carries[room]?.isHandingOut = false }
    }

    private func nextStep(_ room: String, version: Int64, _ now: Microseconds) -> Carry.Step? {
        guard let carry = carries[room], carry.version == version, !carry.isSettling else { return nil }
        return carries[room]?.next(now)
    }

    private func perform(_ step: Carry.Step, _ room: String, _ mode: RoomMode) {
        guard let carry = carries[room] else { return }
        switch step {
        case .read(let cursor): read(cursor, of: carry, room)
        case .write(let page): write(page, of: carry, room)
        case .arrive: arrive(room, mode)
        }
    }

    private func read(_ cursor: PageCursor, of carry: Carry, _ room: String) {
        guard let fallback, let rules = knowledge[room]?.rules else { return }
        fallback.perform(StoreCall(room: room, rules: rules, node: node, operation: .read(cursor))) { [weak self] result in
            self?.took(room, carry) { carry, now in
                switch result {
                case .success(let answer):
                    switch answer.outcome {
                    case .page(let page): carry.read(page, at: cursor)
                    case .lost: carry.foundNothing()
                    default: carry.notRead(cursor, now)
                    }
                case .failure: carry.notRead(cursor, now)
                }
            }
        }
    }

    private func write(_ page: Page, of carry: Carry, _ room: String) {
        guard let known = knowledge[room], let view = rooms[room]?.view else { return }
        var marks = known.watermarks
        marks.merge(view.watermarks)
        // The others bring what they remember when the room is there; until then nobody is admitted anyway.
        var recollection = Recollection(
            epoch: carry.epoch, lineage: dice(), watermarks: marks, nodes: view.nodes, isComplete: false)
        recollection.waiting = page.waiting
        recollection.sessions = page.sessions
        recollection.spent = page.spent
        recollection.revoked = page.revoked
        let call = StoreCall(
            room: room, rules: known.rules, node: node, epoch: carry.epoch, operation: .restore(recollection))
        let sentAt = clock()
        primary.perform(call) { [weak self] result in
            guard let self else { return }
            let now = self.clock()
            if case .success(let answer) = result, case .done = answer.outcome {
                self.learn(result, room: room, took: now - sentAt, now)
                self.took(room, carry) { carry, _ in carry.wrote(in: answer.lineage) }
            } else {
                // Several fail together, for one reason.
                let isNews = self.carries[room].map { !$0.isResting(now) } ?? true
                if isNews { self.learn(result, room: room, took: now - sentAt, now) }
                self.took(room, carry) { carry, now in carry.notWritten(page, now) }
            }
        }
    }

    /// Something that was asked for has come to an end.
    private func took(_ room: String, _ asked: Carry, _ change: (inout Carry, Microseconds) -> Void) {
        guard var carry = carries[room], carry.version == asked.version, carry.attempt == asked.attempt else { return }
        let now = clock()
        change(&carry, now)
        carries[room] = carry
        carryOn(room, now)
    }

    private func arrive(_ room: String, _ mode: RoomMode) {
        let move = RoomMove(
            room: room, node: node, version: mode.version, to: .primary, epoch: mode.epoch, condition: .always)
        settle(move)
    }

    /// The primary has failed again; the line is still where it was.
    private func giveUp(_ room: String, _ mode: RoomMode) {
        let epoch = min(knowledge[room]?.watermarks.epoch ?? 0, mode.epoch)
        settle(
            RoomMove(room: room, node: node, version: mode.version, to: .fallback, epoch: epoch, condition: .always))
    }

    private func settle(_ move: RoomMove) {
        carries[move.room]?.isSettling = true
        roster?.move(move) { [weak self] result in
            guard let self else { return }
            if case .failure = result, self.carries[move.room]?.version == move.version {
                self.carries[move.room]?.notSettled(self.clock())
            }
            self.rooms[move.room]?.heartbeatAt = nil
        }
    }
}
