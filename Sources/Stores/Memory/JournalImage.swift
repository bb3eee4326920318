import Admission

/// What the records of a journal come to.
struct JournalImage: Hashable, Sendable {
    /// The line's own time, as of the last record that told it.
    var at: Microseconds = 0
    var watermarks = Watermarks()
    var sessions: [TicketID: TicketTrace.Session] = [:]
    var spent: [TicketID: Microseconds] = [:]
    var revoked: [TicketID: Microseconds] = [:]

    init() {}

    init(_ records: some Sequence<JournalRecord>) {
        for record in records { apply(record) }
        prune()
    }

    /// There is a line to go on with.
    var isLine: Bool { watermarks.epoch > 0 }

    mutating func apply(_ record: JournalRecord) {
        switch record {
        case .opened: break
        case .begun(let at):
            self = JournalImage()
            self.at = at
        case .resumed(let at, let spentFor): resume(at, spentFor)
        case .watermarks(let at, let marks):
            self.at = at
            (watermarks.epoch, watermarks.lineage, watermarks.tail) = (marks.epoch, marks.lineage, marks.tail)
            watermarks.lanes = marks.lanes
        case .controls(let controls): watermarks.controls = controls
        case .draw(let draw): watermarks.draw = draw
        case .marks(let marks): for mark in marks { apply(mark) }
        }
    }

    private mutating func apply(_ mark: JournalMark) {
        switch mark {
        case .session(let id, let session): sessions[id] = session
        case .ended(let id): sessions[id] = nil
        case .spent(let id, let end): spent[id] = end
        case .revoked(let id, let end): revoked[id] = end
        }
    }

    /// As a line does that takes the recollection in.
    private mutating func resume(_ at: Microseconds, _ spentFor: Microseconds) {
        prune()
        let (from, bounded) = (self.at, TimeBounds.time(at))
        func moved(_ end: Microseconds) -> Microseconds { bounded + TimeBounds.span(from: from, to: end) }
        let spentUntil = bounded + TimeBounds.span(spentFor)
        sessions = sessions.mapValues { .init(startedAt: $0.startedAt, endsAt: moved($0.endsAt)) }
        spent = spent.mapValues { max(moved($0), spentUntil) }
        revoked = revoked.mapValues { moved($0) }
        for id in sessions.keys { spent[id] = spentUntil }
        self.at = at
    }

    /// What had ended by then.
    private mutating func prune() {
        sessions = sessions.filter { $0.value.endsAt > at }
        spent = spent.filter { $0.value > at }
        revoked = revoked.filter { $0.value > at }
    }

    /// For a line that goes on where this one was: the next epoch, and nobody to wait for.
    func recollection(lineage: UInt64) -> Recollection {
        var recollection = Recollection(
            epoch: watermarks.epoch + 1, lineage: lineage, watermarks: watermarks, nodes: [], isComplete: true)
        recollection.sessions = sessions.map {
            .init(id: $0.key, startedAt: $0.value.startedAt, endsIn: TimeBounds.span(from: at, to: $0.value.endsAt))
        }
        recollection.spent = spent.map { .init(id: $0.key, endsIn: TimeBounds.span(from: at, to: $0.value)) }
        recollection.revoked = revoked.map { .init(id: $0.key, endsIn: TimeBounds.span(from: at, to: $0.value)) }
        return recollection
    }

    /// Who was inside so lately that a pass may still be out, and is not any more.
    func endedLately(_ rules: RoomRules) -> [TicketID] {
        spent.filter { sessions[$0.key] == nil && $0.value > at + rules.spentLife - rules.endedLife }.map(\.key).sorted()
    }

    /// The same in as few records as can be.
    func records(room: String) -> [JournalRecord] {
        var marks = spent.map { JournalMark.spent($0.key, until: $0.value) }
        marks += sessions.map { .session($0.key, $0.value) }
        marks += revoked.map { .revoked($0.key, until: $0.value) }
        return [.opened(format: JournalRecord.format, room: room)]
            + JournalNotes.whole(watermarks, at: at) + JournalNotes.marks(marks)
    }
}
