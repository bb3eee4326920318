import Bytes

public struct ResponseLimits: Sendable {
    public var headBytesMax = 64 * 1024
    public var fieldsMax = 256

    public init() {}
}

public struct ResponseStep: Sendable {
    public enum Event: Sendable, Equatable {
        case needMore
        /// A head; when `head.isInterim` another one follows, after status 101 raw bytes follow.
        case head
        case body(Range<Int>)
        case end
        case refused(ResponseFault)
    }
    public var consumed: Int
    public var event: Event
}

/// The answers on one connection to an origin: bytes in, events out.
public struct ResponseStream: Sendable {
    public enum Close: Sendable, Equatable {
        /// Nothing of an answer had been read: the request may not have been seen.
        case beforeAnswer
        /// The body was delimited by the close, so the answer is complete.
        case complete
        /// The answer was cut off.
        case truncated
    }

    public init() {}

    /// A request with this method was sent; its answer is read next.
    public mutating func expect(_ method: Method) {}

    public mutating func next(_ bytes: Span<UInt8>, head: inout ResponseHead, limits: ResponseLimits) -> ResponseStep {
        ResponseStep(consumed: 0, event: .needMore)
    }

    /// The origin closed the connection. `pending`: how many bytes had been kept after `needMore`.
    public func closed(pending: Int) -> Close { .beforeAnswer }
}
