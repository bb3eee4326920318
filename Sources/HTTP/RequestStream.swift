import Bytes

public struct RequestLimits: Sendable {
    public var headBytesMax = 32 * 1024
    public var fieldsMax = 100
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
///
/// Take steps until one comes to `needMore` (or `refused`): `head`, then `body` as often as bytes of it come, then `end`,
/// which comes also when no byte is left. The events do not depend on how the bytes were cut into pieces, but that a piece of
/// a body is an event of its own. The stream keeps no bytes. Of a head that is not complete it remembers where its last line
/// begins: that line is read on when bytes come, and when lines have become complete the head is read again from its start, so
/// that a fault is told as soon as its byte is there; that is done at most once for each line of a head that `headBytesMax`
/// and `fieldsMax` bound. Bodies are consumed as they come.
///
/// After the end of a request that does not keep the connection (or a refusal) nothing is read any more: a request behind it
/// must not be answered.
public struct RequestStream: Sendable {
    private enum Phase: UInt8 {
        case head, length, chunked, ended, closed, refused
    }

    /// Empty lines tolerated before a request line: RFC 9112 section 2.2 asks for one, which old clients send behind a body;
    /// the second serves a client that also begins with one. More is nobody's honest mistake.
    public static let blankLinesMax = 2

    private var phase = Phase.head
    private var blankLines: UInt8 = 0
    private var hasBegun = false
    private var keepsAlive = true
    private var refusal = Refusal.badRequestLine
    private var lineStart: UInt32 = 0
    private var remaining: UInt64 = 0
    private var chunks = ChunkReader()

    public init() {}

    /// Nothing of a request has been read since the last one ended (white lines aside): closing now loses nothing.
    public var isBetweenRequests: Bool { phase == .closed || phase == .head && !hasBegun }

    /// Reads on. `bytes` starts where the previous step's consumption ended; after `needMore` the same bytes come again
    /// with more behind them. `head` is scratch memory that is filled for the `head` event.
    public mutating func next(_ bytes: Span<UInt8>, head: inout RequestHead, limits: RequestLimits) -> RequestStep {
        switch phase {
        case .head: return readHead(bytes, into: &head, limits: limits)
        case .length:
            let count = remaining > UInt64(bytes.count) ? bytes.count : Int(remaining)
            if count == 0 { return RequestStep(consumed: 0, event: .needMore) }
            remaining -= UInt64(count)
            if remaining == 0 { phase = .ended }
            return RequestStep(consumed: count, event: .body(0..<count))
        case .chunked: return readChunks(bytes, limits: limits)
        case .ended:
            end()
            return RequestStep(consumed: 0, event: .end)
        case .closed: return RequestStep(consumed: bytes.count, event: .needMore)
        case .refused: return RequestStep(consumed: 0, event: .refused(refusal))
        }
    }

    private mutating func end() {
        phase = keepsAlive ? .head : .closed
        blankLines = 0
        hasBegun = false
        lineStart = 0
    }

    private mutating func refuse(_ refusal: Refusal) -> RequestStep {
        phase = .refused
        self.refusal = refusal
        return RequestStep(consumed: 0, event: .refused(refusal))
    }

    private mutating func readChunks(_ bytes: Span<UInt8>, limits: RequestLimits) -> RequestStep {
        var at = 0
        switch chunks.next(bytes, at: &at, bodyBytesMax: limits.bodyBytesMax) {
        case .needMore: return RequestStep(consumed: at, event: .needMore)
        case .data(let range): return RequestStep(consumed: at, event: .body(range))
        case .end:
            end()
            return RequestStep(consumed: at, event: .end)
        case .fault(let fault): return refuse(.chunk(fault))
        }
    }

    private mutating func readHead(_ bytes: Span<UInt8>, into head: inout RequestHead, limits: RequestLimits) -> RequestStep
    {
        var start = 0
        if lineStart == 0, bytes.count > 0, bytes[0].isControl {
            if let refusal = skipBlankLines(bytes, &start) { return refuse(refusal) }
            // What is left is nothing, or a CR whose LF is still to come.
            if start == bytes.count || bytes[start] == .carriageReturn {
                return RequestStep(consumed: start, event: .needMore)
            }
        }
        if start == bytes.count { return RequestStep(consumed: start, event: .needMore) }
        hasBegun = true
        let window = bytes.extracting(0..<start + min(bytes.count - start, max(0, limits.headBytesMax)))
        if lineStart > 0 {
            var at = Int(lineStart)
            switch FieldLine.read(window, at: &at, into: &head.fields) {
            case .needMore: return wait(start, window, limits)
            case .fault(let fault): return refuse(.field(fault))
            case .field, .endOfHead: break
            }
        }
        switch head.read(window, at: start, limits: limits) {
        case .complete(let end):
            begin(head)
            return RequestStep(consumed: end, event: .head)
        case .needMore(let line):
            lineStart = UInt32(truncatingIfNeeded: line - start)
            return wait(start, window, limits)
        case .refused(let refusal): return refuse(refusal)
        }
    }

    private mutating func wait(_ start: Int, _ window: Span<UInt8>, _ limits: RequestLimits) -> RequestStep {
        if window.count - start >= limits.headBytesMax { return refuse(lineStart == 0 ? .targetTooLong : .headTooLarge) }
        return RequestStep(consumed: start, event: .needMore)
    }

    private mutating func skipBlankLines(_ bytes: Span<UInt8>, _ at: inout Int) -> Refusal? {
        while at < bytes.count {
            if bytes[at] == .lineFeed { return .field(.bareLineFeed) }
            guard bytes[at] == .carriageReturn, at + 1 < bytes.count else { return nil }
            guard bytes[at + 1] == .lineFeed else { return .field(.bareCarriageReturn) }
            if blankLines == Self.blankLinesMax { return .tooManyBlankLines }
            blankLines += 1
            at += 2
        }
        return nil
    }

    private mutating func begin(_ head: RequestHead) {
        keepsAlive = head.keepsAlive
        switch head.framing {
        case .length(let length) where length > 0:
            phase = .length
            remaining = length
        case .chunked:
            phase = .chunked
            chunks = ChunkReader()
        default: phase = .ended
        }
    }
}
