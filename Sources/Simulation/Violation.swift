import Admission

/// What must hold in every run; docs/SIMULATION.md says each in a sentence.
public enum Invariant: String, Sendable, CaseIterable {
    case order, rate, replacements, cap, passes
    case presence, recalled, place, rejoined, grace, position
    case session, spent, revoked, ended
    case unanswered, answeredTwice, reply
    case draw, shares, bounds, structure
    case twoLines, carried, asChosen
    case liveness, everybody, leftover
}

/// One that did not.
public struct Violation: Sendable {
    public var invariant: Invariant
    public var at: Microseconds
    public var ticket: TicketID?
    public var what: String
    /// The last that was seen of the ticket, or of all when there is none.
    public var trail: [String] = []
}
