import Address
import Bytes
import HTTP
import Telemetry
import Web

/// Writes the request that goes to the origin. Nothing is copied that was not understood: one request line, one `Host`,
/// one framing, no field that concerns the client's connection only, and who the client is said by us alone.
public struct RequestRewriter {
    /// What the request does not say itself.
    public struct Origin {
        /// Whom the socket leads to, and whether it may speak for others.
        public var peer: IPAddress
        public var peerIsTrusted: Bool
        public var isSecure: Bool
        public var hostRule: RelaySettings.HostRule
        public var trace: TraceContext

        public init(
            peer: IPAddress, peerIsTrusted: Bool, isSecure: Bool, hostRule: RelaySettings.HostRule, trace: TraceContext
        ) {
            self.peer = peer
            self.peerIsTrusted = peerIsTrusted
            self.isSecure = isSecure
            self.hostRule = hostRule
            self.trace = trace
        }
    }

    let head: RequestHead
    let origin: Origin

    public init(_ head: RequestHead, _ origin: Origin) {
        self.head = head
        self.origin = origin
    }

    /// Appends the whole head. `requestID`: what is sent as `X-Request-ID`. What is returned, if anything, is the empty place
    /// where `Host` still needs the name of the server that the request goes to. `further`: whole lines of ours.
    public func append(
        _ bytes: Span<UInt8>, requestID: Span<UInt8>, to output: inout ByteBuffer,
        adding further: (inout ByteBuffer) -> Void = { _ in }
    ) -> ByteRange? {
        appendRequestLine(bytes, to: &output)
        let host = appendHost(bytes, to: &output)
        appendFields(bytes, to: &output)
        appendFraming(bytes, to: &output)
        appendClient(bytes, to: &output)
        further(&output)
        output.append("X-Request-ID: ")
        output.append(requestID)
        output.append("\r\ntraceparent: ")
        origin.trace.append(to: &output)
        output.append("\r\n\r\n")
        return host
    }

    private func appendRequestLine(_ bytes: Span<UInt8>, to output: inout ByteBuffer) {
        output.append(bytes[head.methodName])
        output.append(" ")
        if head.isAsterisk {
            output.append("*")
        } else {
            // An absolute target may have a query and no path.
            if head.pathAndQuery.isEmpty || bytes[Int(head.pathAndQuery.start)] != UInt8(ascii: "/") { output.append("/") }
            output.append(bytes[head.pathAndQuery])
        }
        output.append(" HTTP/1.1\r\n")
    }

    /// Says where the value has to be filled in, when it is the name of a server that is not chosen yet.
    private func appendHost(_ bytes: Span<UInt8>, to output: inout ByteBuffer) -> ByteRange? {
        output.append("Host: ")
        var place: ByteRange?
        switch origin.hostRule {
        case .literal(let host): output.append(host)
        case .client where !head.host.isEmpty: output.append(bytes[head.host])
        case .client, .upstream: place = ByteRange(start: output.count, count: 0)
        }
        output.append("\r\n")
        return place
    }

    private func appendFields(_ bytes: Span<UInt8>, to output: inout ByteBuffer) {
        let hasNames = HopByHop.hasNames(head.fields, bytes)
        for field in head.fields {
            guard passes(field, bytes) else { continue }
            if hasNames, mayBeNamed(field.known),
                HopByHop.names(bytes[field.name], fields: head.fields, bytes: bytes)
            {
                continue
            }
            output.append(field, of: bytes)
        }
    }

    private func passes(_ field: Field, _ bytes: Span<UInt8>) -> Bool {
        switch field.known {
        case .other:
            !Imitation.isFraming(bytes[field.name]) && (origin.peerIsTrusted || !Imitation.isForwarded(bytes[field.name]))
        case .host, .expect, .xForwardedFor, .forwarded, .xRequestID, .traceparent, .lookAlike: false
        // What these say to an origin is ours to say.
        case .waitingRoom, .waitingRoomPass, .waitingRoomID, .waitingRoomTicket, .waitingRoomMonitor: false
        case .xForwardedProto, .xForwardedHost, .xForwardedPort, .xRealIP: origin.peerIsTrusted
        default: !HopByHop.covers(field.known)
        }
    }

    /// What a trusted peer says of the client is for the origin, and `Connection`, which the client may have written, does not
    /// take it away.
    private func mayBeNamed(_ known: KnownField) -> Bool {
        switch known {
        case .xForwardedProto, .xForwardedHost, .xForwardedPort, .xRealIP: false
        default: true
        }
    }

    private func appendFraming(_ bytes: Span<UInt8>, to output: inout ByteBuffer) {
        switch head.framing {
        case .none, .untilClose:
            break
        case .length(let count):
            output.append("Content-Length: ")
            output.append(decimal: count)
            output.append("\r\n")
        case .chunked:
            output.append("Transfer-Encoding: chunked\r\n")
        }
        if !head.upgrade.isEmpty {
            output.append("Connection: Upgrade\r\nUpgrade: ")
            output.append(bytes[head.upgrade])
            output.append("\r\n")
        }
    }

    /// Who the client is. What came before is believed, and continued, only from a peer of ours.
    private func appendClient(_ bytes: Span<UInt8>, to output: inout ByteBuffer) {
        output.append("X-Forwarded-For: ")
        appendChain(.xForwardedFor, bytes, to: &output)
        output.append(address: origin.peer)
        output.append("\r\n")
        if !origin.peerIsTrusted || head.first(.xForwardedProto) == nil {
            output.append(origin.isSecure ? "X-Forwarded-Proto: https\r\n" : "X-Forwarded-Proto: http\r\n")
        }
        if !head.host.isEmpty, !origin.peerIsTrusted || head.first(.xForwardedHost) == nil {
            output.append("X-Forwarded-Host: ")
            output.append(bytes[head.host])
            output.append("\r\n")
        }
        output.append("Forwarded: ")
        appendChain(.forwarded, bytes, to: &output)
        output.append(origin.peer.isV4 ? "for=" : "for=\"[")
        output.append(address: origin.peer)
        if !origin.peer.isV4 { output.append("]\"") }
        output.append(origin.isSecure ? ";proto=https" : ";proto=http")
        if !head.host.isEmpty {
            output.append(";host=\"")
            output.append(bytes[head.host])
            output.append("\"")
        }
        output.append("\r\n")
    }

    private func appendChain(_ known: KnownField, _ bytes: Span<UInt8>, to output: inout ByteBuffer) {
        guard origin.peerIsTrusted else { return }
        for field in head.fields where field.known == known && !field.value.isEmpty {
            // An open quotation would take what we write behind it for its own.
            if known == .forwarded, !ForwardedChain.isClosed(bytes[field.value]) { continue }
            output.append(bytes[field.value])
            output.append(", ")
        }
    }
}

/// The value of `Forwarded` (RFC 7239) as far as it concerns who writes behind it.
enum ForwardedChain {
    /// Every quotation that begins also ends.
    static func isClosed(_ value: Span<UInt8>) -> Bool {
        var isQuoted = false
        var at = 0
        while at < value.count {
            if isQuoted, value[at] == UInt8(ascii: "\\") {
                at += 1
            } else if value[at] == UInt8(ascii: "\"") {
                isQuoted.toggle()
            }
            at += 1
        }
        return !isQuoted
    }
}
