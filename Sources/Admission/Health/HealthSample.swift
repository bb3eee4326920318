/// What a process has seen of a room's origin in a second.
public struct HealthSample: Hashable, Sendable {
    /// Requests whose end is known, or which have waited for longer than the target.
    public var requests = 0
    /// Of those, answered later than the target.
    public var slow = 0
    /// Of those, answered by a server's error (5xx), or not at all.
    public var failed = 0
    /// The origin's servers, and how many of them are used.
    public var servers = 0
    public var usable = 0

    public init(requests: Int = 0, slow: Int = 0, failed: Int = 0, servers: Int = 0, usable: Int = 0) {
        self.requests = requests
        self.slow = slow
        self.failed = failed
        self.servers = servers
        self.usable = usable
    }

    /// What became of other requests.
    public mutating func add(_ other: HealthSample) {
        requests += other.requests
        slow += other.slow
        failed += other.failed
    }
}
