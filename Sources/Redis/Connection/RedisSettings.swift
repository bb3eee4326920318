/// How a server is greeted and what is waited for. The same for all connections of a client.
public struct RedisSettings: Sendable {
    public enum Patience: Sendable {
        /// Calls wait for a connection until their deadline.
        case untilDeadline
        /// Calls wait for an attempt to connect that is under way, and fail when it does, or when none is.
        case whileConnecting
    }

    /// What `CLIENT LIST` shows.
    public var name = "waitingroom"
    public var credentials: RedisCredentials?
    public var database = 0
    /// Whom to greet Sentinels as; they seldom have the password of what they watch.
    public var sentinelCredentials: RedisCredentials?

    public var patience = Patience.untilDeadline
    /// Each of: looking up the name, reaching one address, TLS and greeting.
    public var connectTimeoutNanoseconds: UInt64 = 1_000_000_000
    public var backoff = RedisBackoff()
    /// A connection that lived so long starts its backoff from the beginning when it is lost.
    public var steadyNanoseconds: UInt64 = 5_000_000_000

    /// Calls that wait or are under way. Beyond: `overloaded`.
    public var callsMax = 16_384
    /// Bytes of calls that wait to be sent. Beyond: `overloaded`.
    public var queueBytesMax = 64 * 1024 * 1024
    /// Of one reply. Beyond, the connection is given up.
    public var replyBytesMax = 64 * 1024 * 1024
    /// Answers still owed whose callers have given up. Beyond, the connection is given up.
    public var lateRepliesMax = 256
    /// While an answer is owed, without a byte coming. Beyond, the connection is given up.
    public var silenceNanosecondsMax: UInt64 = 5_000_000_000

    /// Further attempts of one call, each after a refusal or a loss that is known to have done nothing.
    public var retriesMax = 64
    /// How long to wait before those.
    public var retryBackoff = RedisBackoff(firstNanosecondsMax: 20_000_000, nanosecondsMax: 500_000_000)
    /// `MOVED` and `ASK` that one call follows.
    public var redirectsMax = 5
    /// How often a Sentinel is asked who the master is, and whether the map of a cluster has to be asked for anew.
    public var watchIntervalNanoseconds: UInt64 = 1_000_000_000
    /// Between two questions for the map of a cluster, at least.
    public var mapIntervalNanosecondsMin: UInt64 = 100_000_000
    /// A map that is older is asked for anew, though nothing speaks against it.
    public var mapAgeNanosecondsMax: UInt64 = 30_000_000_000
    /// How often a connection that only listens says something, to learn whether it is still one.
    public var pingIntervalNanoseconds: UInt64 = 5_000_000_000

    public init() {}
}

/// User and password. Printed, it shows neither.
public struct RedisCredentials: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable
{
    /// Empty: the default user.
    public var user: String
    public var password: String

    public init(user: String = "", password: String) {
        self.user = user
        self.password = password
    }

    public var description: String { "(secret)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
