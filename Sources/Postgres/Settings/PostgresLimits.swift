/// The ceilings and times of a client; times in nanoseconds of the loop's clock.
public struct PostgresLimits: Sendable {
    /// Connections of a pool.
    public var connectionsMax = 4
    /// Of these, how many transactions may hold at once; the others remain for everybody.
    public var exclusiveMax = 3
    /// Transactions that wait for a connection of their own.
    public var waitersMax = 1_000
    /// Calls that have been asked and not answered, and the bytes of their SQL and parameters.
    public var callsMax = 10_000
    public var bytesMax = 64 << 20
    /// Calls sent on one connection and not answered; more wait, and can still be said not to have been sent.
    public var pipelineMax = 256
    /// Statements that one connection keeps prepared; more are sent with their text each time.
    public var preparedMax = 256
    /// From the lookup of the name to the first query.
    public var connectTimeout: UInt64 = 5_000_000_000
    /// A connection that has been silent for so long is asked whether it is still there, and has so long to answer.
    public var idleCheck: UInt64 = 30_000_000_000
    public var idleCheckTimeout: UInt64 = 5_000_000_000
    /// The pause before a second attempt to connect, at most; it doubles up to the last.
    public var backoffFirst: UInt64 = 100_000_000
    public var backoffMax: UInt64 = 10_000_000_000
    /// After so long the server itself notices that we have closed a connection on which it still works for us, or that a
    /// transaction waits for us.
    public var abandonedCheck: UInt64 = 1_000_000_000
    public var abandonedTransactionTimeout: UInt64 = 60_000_000_000

    public init() {}
}
