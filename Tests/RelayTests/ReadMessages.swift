import Address
import Bytes
import HTTP
import Telemetry

@testable import Relay

/// A request as it was read: what a rewriter is given, and the body that follows.
struct ReadRequest {
    var head: RequestHead
    /// What the ranges of the head point into.
    var bytes: [UInt8]
    var body: [UInt8] = []
    var isWhole = false

    var method: [UInt8] { bytes.span[head.methodName].array }
    var host: [UInt8] { bytes.span[head.host].array }
    /// With the slash that an absolute target may lack.
    var path: [UInt8] {
        let path = bytes.span[head.pathAndQuery].array
        return path.first == UInt8(ascii: "?") ? [UInt8(ascii: "/")] + path : path
    }

    /// A rewritten head is longer than the one that came.
    static var limits: RequestLimits {
        var limits = RequestLimits()
        limits.headBytesMax = 256 * 1024
        limits.fieldsMax = 1000
        return limits
    }

    /// The requests that are in some bytes, as far as they are whole, and whether everything was one.
    static func all(in bytes: [UInt8]) -> (requests: [ReadRequest], isClean: Bool) {
        var requests: [ReadRequest] = []
        var stream = RequestStream()
        var head = RequestHead()
        var rest = bytes
        while true {
            let step = stream.next(rest.span, head: &head, limits: limits)
            switch step.event {
            case .head: requests.append(ReadRequest(head: head, bytes: rest))
            case .body(let range): requests[requests.count - 1].body += rest[range]
            case .end: requests[requests.count - 1].isWhole = true
            case .needMore, .refused:
                let isClean = step.event == .needMore && step.consumed == rest.count
                return (requests.filter(\.isWhole), isClean && requests.allSatisfy(\.isWhole))
            }
            rest.removeFirst(step.consumed)
        }
    }

    /// Values of the fields with this name.
    func values(_ name: String) -> [String] {
        let all = bytes.span
        var values: [String] = []
        for field in head.fields where all[field.name].string.lowercased() == name { values.append(all[field.value].string) }
        return values
    }

    /// What is sent to the origin, body included.
    func rewritten(_ origin: RequestRewriter.Origin) -> [UInt8] {
        var request = OutgoingRequest()
        request.hostOfServer = RequestRewriter(head, origin)
            .append(bytes.span, requestID: Self.requestID.span, to: &request.bytes)
        if head.framing == .chunked {
            ChunkWriter.append(body.span, to: &request.bytes)
            ChunkWriter.appendTerminator(to: &request.bytes)
        } else {
            request.bytes.append(body.span)
        }
        var output = ByteBuffer()
        request.append(to: &output, authority: Self.authority)
        return output.span.array
    }

    /// Of the server that the request goes to.
    static let authority = "origin.example:9000"
    static let requestID = Array("0123456789abcdef".utf8)
}

extension RequestRewriter.Origin {
    static let peer = IPAddress(v4: 0xc000_0207)

    static func made(trusted: Bool = false, peer: IPAddress = peer, secure: Bool = false) -> RequestRewriter.Origin {
        RequestRewriter.Origin(
            peer: peer, peerIsTrusted: trusted, isSecure: secure, hostRule: .client,
            trace: .begin(1, 2, parent: 3))
    }
}

/// A small generator with a seed that can be given again (SplitMix64).
struct SeededNumbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }

    /// Some bytes changed, taken out, put in.
    mutating func mutate(_ bytes: [UInt8]) -> [UInt8] {
        let spice = Array("\r\n\t\0 :;,=\"\\/#?@[]%_-.+0159afxAZ*HTTP\u{7f}".utf8) + [0x80, 0xff]
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...3, using: &self) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &self)
            let byte = spice.randomElement(using: &self) ?? 0
            switch Int.random(in: 0..<3, using: &self) {
            case 0: bytes.insert(byte, at: place)
            case 1: bytes[place] = byte
            default: bytes.remove(at: place)
            }
        }
        return bytes
    }
}
