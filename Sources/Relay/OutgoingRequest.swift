import Bytes
import HTTP

/// A request as it goes out: the head written anew and what has come of the body, in one piece. It is kept until an answer
/// begins, so that another server can be tried with all of it.
///
/// A body is gathered before an origin is spoken to, up to a ceiling, so that a client that sends slowly keeps no
/// connection to the origin busy. What comes beyond the ceiling is streamed and not kept.
struct OutgoingRequest: ~Copyable {
    /// Of head and body, while the loop has memory to spare; a small body is always waited for.
    static let gatheredBytesMax = 64 * 1024
    static let gatheredBytesMin = 8 * 1024
    /// Of all requests of a loop together; beyond it only the small ones are gathered.
    static let gatheredBytesOfLoopMax = 64 * 1024 * 1024

    var bytes = ByteBuffer()
    /// Where the value of `Host` lies, if it is the name of the server that is chosen later.
    var hostOfServer: ByteRange?
    /// The whole request is in it.
    var isComplete = false
    /// What it holds of a body, as it counts for the loop.
    private(set) var bodyBytes = 0

    mutating func gather(_ body: Span<UInt8>, framing: BodyFraming, relay: Relay) {
        let before = bytes.count
        if framing == .chunked { ChunkWriter.append(body, to: &bytes) } else { bytes.append(body) }
        bodyBytes += bytes.count - before
        relay.gatheredBytes += bytes.count - before
    }

    /// Enough has come to begin without the rest.
    func isFull(_ relay: Relay) -> Bool {
        let isShort = relay.gatheredBytes > Self.gatheredBytesOfLoopMax
        return bodyBytes >= (isShort ? Self.gatheredBytesMin : Self.gatheredBytesMax)
    }

    mutating func end(framing: BodyFraming) {
        if framing == .chunked { ChunkWriter.appendTerminator(to: &bytes) }
        isComplete = true
    }

    /// For the server with this authority.
    func append(to output: inout ByteBuffer, authority: String) {
        guard let host = hostOfServer?.range else { return output.append(bytes) }
        output.append(bytes.span.extracting(..<host.lowerBound))
        output.append(authority)
        output.append(bytes.span.extracting(host.upperBound...))
    }

    /// There will be no other attempt.
    mutating func drop(to relay: Relay) {
        relay.gatheredBytes -= bodyBytes
        bodyBytes = 0
        bytes.removeAll()
        if relay.spareRequest.footprint == 0 { swap(&bytes, &relay.spareRequest) } else { bytes.release() }
    }
}
