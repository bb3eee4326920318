/// What came of an errand, as far as it matters to the visitor.
public struct VisitorAnswer: Sendable {
    public enum Outcome: Equatable, Sendable {
        case status(UInt16)
        case fault(ClientFault)
    }

    /// Nanoseconds since the opening, as all times of a run are.
    public var sentAt: UInt64
    public var receivedAt: UInt64
    public var outcome: Outcome
    /// The waiting room's own page, rather than something of the site: it says when to come again, or gives a ticket.
    public var isWaitingPage = false
    public var retryAfterNanoseconds: UInt64?
    public var refreshNanoseconds: UInt64?
    /// The ticket that is in the jar now, see `TicketName`; 0 for none.
    public var ticket: UInt64 = 0
    /// Its place in line, as the ticket has it; 0 for none.
    public var place: UInt64 = 0
    public var hasPass = false
    public var standing: Standing?

    public init(sentAt: UInt64, receivedAt: UInt64, outcome: Outcome) {
        self.sentAt = sentAt
        self.receivedAt = receivedAt
        self.outcome = outcome
    }
}

/// What an answer was to the one who got it: nothing special, or something that should not have happened.
public enum Grievance: Equatable, Sendable {
    case fault(ClientFault)
    case status(UInt16)
    /// What was to be JSON was not, or said nothing of the place.
    case unreadable
    /// A ticket that was given was not taken.
    case ticketRefused
    /// Inside, and before the line again.
    case putOut
    /// Another ticket than the one that was held.
    case placeLost
    /// Further behind than before.
    case placeGrew(by: UInt32)

    public var name: String {
        switch self {
        case .fault(let fault): fault.name
        case .status(let status): "status \(status)"
        case .unreadable: "unreadable status"
        case .ticketRefused: "ticket refused"
        case .putOut: "put out of the site"
        case .placeLost: "place lost"
        case .placeGrew: "place moved backwards"
        }
    }
}
