/// Where the nodes of a fleet tell each other which store holds a room's line. It is kept beside the fallback store.
public protocol Roster: AnyObject {
    /// "I am here." Tells what the others said.
    func heartbeat(_ heartbeat: Heartbeat, _ answer: @escaping (Result<RosterView, StoreFault>) -> Void)
    /// Moves a room; false when another node was first, or the condition does not hold.
    func move(_ move: RoomMove, _ answer: @escaping (Result<Bool, StoreFault>) -> Void)
}

/// Which store holds the line.
public struct RoomMode: Hashable, Sendable {
    public enum Holder: String, Hashable, Sendable, CaseIterable {
        case primary
        case fallback
        /// The line is being carried from the fallback to the primary; nobody is admitted.
        case returning
    }

    public var holder: Holder
    /// No line of an earlier epoch is the room's.
    public var epoch: UInt64
    /// The highest epoch that any move ever named; the next line's is higher.
    public var epochMax: UInt64
    /// Goes up with every move.
    public var version: Int64
    /// Who moved it last: in `returning` the one that carries.
    public var mover: String

    public init(
        holder: Holder = .primary, epoch: UInt64 = 0, epochMax: UInt64 = 0, version: Int64 = 0, mover: String = ""
    ) {
        self.holder = holder
        self.epoch = epoch
        self.epochMax = epochMax
        self.version = version
        self.mover = mover
    }
}

public struct Heartbeat: Hashable, Sendable {
    public var room: String
    public var node: String
    public var reachesPrimary: Bool
    /// The version of the mode that the node acts by; it has left every earlier one.
    public var version: Int64
    public var watermarks: Watermarks

    public init(room: String, node: String, reachesPrimary: Bool, version: Int64, watermarks: Watermarks) {
        self.room = room
        self.node = node
        self.reachesPrimary = reachesPrimary
        self.version = version
        self.watermarks = watermarks
    }
}

public struct RosterView: Hashable, Sendable {
    /// A node not heard from for longer does not count.
    public static let heardWithin: Microseconds = 3_000_000

    public var mode: RoomMode
    /// How long ago it was moved.
    public var movedAgo: Microseconds
    /// Heard from within `heardWithin`, this one among them.
    public var nodes: [String]
    /// How many of them reach the primary.
    public var reaching: Int
    /// For how long all of them have reached it; 0 when one does not.
    public var allReachingFor: Microseconds
    /// All of them act by this mode.
    public var isAcknowledged: Bool
    /// The furthest of all that were ever told.
    public var watermarks: Watermarks

    public init(
        mode: RoomMode, movedAgo: Microseconds, nodes: [String], reaching: Int, allReachingFor: Microseconds,
        isAcknowledged: Bool, watermarks: Watermarks
    ) {
        self.mode = mode
        self.movedAgo = movedAgo
        self.nodes = nodes
        self.reaching = reaching
        self.allReachingFor = allReachingFor
        self.isAcknowledged = isAcknowledged
        self.watermarks = watermarks
    }
}

/// A change of the mode that one node wins: it is made if the version is still the one that the caller saw, and the
/// condition holds at that moment, of the nodes heard from lately.
public struct RoomMove: Hashable, Sendable {
    public enum Condition: Hashable, Sendable {
        case always
        case nobodyReachesPrimary
        case allReachPrimary(for: Microseconds)
    }

    public var room: String
    public var node: String
    public var version: Int64
    public var to: RoomMode.Holder
    public var epoch: UInt64
    public var condition: Condition

    public init(
        room: String, node: String, version: Int64, to: RoomMode.Holder, epoch: UInt64, condition: Condition
    ) {
        self.room = room
        self.node = node
        self.version = version
        self.to = to
        self.epoch = epoch
        self.condition = condition
    }
}

extension Watermarks {
    /// Of two accounts, what is further on in either.
    public mutating func merge(_ other: Watermarks) {
        if other.epoch > epoch {
            epoch = other.epoch
            lineage = other.lineage
        }
        tail = max(tail, other.tail)
        controls.merge(other.controls)
        for mark in other.lanes {
            if let at = lanes.firstIndex(where: { $0.name == mark.name }) {
                lanes[at].head = max(lanes[at].head, mark.head)
                lanes[at].floor = max(lanes[at].floor, mark.floor)
            } else if lanes.count < RoomRules.lanesMax * 2 {
                lanes.append(mark)
            }
        }
        guard let theirs = other.draw else { return }
        if let ours = draw, (ours.epoch, ours.isOpened ? 1 : 0) >= (theirs.epoch, theirs.isOpened ? 1 : 0) { return }
        draw = theirs
    }
}
