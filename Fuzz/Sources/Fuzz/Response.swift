import Bytes
import HTTP

/// The answers of an origin: whole or in pieces they are the same, and what is taken is sound.
func judgeResponses(_ input: [UInt8]) {
    let limits = ResponseLimits()
    var low = limits
    low.headBytesMax = 96
    low.fieldsMax = 4
    for method in [Method.get, .head, .connect] {
        hold(
            responses([input], method, limits) == responses(Pieces.cut(input), method, limits),
            "in pieces it reads otherwise than whole, as an answer to \(method)")
    }
    hold(
        responses([input], .get, low) == responses(Pieces.cut(input), .get, low),
        "under low limits it reads otherwise in pieces")
}

/// All that comes of a connection on which requests with this method are sent, one after the other.
func responses(_ pieces: [[UInt8]], _ method: Method, _ limits: ResponseLimits) -> Transcript {
    var stream = ResponseStream()
    stream.expect(method)
    var head = ResponseHead()
    var current = ResponseHead()
    var transcript = Transcript()
    var kept: [UInt8] = []
    var total = 0
    var steps = 0
    for piece in pieces {
        kept += piece
        total += piece.count
        var wantsMore = false
        while !wantsMore {
            steps += 1
            hold(steps <= 4 * (total + pieces.count) + 16, "it does not come to an end")
            let step = stream.next(kept.span, head: &head, limits: limits)
            hold(step.consumed >= 0 && step.consumed <= kept.count, "used up \(step.consumed) of \(kept.count) bytes")
            switch step.event {
            case .needMore:
                wantsMore = true
            case .head:
                transcript.entries.append(.head(checkedResponse(head, kept, step.consumed, method, limits)))
                current = head
            case .body(let range):
                hold(range.upperBound <= step.consumed, "a body behind what was used up")
                transcript.body(Array(kept[range]))
                checkBody(transcript.bodyCount, current)
            case .end:
                if case .length(let length) = current.framing {
                    hold(
                        UInt64(transcript.bodyCount) == length, "\(transcript.bodyCount) bytes of body, \(length) announced")
                }
                transcript.entries.append(.end)
                // A connection that cannot carry another answer is not asked for one.
                if !current.keepsAlive { return transcript }
                stream.expect(method)
            case .refused(let fault):
                hold(!fault.reason.isEmpty, "a fault without a reason")
                transcript.entries.append(.refused("\(fault)"))
                return transcript
            }
            kept.removeFirst(step.consumed)
        }
    }
    let closed = stream.closed(pending: kept.count)
    if case .length(let length) = current.framing, transcript.bodyCount > 0, UInt64(transcript.bodyCount) < length {
        hold(closed == .truncated, "a body that is cut off passes for \(closed)")
    }
    transcript.entries.append(.closed("\(closed)"))
    return transcript
}

private func checkBody(_ count: Int, _ head: ResponseHead) {
    switch head.framing {
    case .none: hold(count == 0 || head.status == 101, "a body where none was announced")
    case .length(let length): hold(UInt64(count) <= length, "more body than was announced")
    case .chunked, .untilClose: break
    }
}

private func checkedResponse(
    _ head: ResponseHead, _ bytes: [UInt8], _ count: Int, _ method: Method, _ limits: ResponseLimits
) -> String {
    hold(count <= limits.headBytesMax + 16, "a head of \(count) bytes, \(limits.headBytesMax) allowed")
    hold((100...999).contains(head.status), "status \(head.status)")
    hold(head.minorVersion <= 1, "version 1.\(head.minorVersion)")
    let fields = checkedFields(head.fields, in: bytes, headCount: count, fieldsMax: limits.fieldsMax)
    checkFraming(head.framing, fields: fields, isRequest: false)
    // RFC 9112 6.3: these never have a body, whatever their fields say.
    let isBodiless = method == .head || head.isInterim || head.status == 204 || head.status == 304
    hold(!isBodiless || head.framing == .none, "\(head.status) to \(method) with framing \(head.framing)")
    hold(
        head.framing != .untilClose || head.status == 101 || !head.keepsAlive,
        "a body to the end of a connection that is kept")
    hold(head.reason.range.upperBound <= count, "the reason lies outside of the head")
    let reason = bytes[head.reason.range]
    hold(reason.allSatisfy { $0 == 9 || ($0 >= 32 && $0 != 127) }, "a control character in the reason")
    let told = fields.map { "\($0.name): \(text($0.value))" }.joined(separator: "\n")
    return "1.\(head.minorVersion) \(head.status) \(text(reason)) framing \(head.framing) keeps \(head.keepsAlive)\n\(told)"
}
