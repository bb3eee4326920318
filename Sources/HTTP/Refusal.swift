/// Why a request is not taken. Each names the status of the answer and says what was wrong, for the answer and the log.
public enum Refusal: Error, Equatable, Sendable {
    case placeholder

    public var status: UInt16 { 400 }
    public var reason: String { "" }
}

/// Why an answer of the origin is not passed on.
public enum ResponseFault: Error, Equatable, Sendable {
    case placeholder

    public var reason: String { "" }
}
