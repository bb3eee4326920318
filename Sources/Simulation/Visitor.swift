import Admission

/// Somebody at a browser. Small, since there may be a million.
struct Visitor: Sendable {
    enum Habit: UInt8, Sendable, CaseIterable {
        /// Polls as told, comes when it is its turn, and releases its session at the end.
        case stays
        /// The same, and lets its session idle out.
        case idles
        /// Stops asking and never comes back.
        case vanishes
        /// Stops asking and comes back with its ticket, in time or not.
        case returns
        /// Asks more often than told, out of impatience.
        case reloads
        /// Has the ticket open in two tabs.
        case twoTabs
        /// Comes late when it is its turn.
        case late
        /// Comes with its ticket again after its session.
        case replays
        /// Gives up and says so.
        case leaves
    }

    enum State: UInt8, Sendable {
        /// Has no ticket yet.
        case outside
        case waiting
        /// Does not ask at present.
        case away
        case inside
        case done
    }

    var habit = Habit.stays
    var state = State.outside
    var lane: UInt8 = 0
    /// The node that it asked last.
    var node: UInt8 = 0
    var renewalsLeft: UInt8 = 0
    /// How many more answers until its habit shows.
    var patience: UInt8 = 0
    var hasReplayed = false
    /// It did something by which it may have lost its place.
    var isExcused = false
    /// Number of the question under way, 0: none.
    var asked: UInt16 = 0
    var askedInTab: UInt16 = 0
    var serial: UInt16 = 0
    /// In `TicketBook`; -1: none.
    var ticket: Int32 = -1
    /// What its ticket says.
    var place = Place.none
    var startedAt: Microseconds = 0
    var passUntil: Microseconds = 0
    /// The node that renewed it last.
    var renewedBy: UInt16 = .max
    /// When it was last told something by a node that knew.
    var heardAt: Microseconds = 0
    var awaySince: Microseconds = 0
    /// The node that told it last that it waits.
    var toldBy: UInt16 = .max
    var shown: UInt32 = .max
    var shownBy: UInt16 = .max
}
