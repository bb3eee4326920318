import Bytes

public struct RequestLimits: Sendable {
    public var headBytesMax = 32 * 1024
    public var fieldsMax = 128
    public var bodyBytesMax = UInt64.max

    public init() {}
}

/// What a step of a stream came to, and how many of the given bytes it used up.
public struct RequestStep: Sendable {
    public enum Event: Sendable, Equatable {
        /// Nothing more can be said; keep the bytes that were not consumed (a part of a head) and come again with more.
        case needMore
        /// The head is complete; its ranges are relative to the first byte that this step was given.
        case head
        /// Bytes of the body: a range of the bytes that this step was given.
        case body(Range<Int>)
        /// The request is complete; the next call reads the next one.
        case end
        /// Answer with the refusal's status and close; no further byte may be read.
        case refused(Refusal)
    }
    public var consumed: Int
    public var event: Event
}

/// The requests of one connection: bytes in, events out.
public struct RequestStream: Sendable {
    public init() {}

    /// Reads on. `bytes` starts where the previous step's consumption ended; after `needMore` the same bytes come again
    /// with more behind them. `head` is scratch memory that is filled for the `head` event.
    public mutating func next(_ bytes: Span<UInt8>, head: inout RequestHead, limits: RequestLimits) -> RequestStep {
        RequestStep(consumed: 0, event: .needMore)
    }

    /// Nothing of a request has been read since the last one ended (white lines aside): closing now loses nothing.
    public var isBetweenRequests: Bool { true }
}
