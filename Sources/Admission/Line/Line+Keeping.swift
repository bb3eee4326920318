/// What a store in this process has to write down, so that it outlives the process. The waiting need not be: their tickets
/// say where they stand.
extension Line {
    public var watermarks: Watermarks {
        Watermarks(
            epoch: epoch, lineage: lineage, tail: Place(epoch: epoch, number: tailNumber),
            lanes: lanes.map { LaneMark(name: $0.name, head: $0.head, floor: $0.floor) }, draw: draw, controls: controls)
    }

    /// The line's own time, by which `trace` and `keepsake` tell when things end.
    public func time(at clock: Microseconds) -> Microseconds { moment(TimeBounds.time(clock)).line }

    public func trace(of id: TicketID) -> TicketTrace {
        var trace = TicketTrace(spentUntil: spent.score(of: id), revokedUntil: revoked.score(of: id))
        if let end = sessions.score(of: id) {
            trace.session = TicketTrace.Session(startedAt: startedAt[id] ?? end, endsAt: end)
        }
        return trace
    }

    public var keepsake: Keepsake {
        Keepsake(
            watermarks: watermarks, startedAt: startedAt, sessions: sessions.snapshot, spent: spent.snapshot,
            revoked: revoked.snapshot)
    }
}

/// What a line holds of a ticket beside its place.
public struct TicketTrace: Hashable, Sendable {
    public struct Session: Hashable, Sendable {
        public var startedAt: Microseconds
        public var endsAt: Microseconds

        public init(startedAt: Microseconds, endsAt: Microseconds) {
            self.startedAt = startedAt
            self.endsAt = endsAt
        }
    }

    public var session: Session?
    public var spentUntil: Microseconds?
    public var revokedUntil: Microseconds?

    public init(session: Session? = nil, spentUntil: Microseconds? = nil, revokedUntil: Microseconds? = nil) {
        self.session = session
        self.spentUntil = spentUntil
        self.revokedUntil = revokedUntil
    }
}

/// All that is to be kept of a line at one moment. Taking it copies next to nothing; another thread may go through it while the
/// line goes on.
public struct Keepsake: Sendable {
    public let watermarks: Watermarks
    let startedAt: [TicketID: Microseconds]
    let sessions: [[ScoredSet.Entry]]
    let spent: [[ScoredSet.Entry]]
    let revoked: [[ScoredSet.Entry]]

    public func forEachSession(_ body: (TicketID, TicketTrace.Session) -> Void) {
        for run in sessions {
            for entry in run {
                body(entry.id, TicketTrace.Session(startedAt: startedAt[entry.id] ?? entry.score, endsAt: entry.score))
            }
        }
    }

    public func forEachSpent(_ body: (TicketID, Microseconds) -> Void) {
        for run in spent { for entry in run { body(entry.id, entry.score) } }
    }

    public func forEachRevoked(_ body: (TicketID, Microseconds) -> Void) {
        for run in revoked { for entry in run { body(entry.id, entry.score) } }
    }
}
