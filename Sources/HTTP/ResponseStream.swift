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

/// The answers on one connection to an origin: bytes in, events out; used as `RequestStream` is.
///
/// One request is expected at a time. Bytes that come when none is are refused: they would become the answer to the next
/// request, whoever asks it. After status 101 the bytes are no longer HTTP and none is consumed.
public struct ResponseStream: Sendable {
    public enum Close: Sendable, Equatable {
        /// Nothing of an answer had been read: the request may not have been seen.
        case beforeAnswer
        /// The body was delimited by the close, so the answer is complete; or no answer was awaited.
        case complete
        /// The answer was cut off.
        case truncated
    }

    private enum Phase: UInt8 {
        case idle, head, length, chunked, untilClose, ended, switched, refused
    }

    /// Answers with 1xx before the final one; a 103 or two and a 100 are usual.
    public static let interimAnswersMax = 8

    private var phase = Phase.idle
    private var isAnswerToHead = false
    private var interimAnswers: UInt8 = 0
    private var fault = ResponseFault.unexpectedBytes
    private var lineStart: UInt32 = 0
    private var remaining: UInt64 = 0
    private var chunks = ChunkReader()

    public init() {}

    /// No answer is awaited and none has been left half read: the connection can take a request.
    public var isIdle: Bool { phase == .idle }

    /// A request with this method was sent; its answer is read next. Comes after the `end` of the answer before.
    public mutating func expect(_ method: Method) {
        guard phase == .idle else { return }
        phase = .head
        isAnswerToHead = method == .head
        interimAnswers = 0
        lineStart = 0
    }

    public mutating func next(_ bytes: Span<UInt8>, head: inout ResponseHead, limits: ResponseLimits) -> ResponseStep {
        switch phase {
        case .idle: return bytes.isEmpty ? ResponseStep(consumed: 0, event: .needMore) : refuse(.unexpectedBytes)
        case .head: return readHead(bytes, into: &head, limits: limits)
        case .length:
            let count = remaining > UInt64(bytes.count) ? bytes.count : Int(remaining)
            if count == 0 { return ResponseStep(consumed: 0, event: .needMore) }
            remaining -= UInt64(count)
            if remaining == 0 { phase = .ended }
            return ResponseStep(consumed: count, event: .body(0..<count))
        case .chunked: return readChunks(bytes)
        case .untilClose:
            if bytes.isEmpty { return ResponseStep(consumed: 0, event: .needMore) }
            return ResponseStep(consumed: bytes.count, event: .body(0..<bytes.count))
        case .ended:
            phase = .idle
            return ResponseStep(consumed: 0, event: .end)
        case .switched: return ResponseStep(consumed: 0, event: .needMore)
        case .refused: return ResponseStep(consumed: 0, event: .refused(fault))
        }
    }

    /// The origin closed the connection. `pending`: how many bytes had been kept after `needMore`.
    public func closed(pending: Int) -> Close {
        switch phase {
        case .idle, .ended, .untilClose, .switched: .complete
        case .head: pending == 0 && interimAnswers == 0 ? .beforeAnswer : .truncated
        case .length, .chunked, .refused: .truncated
        }
    }

    private mutating func refuse(_ fault: ResponseFault) -> ResponseStep {
        phase = .refused
        self.fault = fault
        return ResponseStep(consumed: 0, event: .refused(fault))
    }

    private mutating func readChunks(_ bytes: Span<UInt8>) -> ResponseStep {
        var at = 0
        switch chunks.next(bytes, at: &at, bodyBytesMax: .max) {
        case .needMore: return ResponseStep(consumed: at, event: .needMore)
        case .data(let range): return ResponseStep(consumed: at, event: .body(range))
        case .end:
            phase = .idle
            return ResponseStep(consumed: at, event: .end)
        case .fault(let fault): return refuse(.chunk(fault))
        }
    }

    private mutating func readHead(_ bytes: Span<UInt8>, into head: inout ResponseHead, limits: ResponseLimits)
        -> ResponseStep
    {
        if bytes.isEmpty { return ResponseStep(consumed: 0, event: .needMore) }
        let window = bytes.extracting(0..<min(bytes.count, max(0, limits.headBytesMax)))
        if lineStart > 0 {
            var at = Int(lineStart)
            switch FieldLine.read(window, at: &at, into: &head.fields) {
            case .needMore: return wait(window, limits)
            case .fault(let fault): return refuse(.field(fault))
            case .field, .endOfHead: break
            }
        }
        switch head.read(window, isAnswerToHead: isAnswerToHead, limits: limits) {
        case .complete(let end): return begin(head, consumed: end)
        case .needMore(let line):
            lineStart = UInt32(truncatingIfNeeded: line)
            return wait(window, limits)
        case .refused(let fault): return refuse(fault)
        }
    }

    private mutating func wait(_ window: Span<UInt8>, _ limits: ResponseLimits) -> ResponseStep {
        if window.count >= limits.headBytesMax { return refuse(.headTooLarge) }
        return ResponseStep(consumed: 0, event: .needMore)
    }

    private mutating func begin(_ head: ResponseHead, consumed: Int) -> ResponseStep {
        lineStart = 0
        if head.isInterim {
            if interimAnswers == Self.interimAnswersMax { return refuse(.tooManyInterimAnswers) }
            interimAnswers += 1
            return ResponseStep(consumed: consumed, event: .head)
        }
        switch head.framing {
        case .length(let length) where length > 0:
            phase = .length
            remaining = length
        case .chunked:
            phase = .chunked
            chunks = ChunkReader()
        case .untilClose: phase = .untilClose
        default: phase = head.status == 101 ? .switched : .ended
        }
        return ResponseStep(consumed: consumed, event: .head)
    }
}
