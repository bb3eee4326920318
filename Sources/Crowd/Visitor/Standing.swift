/// What `status` says to somebody who waits.
public struct Standing: Equatable, Sendable {
    public enum State: UInt8, Sendable {
        /// In line, and not yet its turn: this alone says that nobody let it in before the question was asked.
        case waiting
        case admitted
        /// Nobody has to wait.
        case open
        /// Nothing can be said for now.
        case held
        case notYet, closed, full, revoked
        case unknown
    }

    public var state = State.unknown
    public var canEnter = false
    public var position: UInt32?
    public var waitLowSeconds: UInt32?
    public var waitHighSeconds: UInt32?
    public var pollAfterMilliseconds: UInt32?
    /// It came back after its turn had passed, and stands elsewhere.
    public var isRejoined = false

    public init() {}
}
