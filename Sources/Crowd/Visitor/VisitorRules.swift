/// How visitors behave.
public struct VisitorRules: Equatable, Sendable {
    public enum Leaving: Equatable, Sendable {
        /// Just stops.
        case idle
        /// Says so to the waiting room.
        case delete
        /// Visits a page of the site, after which the site releases it.
        case page
    }

    public var patience = Patience()
    /// How many of those who give up come back, and after how long.
    public var comeBackShare = 0.0
    public var awayNanoseconds: UInt64 = 30_000_000_000
    /// How often the page is loaded again in place of a poll.
    public var reloadShare = 0.02
    /// Requests to the site once inside, the first page included.
    public var clicks = 3
    public var thinkNanoseconds: UInt64 = 2_000_000_000
    public var leaving = Leaving.idle
    /// Places that a line may seem to grow by without anybody's being at fault: see `Options.placeLeeway`.
    public var placeLeeway: UInt32 = 0

    public init() {}

    /// When nothing was told.
    static let pollDefaultNanoseconds: UInt64 = 5_000_000_000
    /// No server makes its visitors wait longer for the next word.
    static let restNanosecondsMax: UInt64 = 300_000_000_000
    /// After a fault: doubled each time up to the most.
    static let retryNanoseconds: UInt64 = 500_000_000
    static let retryNanosecondsMax: UInt64 = 8_000_000_000
    /// Whoever asks later than it was told by more than this has not done its part, and cannot complain of its place.
    static let lateNanosecondsMax: UInt64 = 5_000_000_000
}
