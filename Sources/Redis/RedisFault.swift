/// Why a call has no answer, and whether it may have been carried out all the same.
public enum RedisFault: Error, Equatable, Sendable {
    /// It has not left this process (or not whole, which is the same for Redis): not connected in time, mostly.
    case notSent(String)
    /// It was sent, and its connection or its time ended before the answer came: done or not, nobody here knows.
    case outcomeUnknown(String)
    /// Redis answered with an error.
    case refused(RedisRefusal)
    /// Too many calls, or too many bytes of them, are waiting here already.
    case overloaded(String)
    /// What came back is not the protocol. What became of the call is not known.
    case malformed(String)
    /// The client was closed; the call was not sent.
    case closed

    /// Whether sending it again cannot do a thing twice. When not, it is safe for calls that may be done twice.
    public var isRetrySafe: Bool {
        switch self {
        case .notSent, .overloaded, .closed: true
        case .outcomeUnknown, .malformed: false
        case .refused(let refusal): refusal.isRetrySafe
        }
    }

    public enum Blame: Sendable { case network, server, caller, ourselves }

    public var blame: Blame {
        switch self {
        case .notSent, .outcomeUnknown: .network
        case .malformed: .server
        case .overloaded, .closed: .ourselves
        case .refused(let refusal):
            switch refusal.kind {
            case .wrongType, .crossSlot, .noPermission, .transactionAborted, .other: .caller
            default: .server
            }
        }
    }
}

extension RedisFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notSent(let reason): "not sent to Redis: \(reason)"
        case .outcomeUnknown(let reason): "sent to Redis, outcome unknown: \(reason)"
        case .refused(let refusal): "Redis refused: \(refusal.message)"
        case .overloaded(let reason): "too much is waiting for Redis: \(reason)"
        case .malformed(let reason): "Redis does not speak its protocol: \(reason)"
        case .closed: "the Redis client was closed"
        }
    }
}
