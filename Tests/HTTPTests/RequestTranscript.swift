import Bytes
import HTTP

/// What a stream of requests made of some bytes, in a form that does not depend on how a body was cut.
struct RequestTranscript: Equatable {
    struct Request: Equatable {
        var method: Method
        var path: [UInt8]
        var isAsterisk: Bool
        var host: [UInt8]
        var minorVersion: UInt8
        var framing: BodyFraming
        var keepsAlive: Bool
        var expectsContinue: Bool
        var upgrade: [UInt8]
        var fields: [String]
        var lookAlikes: Int
        var body: [UInt8] = []
        var hasEnded = false
    }
    var requests: [Request] = []
    var refusal: Refusal?

    var ended: Int { requests.filter(\.hasEnded).count }
    var body: [UInt8] { requests.flatMap(\.body) }

    /// No step may go on for ever without using up a byte.
    static let stepsWithoutProgressMax = 4

    static func read(_ pieces: [[UInt8]], limits: RequestLimits = RequestLimits()) -> RequestTranscript {
        var transcript = RequestTranscript()
        var stream = RequestStream()
        var head = RequestHead()
        var kept: [UInt8] = []
        for piece in pieces {
            kept += piece
            var idleSteps = 0
            while true {
                let step = stream.next(kept.span, head: &head, limits: limits)
                transcript.take(step.event, kept, head)
                precondition(step.consumed >= 0 && step.consumed <= kept.count)
                kept.removeFirst(step.consumed)
                if case .refused = step.event { return transcript }
                if step.event == .needMore { break }
                idleSteps = step.consumed == 0 ? idleSteps + 1 : 0
                precondition(idleSteps < stepsWithoutProgressMax)
            }
        }
        return transcript
    }

    private mutating func take(_ event: RequestStep.Event, _ bytes: [UInt8], _ head: RequestHead) {
        switch event {
        case .needMore: break
        case .head: requests.append(Self.request(bytes.span, head))
        case .body(let range):
            precondition(!range.isEmpty)
            requests[requests.count - 1].body += bytes[range]
        case .end: requests[requests.count - 1].hasEnded = true
        case .refused(let refusal): self.refusal = refusal
        }
    }

    private static func request(_ bytes: Span<UInt8>, _ head: RequestHead) -> Request {
        var fields: [String] = []
        for field in head.fields { fields.append("\(bytes[field.name].string)=\(bytes[field.value].string) \(field.known)") }
        return Request(
            method: head.method, path: bytes[head.pathAndQuery].array, isAsterisk: head.isAsterisk,
            host: bytes[head.host].array, minorVersion: head.minorVersion, framing: head.framing,
            keepsAlive: head.keepsAlive,
            expectsContinue: head.expectsContinue, upgrade: bytes[head.upgrade].array, fields: fields,
            lookAlikes: head.fields.filter { $0.known == .lookAlike }.count)
    }
}

extension Refusal {
    /// The innermost case: what is wrong, wherever it is.
    var name: String {
        switch self {
        case .field(let fault): "\(fault)"
        case .chunk(.trailer(let fault)): "\(fault)"
        case .chunk(let fault): "\(fault)"
        default: "\(self)"
        }
    }
}
