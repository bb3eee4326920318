/// What became of something that was asked and did not succeed. Its description holds no parameter, so that it can be logged.
public enum PostgresFault: Error, Equatable, Sendable {
    /// Nothing of it has reached the server.
    case notSent(PostgresInterruption)
    /// It was sent, and nobody said what became of it: it may have happened, or happen yet.
    case unknownOutcome(PostgresInterruption)
    /// A transaction that ended before its commit was asked for: nothing of it has happened.
    case rolledBack(PostgresInterruption)
    /// The server refused it; what stood in the same segment or transaction is undone.
    case server(PostgresServerError)
    /// A ceiling of this client is reached.
    case overloaded(PostgresCeiling)
    /// What came is not what was asked to be read. It has happened.
    case decoding(PostgresDecodingFault)
    /// Nobody can go on from here: a mistake in the program, or a server that speaks otherwise than expected.
    case protocolViolation(String)
    /// The connection, pool or transaction was closed by its owner before.
    case closed
}

/// What came between.
public enum PostgresInterruption: Equatable, Sendable {
    case deadlinePassed
    /// The words of libpq or of the server's last message.
    case connectionLost(String)
    case cannotConnect(PostgresConnectFault)
    case closed
}

/// Which ceiling of `PostgresLimits` was reached.
public enum PostgresCeiling: String, Equatable, Sendable {
    case calls = "callsMax"
    case bytes = "bytesMax"
    case waiters = "waitersMax"
    case parameters = "65,535 parameters of one statement"
}

extension PostgresFault {
    /// The very same may be asked again and does not happen twice: it has not happened, and why it has not may pass.
    public var isRetrySafe: Bool {
        switch self {
        case .notSent, .rolledBack, .overloaded: true
        case .server(let error): error.isTransient
        case .unknownOutcome, .decoding, .protocolViolation, .closed: false
        }
    }

    /// Nobody knows whether it has happened.
    public var isOutcomeUnknown: Bool {
        if case .unknownOutcome = self { return true }
        return false
    }

    public var serverError: PostgresServerError? {
        if case .server(let error) = self { return error }
        return nil
    }

    /// Why there was no connection to send it on.
    public var connectFault: PostgresConnectFault? {
        if case .notSent(.cannotConnect(let fault)) = self { return fault }
        return nil
    }

    public var isUniqueViolation: Bool { serverError?.code == .uniqueViolation }
    public var isSerializationFailure: Bool { serverError?.code == .serializationFailure }
}

extension PostgresFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notSent(let why): "not sent: \(why)"
        case .unknownOutcome(let why): "sent, and it is unknown whether it happened: \(why)"
        case .rolledBack(let why): "rolled back: \(why)"
        case .server(let error): error.description
        case .overloaded(let ceiling): "too much at once: \(ceiling.rawValue) is reached"
        case .decoding(let fault): fault.description
        case .protocolViolation(let what): what
        case .closed: "closed before"
        }
    }
}

extension PostgresInterruption: CustomStringConvertible {
    public var description: String {
        switch self {
        case .deadlinePassed: "the deadline passed"
        case .connectionLost(let words): "the connection was lost: \(words)"
        case .cannotConnect(let fault): fault.description
        case .closed: "closed"
        }
    }
}
