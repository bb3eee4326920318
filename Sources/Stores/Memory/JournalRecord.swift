import Admission

/// One entry of a room's journal. Times are the line's own, see `Line.time`.
enum JournalRecord: Hashable, Sendable {
    /// The first of every file.
    case opened(format: UInt16, room: String)
    /// A new line; nothing of an earlier one counts.
    case begun(at: Microseconds)
    /// The line was begun anew with everything that the journal held so far, at another time of its own. A spent ticket is
    /// remembered for so long at least.
    case resumed(at: Microseconds, spentFor: Microseconds)
    case watermarks(at: Microseconds, Watermarks)
    case controls(RoomControls)
    case draw(Draw)
    case marks([JournalMark])

    /// The format that this version writes, and the last that it reads.
    static let format: UInt16 = 1
}

/// What became of a ticket.
enum JournalMark: Hashable, Sendable {
    case session(TicketID, TicketTrace.Session)
    case ended(TicketID)
    case spent(TicketID, until: Microseconds)
    case revoked(TicketID, until: Microseconds)
}
