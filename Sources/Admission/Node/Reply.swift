/// What a visitor is told.
public enum Reply: Hashable, Sendable {
    /// A pass may be signed: the session began at that time of the store's clock.
    case admitted(TicketID, startedAt: Microseconds)
    case waiting(Standing)
    case revoked
    case notYet
    case closed
    /// Nobody queues.
    case open
    /// More are waiting than the room may hold.
    case full
    /// The store cannot be asked. Whoever has a ticket keeps its place, and who has none has to come again.
    case held(pollAfter: Microseconds)
}

/// Where a waiting ticket stands.
public struct Standing: Hashable, Sendable {
    public var id: TicketID
    /// Which of the rules' lanes.
    public var lane: Int
    /// What its ticket says, and is signed anew when the one shown says something else.
    public var place: Place
    /// It stands at the end because its former ticket was worth nothing any more.
    public var rejoined: Rejoined?
    public var outlook: Outlook

    public enum Rejoined: String, Hashable, Sendable {
        /// Its pass was used, and the session has ended.
        case spent
        /// Its turn came and went while it was away.
        case passed
    }
}

/// What is to be expected.
public struct Outlook: Hashable, Sendable {
    public var phase: RoomPhase
    /// How many are to be admitted before it, and itself: 1 is next. Nil as long as it is not drawn.
    public var position: Int?
    public var behind: Int
    /// Nil when nobody can say: paused, or nobody was admitted for long.
    public var wait: WaitRange?
    /// When to ask again.
    public var pollAfter: Microseconds
}

public struct WaitRange: Hashable, Sendable {
    public var low: Microseconds
    public var high: Microseconds

    public var middle: Microseconds { (low + high) / 2 }
}

/// A reply to a question that was asked earlier.
public struct Told: Hashable, Sendable {
    public var ask: UInt64
    public var reply: Reply
}
