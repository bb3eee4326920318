/// What a room does when no store can be reached.
public enum StoreLoss: String, Hashable, Sendable, CaseIterable {
    /// Sessions go on, nobody new is admitted, the line is kept.
    case hold
    /// Each node goes on with the tickets that it has seen, at its part of the rate.
    case local
    /// Everybody is forwarded.
    case open
}

/// Which way a room's calls go at the moment.
public enum StoreRoute: Hashable, Sendable {
    case primary
    case fallback
    /// The line is being carried back to the primary.
    case moving
    /// This node alone does not reach the store that the others use: it waits.
    case alone
    /// No store is reached, see `StoreLoss`.
    case lost(StoreLoss)
    /// The roster has not been heard yet.
    case starting
}
