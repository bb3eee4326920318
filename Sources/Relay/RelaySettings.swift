/// How origins are spoken to: ceilings and deadlines, in nanoseconds of the loop's clock.
public struct RelaySettings: Sendable {
    /// Connections to one server, on one loop, on which the server has something to do.
    public var connectionsMax = 256
    /// And as many more on which it waits for a client.
    public var clientPacedMax = 2048
    /// Of these, how many are kept open while they have nothing to do.
    public var idleMax = 64
    /// Requests that may wait for a connection, on one loop.
    public var waitMax = 1024
    public var waitTimeout: UInt64 = 5_000_000_000
    public var connectTimeout: UInt64 = 2_000_000_000
    public var firstByteTimeout: UInt64 = 60_000_000_000
    public var readTimeout: UInt64 = 60_000_000_000
    public var writeTimeout: UInt64 = 30_000_000_000
    public var idleTimeout: UInt64 = 50_000_000_000
    public var tunnelIdleTimeout: UInt64 = 600_000_000_000
    /// Further attempts at one request.
    public var retriesMax = 1
    /// Retries for a hundred requests.
    public var retryPercent = 20
    /// Failures in a row after which a server is left alone.
    public var ejectAfter = 5
    public var ejectFor: UInt64 = 2_000_000_000
    public var ejectForMax: UInt64 = 60_000_000_000
    public var host = HostRule.client

    public init() {}

    /// Which `Host` the origin is shown.
    public enum HostRule: Sendable, Equatable {
        case client
        case upstream
        case literal(String)
    }
}
