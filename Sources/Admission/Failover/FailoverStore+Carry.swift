/// Carrying the line from the fallback back to the primary, page by page.
struct Carry {
    var version: Int64
    var epoch: UInt64
    /// Nil: everything is there.
    var cursor: PageCursor? = PageCursor()
    var page: Page?
    var isUnderWay = false
}

extension FailoverStore {
    func carryOn(_ room: String, _ now: Microseconds) {
        guard let state = rooms[room], let mode = state.mode, state.mayCarry(node: node, now) else {
            if rooms[room]?.mode?.holder != .returning { carries[room] = nil }
            return
        }
        if carries[room]?.version != mode.version { carries[room] = Carry(version: mode.version, epoch: mode.epoch) }
        guard let carry = carries[room], !carry.isUnderWay else { return }
        if !state.primary.isReached {
            giveUp(room, mode)
        } else if let page = carry.page {
            write(page, of: carry, room)
        } else if let cursor = carry.cursor {
            read(cursor, of: carry, room)
        } else {
            arrive(room, mode)
        }
    }

    private func read(_ cursor: PageCursor, of carry: Carry, _ room: String) {
        guard let fallback, let rules = knowledge[room]?.rules else { return }
        carries[room]?.isUnderWay = true
        fallback.perform(StoreCall(room: room, rules: rules, node: node, operation: .read(cursor))) { [weak self] result in
            self?.step(room, carry) { now in
                switch result {
                case .success(let answer):
                    switch answer.outcome {
                    case .page(let page): now.page = page
                    // The fallback never held a line: there is nothing to carry.
                    case .lost: now.page = Page()
                    default: break
                    }
                case .failure: break
                }
            }
        }
    }

    private func write(_ page: Page, of carry: Carry, _ room: String) {
        guard let known = knowledge[room], let view = rooms[room]?.view else { return }
        carries[room]?.isUnderWay = true
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
            self.learn(result, room: room, took: self.clock() - sentAt, self.clock())
            self.step(room, carry) { now in
                guard case .success = result else { return }
                now.cursor = page.next
                now.page = nil
            }
        }
    }

    private func step(_ room: String, _ carry: Carry, _ change: (inout Carry) -> Void) {
        guard var now = carries[room], now.version == carry.version else { return }
        now.isUnderWay = false
        change(&now)
        carries[room] = now
        carryOn(room, clock())
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
        carries[move.room]?.isUnderWay = true
        roster?.move(move) { [weak self] result in
            guard let self else { return }
            if case .failure = result { self.carries[move.room]?.isUnderWay = false }
            self.rooms[move.room]?.heartbeatAt = nil
        }
    }
}
