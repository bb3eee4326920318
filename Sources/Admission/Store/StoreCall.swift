/// One batch of one kind, asked of a room's line by a node.
///
/// Every call may be repeated: who does not know whether it was done, asks again with the same ids.
public struct StoreCall: Hashable, Sendable {
    /// So many items at most in one call, so that no call holds a store up for more than a few milliseconds.
    public static let itemsMax = 500

    public var room: String
    public var rules: RoomRules
    /// Who asks: one name for each process.
    public var node: String
    /// The line that the caller knows: its epoch, and the random number that it was begun with. A store that holds an older
    /// line, or another one of the same epoch, or none, does nothing but say so. 0 and 0: the caller knows none.
    public var epoch: UInt64
    public var lineage: UInt64
    public var operation: Operation

    public init(
        room: String, rules: RoomRules, node: String, epoch: UInt64 = 0, lineage: UInt64 = 0, operation: Operation
    ) {
        self.room = room
        self.rules = rules.bounded
        self.node = node
        self.epoch = TimeBounds.epoch(epoch)
        self.lineage = lineage
        self.operation = operation.bounded
    }

    public enum Operation: Hashable, Sendable {
        /// Newcomers, and tickets that the node does not know to be in the line.
        case enter([Arrival])
        /// These were seen waiting just now.
        case beat([TicketID])
        /// One tick.
        case admit(Tick)
        /// These come for their pass.
        case claim([TicketID])
        /// These sessions go on.
        case renew([SessionMark])
        /// These sessions have ended.
        case release([TicketID])
        /// These do not want to wait any longer, or do not want their session.
        case leave([TicketID])
        /// An operator takes these out and keeps them out for so long.
        case revoke([TicketID], lasting: Microseconds)
        case control([ControlChange])
        /// The rate follows the origin's health.
        case adapt(RateProposal)
        /// What a node remembers of a line that a store has lost.
        case restore(Recollection)
        /// What the store holds, page by page, to carry it to another store.
        case read(PageCursor)

        var isTick: Bool { if case .admit = self { true } else { false } }
        var isAdaptation: Bool { if case .adapt = self { true } else { false } }
    }
}

/// Somebody who wants to be in the line.
public struct Arrival: Hashable, Sendable {
    public var id: TicketID
    /// Which of the rules' lanes.
    public var lane: Int
    /// Of a ticket that was given out before: its place. Of a newcomer whose place is drawn: the place drawn.
    public var place: Place?
    public var isNew: Bool

    public static func newcomer(_ id: TicketID, lane: Int, drawn: Place? = nil) -> Arrival {
        Arrival(id: id, lane: lane, place: drawn, isNew: true)
    }

    public static func returning(_ id: TicketID, lane: Int, place: Place) -> Arrival {
        Arrival(id: id, lane: lane, place: place, isNew: false)
    }

    /// Asks whether a ticket is there. As the place still awaits a draw that there never is, a store that does not know the ticket
    /// says `passed` and puts it nowhere.
    static func probe(_ id: TicketID, lane: Int) -> Arrival { .returning(id, lane: lane, place: .ofNobody) }

    var isProbe: Bool { place == .ofNobody }
}

public struct Tick: Hashable, Sendable {
    /// Random; becomes the lineage if this tick begins a line.
    public var lineage: UInt64
    /// Random; becomes the seed if this tick begins a draw.
    public var seed: [UInt8]
    /// Which rank marks the caller has: others are sent, these are not.
    public var marksVersion: Int64
    /// Of which endings the caller has heard: `RoomSnapshot.endedUpTo` of this line, or 0.
    public var endedUpTo: Microseconds

    public init(lineage: UInt64, seed: [UInt8], marksVersion: Int64 = 0, endedUpTo: Microseconds = 0) {
        self.lineage = lineage
        self.seed = seed
        self.marksVersion = marksVersion
        self.endedUpTo = TimeBounds.time(endedUpTo)
    }
}

public struct SessionMark: Hashable, Sendable {
    public var id: TicketID
    public var startedAt: Microseconds

    public init(id: TicketID, startedAt: Microseconds) {
        self.id = id
        self.startedAt = TimeBounds.time(startedAt)
    }
}

/// What a node remembers, in calls of at most `StoreCall.itemsMax` items. Times are relative, since clocks of two stores differ.
public struct Recollection: Hashable, Sendable {
    /// A store whose line is of an earlier epoch begins this one, empty, before it takes the rest in.
    public var epoch: UInt64
    /// Random; becomes the lineage if this begins the line.
    public var lineage: UInt64
    public var watermarks: Watermarks
    /// The nodes to wait for, for `Line.restoringMax` at most, before anybody is admitted.
    public var nodes: [String]
    /// The caller has said everything.
    public var isComplete: Bool
    public var waiting: [Waiting] = []
    public var sessions: [Session] = []
    public var spent: [Mark] = []
    public var revoked: [Mark] = []

    public struct Waiting: Hashable, Sendable {
        public var id: TicketID
        /// Which of the rules' lanes.
        public var lane: Int
        public var place: Place
        public var seenAgo: Microseconds

        public init(id: TicketID, lane: Int, place: Place, seenAgo: Microseconds) {
            self.id = id
            self.lane = lane
            self.place = place
            self.seenAgo = TimeBounds.span(seenAgo)
        }
    }

    public struct Session: Hashable, Sendable {
        public var id: TicketID
        public var startedAt: Microseconds
        public var endsIn: Microseconds

        public init(id: TicketID, startedAt: Microseconds, endsIn: Microseconds) {
            self.id = id
            self.startedAt = TimeBounds.time(startedAt)
            self.endsIn = TimeBounds.span(endsIn)
        }
    }

    public struct Mark: Hashable, Sendable {
        public var id: TicketID
        public var endsIn: Microseconds

        public init(id: TicketID, endsIn: Microseconds) {
            self.id = id
            self.endsIn = TimeBounds.span(endsIn)
        }
    }

    public init(epoch: UInt64, lineage: UInt64, watermarks: Watermarks, nodes: [String], isComplete: Bool) {
        self.epoch = TimeBounds.epoch(epoch)
        self.lineage = lineage
        self.watermarks = watermarks
        self.nodes = nodes
        self.isComplete = isComplete
    }

    public var itemCount: Int { waiting.count + sessions.count + spent.count + revoked.count }
}

/// Where the next page of `read` begins: a section of the store and how many of its items were read.
public struct PageCursor: Hashable, Sendable {
    /// 0…lanes-1: who waits in that lane; then sessions, spent, revoked, and who is offered its turn.
    public var section: Int
    public var offset: Int

    public init(section: Int = 0, offset: Int = 0) {
        self.section = section
        self.offset = offset
    }
}
