/// Which server a call goes to, and what an error of it says about that.
protocol RedisTopology: AnyObject {
    var state: RedisState { get }
    /// Where who listens to channels listens; nil while that is not known.
    var channelServer: RedisServerName? { get }

    func start()
    func close()
    func route(_ request: RedisRequest) -> RedisRoute
    /// Takes note of what a fault tells.
    func judge(_ fault: RedisFault, of request: RedisRequest, from connection: RedisConnection) -> RedisVerdict
}

enum RedisRoute {
    case to(RedisConnection)
    /// Until the topology changes; why.
    case nowhere(String)
}

enum RedisVerdict {
    /// The caller is told.
    case final
    /// Nothing was done, and later it may be.
    case again
    case redirect(to: RedisConnection, asking: Bool)
}

extension RedisVerdict {
    /// What holds for every topology.
    init(_ fault: RedisFault) {
        switch fault {
        // Closed: the connection, by whoever replaced it. When the client is closed nobody asks.
        case .notSent, .closed: self = .again
        case .refused(let refusal):
            switch refusal.kind {
            case .loading, .tryAgain, .clusterDown, .masterDown: self = .again
            default: self = .final
            }
        case .outcomeUnknown, .overloaded, .malformed: self = .final
        }
    }
}

/// One server.
final class SingleServer: RedisTopology {
    private let connection: RedisConnection
    private let failsAtOnce: Bool

    init(_ target: RedisTarget, on client: RedisClient) {
        connection = RedisConnection(target, on: client.loop)
        failsAtOnce = target.settings.patience == .whileConnecting
        connection.onStateChange = { [weak client] _ in client?.topologyChanged() }
    }

    var state: RedisState { connection.state }
    var channelServer: RedisServerName? { connection.server }

    func start() { connection.start() }
    func close() { connection.close() }
    func route(_ request: RedisRequest) -> RedisRoute { .to(connection) }

    func judge(_ fault: RedisFault, of request: RedisRequest, from connection: RedisConnection) -> RedisVerdict {
        if failsAtOnce, case .notSent = fault { return .final }
        return RedisVerdict(fault)
    }
}
