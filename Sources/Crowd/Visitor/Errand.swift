/// What a visitor asks for.
public enum Errand: UInt8, Sendable, CaseIterable {
    /// The page that it wants, in line or not.
    case page
    /// Where it stands.
    case status
    /// Something of the site, once inside.
    case click
    /// The page with which it is done.
    case leave
    /// The same, said to the waiting room.
    case delete
}

/// How a visit ended.
public enum Ending: UInt8, Sendable, CaseIterable {
    case finished, gaveUp, closed, revoked
}

/// What a visitor does next.
public enum Step: Equatable, Sendable {
    case ask(Errand)
    case rest(until: UInt64)
    case gone(Ending)
}

/// Why a request has no answer.
public enum ClientFault: UInt8, Sendable, CaseIterable {
    case connectFailed, connectTimedOut, handshakeFailed, answerTimedOut, connectionLost, malformedAnswer, bodyTooLarge

    public var name: String {
        switch self {
        case .connectFailed: "cannot connect"
        case .connectTimedOut: "connecting timed out"
        case .handshakeFailed: "TLS handshake failed"
        case .answerTimedOut: "no answer in time"
        case .connectionLost: "connection lost"
        case .malformedAnswer: "malformed answer"
        case .bodyTooLarge: "answer too large"
        }
    }
}
