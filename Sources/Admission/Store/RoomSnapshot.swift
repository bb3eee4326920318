/// What a tick tells of a room: all that a node needs to answer everybody until the next one.
public struct RoomSnapshot: Hashable, Sendable {
    /// The places of the first so many of a lane are exact.
    public static let nearMax = 1024
    /// So many marks stand for the rest of a lane, and one for the last that is near.
    public static let marksMax = 64
    /// Rank marks are this old at most.
    public static let marksEvery: Microseconds = 1_000_000

    /// By the store's clock.
    public var now: Microseconds
    public var phase: RoomPhase
    /// No admission yet: nodes are still bringing back what they remember.
    public var isRestoring: Bool
    public var lanes: [LaneView]
    public var offered: Int
    public var sessions: Int
    /// Of those waiting, how many were seen within half of `abandon_after`.
    public var fresh: Int
    public var totals: RoomTotals
    public var controls: RoomControls
    public var draw: Draw?
    /// The last place given out.
    public var tail: Place
    /// Goes up when the marks are taken anew; marks and `revoked` are there only when the caller had others.
    public var marksVersion: Int64
    /// Who is denied, and for how long still, at most `Line.revokedMax`; sent together with the marks.
    public var revoked: [Recollection.Mark]
    /// Heard from within `Line.nodeWindow`, in the order of their names.
    public var nodes: [String]
    /// Whose sessions ended before their passes did, in that order, at most `Line.endedPerTickMax`: only those of whom the caller has
    /// not heard.
    public var ended: [TicketID]
    /// Up to here all endings have been told.
    public var endedUpTo: Microseconds

    public init(
        now: Microseconds, phase: RoomPhase, isRestoring: Bool, lanes: [LaneView], offered: Int, sessions: Int, fresh: Int,
        totals: RoomTotals, controls: RoomControls, draw: Draw?, tail: Place, marksVersion: Int64,
        revoked: [Recollection.Mark], nodes: [String], ended: [TicketID] = [], endedUpTo: Microseconds = 0
    ) {
        self.now = TimeBounds.time(now)
        self.phase = phase
        self.isRestoring = isRestoring
        self.lanes = lanes
        self.offered = TimeBounds.count(offered)
        self.sessions = TimeBounds.count(sessions)
        self.fresh = TimeBounds.count(fresh)
        self.totals = totals.bounded
        self.controls = controls.bounded
        self.draw = draw
        self.tail = tail
        self.marksVersion = marksVersion
        self.revoked = revoked
        self.nodes = nodes
        self.ended = ended
        self.endedUpTo = TimeBounds.time(endedUpTo)
    }

    public var waiting: Int { lanes.reduce(0) { $0 + $1.waiting } }
}

public struct LaneView: Hashable, Sendable {
    public var name: String
    public var waiting: Int
    public var head: Place
    public var floor: Place
    /// The first of the line, in order.
    public var near: [TicketID]
    /// Where the rest stand. Empty when the caller has them, or nobody is behind `near`.
    public var marks: [RankMark]

    public init(name: String, waiting: Int, head: Place, floor: Place, near: [TicketID], marks: [RankMark]) {
        self.name = name
        self.waiting = TimeBounds.count(waiting)
        self.head = head
        self.floor = floor
        self.near = near
        self.marks = marks
    }
}

/// So many stand before this place.
public struct RankMark: Hashable, Sendable {
    public var place: Place
    public var rank: Int

    public init(place: Place, rank: Int) {
        self.place = place
        self.rank = TimeBounds.count(rank)
    }
}

/// Counted since the line began.
public struct RoomTotals: Hashable, Sendable {
    public var entered: Int64 = 0
    public var admitted: Int64 = 0
    /// Of those admitted: in place of one that did not come.
    public var replaced: Int64 = 0
    public var claimed: Int64 = 0
    /// Admitted, and did not come in the claim window.
    public var missed: Int64 = 0
    /// Not seen for `abandon_after`, and dropped from the line.
    public var abandoned: Int64 = 0
    public var left: Int64 = 0
    /// Sessions released or expired.
    public var ended: Int64 = 0

    public init() {}
}
