/// How a connection or a client is doing, for whoever asks whether this node is well.
public enum RedisState: Equatable, Sendable, CustomStringConvertible {
    /// Not started.
    case idle
    case connecting
    /// Calls are answered, as far as anybody knows.
    case ready
    /// Another attempt follows; why the last one failed.
    case unreachable(String)
    /// Of several servers, so many cannot be reached; the rest of the keys is served.
    case partial(String)
    case closed

    public var description: String {
        switch self {
        case .idle: "not started"
        case .connecting: "connecting"
        case .ready: "ready"
        case .unreachable(let reason): "not reachable: \(reason)"
        case .partial(let reason): "partly reachable: \(reason)"
        case .closed: "closed"
        }
    }
}
