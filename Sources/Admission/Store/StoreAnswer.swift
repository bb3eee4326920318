/// What a store answers: which line it holds, and what came of the batch, in the batch's order.
public struct StoreAnswer: Hashable, Sendable {
    public var epoch: UInt64
    public var lineage: UInt64
    public var outcome: Outcome

    public init(epoch: UInt64, lineage: UInt64, outcome: Outcome) {
        self.epoch = TimeBounds.epoch(epoch)
        self.lineage = lineage
        self.outcome = outcome
    }

    public enum Outcome: Hashable, Sendable {
        case entered([Entered])
        /// For each id whether it is in the line; who is not, has to enter again.
        case beaten([Bool])
        case admitted(RoomSnapshot)
        case claimed([Claimed])
        case renewed([Renewed])
        /// Released, left, revoked, controlled or restored.
        case done
        case page(Page)
        /// The store does not hold the caller's line and has done nothing.
        case lost

        /// A tick that asked for what is new in another line left out what that one had told: the next is to ask for all.
        var ofAnotherLine: Outcome {
            guard case .admitted(var snapshot) = self else { return self }
            snapshot.marksVersion = 0
            snapshot.endedUpTo = 0
            return .admitted(snapshot)
        }
    }
}

public enum Entered: Hashable, Sendable {
    case waiting(Place)
    /// There was room at once, or the session goes on.
    case admitted(startedAt: Microseconds)
    /// It is its turn: it has to claim.
    case offered
    /// The pass of this ticket was claimed and its session has ended. It may queue anew, with a new ticket.
    case spent
    /// Its turn passed longer than `turn_grace` ago. It may queue anew, with a new ticket.
    case passed
    case revoked
    /// The place of a newcomer is drawn now, and the caller did not bring one (of this draw).
    case awaitsDraw
    case notYet
    case closed
    /// Nobody queues.
    case open
    /// `RoomRules.waitingMax` are waiting.
    case full
}

public enum Claimed: Hashable, Sendable {
    /// Again and again the same, as long as the session goes on.
    case granted(startedAt: Microseconds)
    case waiting
    case spent
    case revoked
    /// Neither in the line nor admitted: it has to enter.
    case unknown
}

public enum Renewed: Hashable, Sendable {
    case renewed
    case ended
    case revoked
}

/// A part of what a store holds.
public struct Page: Hashable, Sendable {
    public var waiting: [Recollection.Waiting] = []
    public var sessions: [Recollection.Session] = []
    public var spent: [Recollection.Mark] = []
    public var revoked: [Recollection.Mark] = []
    /// Nil at the end.
    public var next: PageCursor?

    public init() {}
}

/// Why a call has no answer.
public enum StoreFault: Error, Hashable, Sendable {
    /// It was not done.
    case notDone(String)
    /// Nobody knows whether it was done. It may be asked again.
    case unknown(String)
    /// Too much is under way already; it was not done.
    case overloaded
    /// The room is being moved between stores; it was not done.
    case moving
    /// No store is reached, and it was chosen that everybody is forwarded then; it was not done.
    case open
    /// The store is kept by another version of this program; it was not done, and will not be until an operator has acted.
    case unusable(String)
    /// The store answered what no store of this version does.
    case nonsense(String)

    public var description: String {
        switch self {
        case .notDone(let why): "the store did not do it: \(why)"
        case .unknown(let why): "the store may or may not have done it: \(why)"
        case .overloaded: "too many calls are waiting for the store"
        case .open: "no store is reached; everybody is forwarded"
        case .moving: "the line is being moved to another store"
        case .unusable(let why): "the store is of no use to this version, however often it is asked: \(why)"
        case .nonsense(let what): "the store answered what this version does not understand: \(what)"
        }
    }
}
