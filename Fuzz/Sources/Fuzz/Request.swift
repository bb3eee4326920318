import Bytes
import HTTP

/// The requests of a connection: whole or in pieces they are the same, and what is taken is sound.
func judgeRequests(_ input: [UInt8]) {
    var limits = RequestLimits()
    hold(requests([input], limits) == requests(Pieces.cut(input), limits), "in pieces it reads otherwise than whole")
    // Once more where the ceilings are low, so that they are met.
    limits.headBytesMax = 96
    limits.fieldsMax = 4
    limits.bodyBytesMax = 16
    hold(requests([input], limits) == requests(Pieces.cut(input), limits), "under low limits it reads otherwise in pieces")
}

/// All that comes of a connection on which these pieces arrive.
func requests(_ pieces: [[UInt8]], _ limits: RequestLimits) -> Transcript {
    var stream = RequestStream()
    var head = RequestHead()
    var current = RequestHead()
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
                transcript.entries.append(.head(checkedRequest(head, kept, step.consumed, limits)))
                current = head
            case .body(let range):
                hold(range.upperBound <= step.consumed, "a body behind what was used up")
                transcript.body(Array(kept[range]))
                checkBody(transcript.bodyCount, current.framing, limits)
            case .end:
                if case .length(let length) = current.framing {
                    hold(
                        UInt64(transcript.bodyCount) == length, "\(transcript.bodyCount) bytes of body, \(length) announced")
                }
                transcript.entries.append(.end)
                current = RequestHead()
            case .refused(let refusal):
                hold((400...599).contains(refusal.status), "a refusal with status \(refusal.status)")
                hold(!refusal.reason.isEmpty, "a refusal without a reason")
                transcript.entries.append(.refused("\(refusal)"))
                return transcript
            }
            kept.removeFirst(step.consumed)
        }
        hold(kept.count <= limits.headBytesMax + 64 * 1024, "\(kept.count) bytes are kept")
    }
    return transcript
}

private func checkBody(_ count: Int, _ framing: BodyFraming, _ limits: RequestLimits) {
    hold(UInt64(count) <= limits.bodyBytesMax, "a body beyond its limit")
    switch framing {
    case .none: hold(count == 0, "a body where none was announced")
    case .length(let length): hold(UInt64(count) <= length, "more body than was announced")
    case .chunked, .untilClose: break
    }
}

/// The head, told in full.
private func checkedRequest(_ head: RequestHead, _ bytes: [UInt8], _ count: Int, _ limits: RequestLimits) -> String {
    // White lines before a request do not count as its head.
    hold(count <= limits.headBytesMax + 16, "a head of \(count) bytes, \(limits.headBytesMax) allowed")
    let fields = checkedFields(head.fields, in: bytes, headCount: count, fieldsMax: limits.fieldsMax)
    checkFraming(head.framing, fields: fields, isRequest: true)
    hold(head.minorVersion <= 1, "version 1.\(head.minorVersion)")

    func part(_ range: ByteRange, _ name: String) -> [UInt8] {
        hold(range.range.upperBound <= count, "\(name) lies outside of the head")
        return Array(bytes[range.range])
    }
    let method = part(head.methodName, "the method")
    hold(!method.isEmpty && method.allSatisfy(isToken), "a method that is no token")
    let target = part(head.target, "the target")
    // Bytes beyond ASCII are not in the grammar, and are what some clients send for what they should have escaped.
    hold(
        !target.isEmpty && target.allSatisfy { $0 > 32 && $0 != 127 },
        "a target with bytes that no target has: \(text(target))")
    let path = part(head.pathAndQuery, "the path")
    let isConnect = head.method == .connect
    hold(isConnect || head.isAsterisk == path.isEmpty, "no path, and no asterisk")
    hold(
        path.isEmpty || path[0] == UInt8(ascii: "/") || path[0] == UInt8(ascii: "?"),
        "a path that begins with neither / nor ?")
    hold(!head.isAsterisk || head.method == .options, "an asterisk that is not for OPTIONS")

    let hosts = fields.filter { $0.name == "host" }
    hold(hosts.count == 1 || (hosts.isEmpty && head.minorVersion == 0), "\(hosts.count) Host fields")
    let host = part(head.host, "the host")
    hold(!host.isEmpty || head.minorVersion == 0, "no host")
    hold(
        host.allSatisfy { $0 > 32 && $0 < 127 && !"/?#@\\\"<>".utf8.contains($0) },
        "a host with bytes of something else: \(text(host))")
    let upgrade = part(head.upgrade, "the upgrade")
    hold(upgrade.isEmpty || head.minorVersion == 1, "an upgrade of HTTP/1.0")

    let told = fields.map { "\($0.name): \(text($0.value))" }.joined(separator: "\n")
    return """
        \(text(method)) (\(head.method)) \(text(target)) path \(text(path)) asterisk \(head.isAsterisk) 1.\(head.minorVersion)
        host \(text(host)) framing \(head.framing) keeps \(head.keepsAlive) continue \(head.expectsContinue) upgrade \(text(upgrade))
        \(told)
        """
}
