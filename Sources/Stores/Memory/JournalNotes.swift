import Admission

/// What of each call is worth writing down: whatever differs afterwards from what was written before.
struct JournalNotes {
    /// Without any change the time is noted so often, so that nothing is kept for much longer than it should be.
    static let timeEvery: Microseconds = 10_000_000
    static let marksPerRecordMax = 1000

    private var written = Watermarks()
    private var writtenAt: Microseconds = 0

    /// The tickets of which the call may change what is held of them.
    static func tickets(of call: StoreCall) -> [TicketID] {
        switch call.operation {
        case .enter(let arrivals): arrivals.map(\.id)
        case .claim(let ids), .release(let ids), .leave(let ids), .revoke(let ids, _): ids
        case .renew(let sessions): sessions.map(\.id)
        case .restore(let recollection):
            recollection.sessions.map(\.id) + recollection.spent.map(\.id) + recollection.revoked.map(\.id)
        case .beat, .admit, .control, .adapt, .read: []
        }
    }

    /// `epoch` and `before` are the line's epoch, and what it held of `tickets`, before the call.
    mutating func records(
        of line: Line, after call: StoreCall, _ answer: StoreAnswer, epoch: UInt64, tickets: [TicketID],
        before: [TicketTrace], now: Microseconds
    ) -> [JournalRecord] {
        guard answer.epoch > 0, answer.outcome != .lost else { return [] }
        let at = line.time(at: now)
        let isNew = epoch == 0 || call.begins(after: epoch)
        var records: [JournalRecord] = []
        if isNew {
            records.append(.begun(at: at))
            written = Watermarks()
        }
        if isNew || call.movesWatermarks { records += watermarks(line.watermarks, at) }
        var marks: [JournalMark] = []
        for (id, before) in zip(tickets, before) {
            marks += Self.marks(id, from: isNew ? TicketTrace() : before, to: line.trace(of: id))
        }
        return records + Self.marks(marks)
    }

    /// The line was begun anew from the journal.
    mutating func records(resuming line: Line, rules: RoomRules, now: Microseconds) -> [JournalRecord] {
        let at = line.time(at: now)
        let marks = line.watermarks
        written = marks
        writtenAt = at
        return [.resumed(at: at, spentFor: rules.spentLife)] + Self.whole(marks, at: at)
    }

    private mutating func watermarks(_ marks: Watermarks, _ at: Microseconds) -> [JournalRecord] {
        guard marks != written || abs(TimeBounds.span(from: writtenAt, to: at)) >= Self.timeEvery else { return [] }
        var records = [JournalRecord.watermarks(at: at, marks.withoutControls)]
        if marks.controls != written.controls { records.append(.controls(marks.controls)) }
        if let draw = marks.draw, draw != written.draw { records.append(.draw(draw)) }
        written = marks
        writtenAt = at
        return records
    }

    // MARK: Shared with images and rewriting

    static func whole(_ marks: Watermarks, at: Microseconds) -> [JournalRecord] {
        var records = [JournalRecord.watermarks(at: at, marks.withoutControls), .controls(marks.controls)]
        if let draw = marks.draw { records.append(.draw(draw)) }
        return records
    }

    static func marks(_ marks: [JournalMark]) -> [JournalRecord] {
        stride(from: 0, to: marks.count, by: marksPerRecordMax).map { at in
            .marks(Array(marks[at..<min(at + marksPerRecordMax, marks.count)]))
        }
    }

    private static func marks(_ id: TicketID, from before: TicketTrace, to after: TicketTrace) -> [JournalMark] {
        var marks: [JournalMark] = []
        if let end = after.spentUntil, end != before.spentUntil { marks.append(.spent(id, until: end)) }
        if let session = after.session {
            if session != before.session { marks.append(.session(id, session)) }
        } else if before.session != nil {
            marks.append(.ended(id))
        }
        if let end = after.revokedUntil, end != before.revokedUntil { marks.append(.revoked(id, until: end)) }
        return marks
    }
}

extension StoreCall {
    /// As a line does that is told of a later one.
    fileprivate func begins(after epoch: UInt64) -> Bool {
        if case .restore(let recollection) = operation { recollection.epoch > epoch } else { false }
    }

    /// What newcomers that are let in at once change, the next tick notes.
    fileprivate var movesWatermarks: Bool {
        switch operation {
        case .admit, .control, .adapt, .restore: true
        default: false
        }
    }
}

extension Watermarks {
    /// As a record has them; controls and draw have records of their own, and the same twice is equal.
    fileprivate var withoutControls: Watermarks {
        Watermarks(epoch: epoch, lineage: lineage, tail: tail, lanes: lanes)
    }
}

extension Keepsake {
    /// A whole journal of this moment.
    func bytes(room: String, at: Microseconds) -> [UInt8] {
        var writing = JournalWriting()
        writing.append(.opened(format: JournalRecord.format, room: room))
        for record in JournalNotes.whole(watermarks, at: at) { writing.append(record) }
        var marks: [JournalMark] = []
        func gather(_ mark: JournalMark) {
            marks.append(mark)
            guard marks.count == JournalNotes.marksPerRecordMax else { return }
            writing.append(.marks(marks))
            marks.removeAll(keepingCapacity: true)
        }
        forEachSpent { gather(.spent($0, until: $1)) }
        forEachSession { gather(.session($0, $1)) }
        forEachRevoked { gather(.revoked($0, until: $1)) }
        if !marks.isEmpty { writing.append(.marks(marks)) }
        return writing.bytes
    }
}
