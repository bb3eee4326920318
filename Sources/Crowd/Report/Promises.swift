/// What the waiting room is held to: what its configuration says, or what the site's people believe that it says.
public struct Promises: Equatable, Sendable {
    public var ratePerSecond: Double?
    /// Nil: what half a second brings and two more, which is the default of a room.
    public var burst: Int?
    public var activeMax: Int?
    /// Who came first goes first. Not so in a room that draws, or that has lanes.
    public var isOrdered = true
    public var errorsMax: UInt64 = 0
    /// How old what a node knows may be: five of its ticks.
    public var lagNanoseconds: UInt64 = 500_000_000

    public init() {}

    public var burstCount: Int { burst ?? Int((ratePerSecond ?? 0) / 2) + 2 }

    /// The most that may be let in within any window of this length.
    public func most(within nanoseconds: UInt64) -> Int? {
        ratePerSecond.map { Int($0 * Quantity.seconds(nanoseconds)) + burstCount }
    }
}
