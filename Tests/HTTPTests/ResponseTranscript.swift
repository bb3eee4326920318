import Bytes
import HTTP

/// What a stream of answers made of some bytes, in a form that does not depend on how a body was cut.
struct ResponseTranscript: Equatable {
    struct Answer: Equatable {
        var status: UInt16
        var reason: [UInt8]
        var minorVersion: UInt8
        var framing: BodyFraming
        var declaredLength: UInt64?
        var keepsAlive: Bool
        var fields: [String]
        var body: [UInt8] = []
        var hasEnded = false
        var isInterim: Bool
    }
    var answers: [Answer] = []
    var fault: ResponseFault?
    var close = ResponseStream.Close.complete

    var final: [Answer] { answers.filter { !$0.isInterim } }
    var body: [UInt8] { answers.flatMap(\.body) }

    /// `expected`: how many requests were sent, one after the other.
    static func read(
        _ pieces: [[UInt8]], method: Method, expected: Int = 1, limits: ResponseLimits = ResponseLimits()
    ) -> ResponseTranscript {
        var transcript = ResponseTranscript()
        var stream = ResponseStream()
        var head = ResponseHead()
        var kept: [UInt8] = []
        var sent = 1
        stream.expect(method)
        for piece in pieces {
            kept += piece
            while true {
                let step = stream.next(kept.span, head: &head, limits: limits)
                transcript.take(step.event, kept, head)
                precondition(step.consumed >= 0 && step.consumed <= kept.count)
                kept.removeFirst(step.consumed)
                if case .refused = step.event { return transcript }
                if step.event == .needMore { break }
                if step.event == .end, sent < expected {
                    sent += 1
                    stream.expect(method)
                }
            }
        }
        transcript.close = stream.closed(pending: kept.count)
        return transcript
    }

    private mutating func take(_ event: ResponseStep.Event, _ bytes: [UInt8], _ head: ResponseHead) {
        switch event {
        case .needMore: break
        case .head:
            var fields: [String] = []
            let all = bytes.span
            for field in head.fields { fields.append("\(all[field.name].string)=\(all[field.value].string) \(field.known)") }
            answers.append(
                Answer(
                    status: head.status, reason: all[head.reason].array, minorVersion: head.minorVersion,
                    framing: head.framing,
                    declaredLength: head.declaredLength, keepsAlive: head.keepsAlive, fields: fields,
                    isInterim: head.isInterim))
        case .body(let range):
            precondition(!range.isEmpty)
            answers[answers.count - 1].body += bytes[range]
        case .end: answers[answers.count - 1].hasEnded = true
        case .refused(let fault): self.fault = fault
        }
    }
}

extension ResponseFault {
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
