import Bytes
import COpenSSL

/// How far a session is.
public enum TLSState: Sendable {
    /// Wants more bytes from the peer before any can be exchanged.
    case handshaking
    case open
    /// The peer said that nothing follows (close_notify). What it sent before has been handed out. We may still send.
    case closedByPeer
    /// Over; `TLSSession.fault` says why. What is in the out buffer (an alert to the peer) is still worth sending.
    case failed
}

/// One connection's TLS: bytes in, bytes out, no socket. Not to be shared between loops.
///
/// OpenSSL takes whatever it is given: the beginning of a record that is not yet whole is kept inside of it (16 KB at most),
/// so that a caller never has to keep bytes for it. An idle session keeps no buffers.
public final class TLSSession {
    /// What a peer may send before the handshake is done; the largest honest ones, with long chains, are half of it.
    public static let handshakeBytesMax = 131_072
    /// Key updates, tickets, refused renegotiations and alerts in the life of a session.
    public static let interruptionsMax = 256
    static let recordBytesMax = 16_384
    /// Then TLS 1.3 gets new keys: far below the 2^24.5 records that AES-GCM is good for (RFC 8446, section 5.5).
    static let recordsPerKeyMax = 1 << 22

    enum Owner {
        case server(TLSServer)
        case client(TLSClient, host: String)
    }

    let session: OpaquePointer
    let wire: TLSWire
    /// Kept alive because OpenSSL calls back into it.
    private let owner: Owner
    private var handshakeBytes = 0
    private var interruptions = 0
    private var recordsSent = 0

    public private(set) var state = TLSState.handshaking
    public private(set) var fault: TLSFault?

    /// Takes over the SSL object.
    init(_ session: OpaquePointer, wire: TLSWire, owner: Owner) {
        self.session = session
        self.wire = wire
        self.owner = owner
        BIO_up_ref(wire.bio)
        BIO_up_ref(wire.bio)
        SSL_set0_rbio(session, wire.bio)
        SSL_set0_wbio(session, wire.bio)
    }

    deinit {
        // A ticket is thrown away by OpenSSL when its session was not shut down on both sides, which HTTP seldom does.
        if state != .failed { SSL_set_shutdown(session, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN) }
        SSL_free(session)
    }

    // MARK: Bytes

    /// Begins: appends a client's first bytes to `out`. A server has nothing to say yet.
    @discardableResult
    public func start(out: inout ByteBuffer) -> TLSState {
        var nothing = ByteBuffer()
        return receive(Span(), plain: &nothing, out: &out)
    }

    /// Takes what came from the socket; appends what it says to `plain`, at most as many bytes, and what is to be sent to
    /// the peer to `out`. Give a buffer that is shared between connections as `plain`: it grows to the size of a record.
    public func receive(_ encrypted: Span<UInt8>, plain: inout ByteBuffer, out: inout ByteBuffer) -> TLSState {
        guard state == .handshaking || state == .open else { return state }
        encrypted.withUnsafeBufferPointer { input in
            withUnsafeMutablePointer(to: &out) { out in
                wire.attach(input, out: out)
                if state == .handshaking { shakeHands() }
                if state == .open { read(into: &plain) }
                settle()
                wire.detach()
            }
        }
        return state
    }

    /// Encrypts all of `plain` to `out`: 16 KB and about 30 bytes a record. Only an open session, or one that the peer has
    /// closed for its part, can send; otherwise nothing happens and the state says why.
    @discardableResult
    public func send(_ plain: Span<UInt8>, out: inout ByteBuffer) -> TLSState {
        guard state == .open || state == .closedByPeer, plain.count > 0 else { return state }
        recordsSent += 1 + plain.count / Self.recordBytesMax
        if recordsSent > Self.recordsPerKeyMax { renewKeys(ofPeerToo: false) }
        plain.withUnsafeBufferPointer { plain in
            withUnsafeMutablePointer(to: &out) { out in
                wire.attach(UnsafeBufferPointer(start: nil, count: 0), out: out)
                var written = 0
                if SSL_write_ex(session, plain.baseAddress, plain.count, &written) != 1 || written != plain.count {
                    fail(SSL_get_error(session, 0))
                }
                wire.detach()
            }
        }
        return state
    }

    /// The next `send` begins with new keys, and asks the peer for the same if wanted. Sessions do it by themselves in time.
    public func renewKeys(ofPeerToo: Bool) {
        recordsSent = 0
        guard isEstablished, SSL_version(session) == TLS1_3_VERSION else { return }
        if SSL_key_update(session, ofPeerToo ? SSL_KEY_UPDATE_REQUESTED : SSL_KEY_UPDATE_NOT_REQUESTED) != 1 {
            OpenSSLErrors.clear()
        }
    }

    /// Says that nothing follows (close_notify). Once; a session that never opened has nothing to say.
    public func close(out: inout ByteBuffer) {
        guard state == .open || state == .closedByPeer, SSL_get_shutdown(session) & SSL_SENT_SHUTDOWN == 0 else { return }
        withUnsafeMutablePointer(to: &out) { out in
            wire.attach(UnsafeBufferPointer(start: nil, count: 0), out: out)
            if SSL_shutdown(session) < 0 { OpenSSLErrors.clear() }
            wire.detach()
        }
    }

    /// The socket ended. Without a close_notify before, that may be somebody else's doing: `.truncated`. Whether it matters
    /// is up to the caller, who knows whether the last message was whole; many clients end like that.
    @discardableResult
    public func endOfInput() -> TLSState {
        switch state {
        case .handshaking: fail(.endedInHandshake)
        case .open: fail(.truncated)
        case .closedByPeer, .failed: break
        }
        return state
    }

    // MARK: Steps

    private func shakeHands() {
        OpenSSLErrors.clear()
        let result = SSL_do_handshake(session)
        handshakeBytes += wire.wire.pointee.inputTaken
        if result == 1 {
            state = .open
            wire.wire.pointee.interruptions = 0
        } else if handshakeBytes > Self.handshakeBytesMax {
            fail(.handshakeTooLarge)
        } else if !wire.wire.pointee.starved {
            fail(SSL_get_error(session, result))
        }
    }

    private func read(into plain: inout ByteBuffer) {
        while true {
            let count = plain.append(upTo: Self.recordBytesMax) { room in
                Int(SSL_read(session, room.baseAddress, Int32(truncatingIfNeeded: room.count)))
            }
            if count > 0 {
                let hasMore = wire.wire.pointee.inputTaken < wire.wire.pointee.inputCount || SSL_has_pending(session) == 1
                if hasMore { continue }
                return
            }
            if wire.wire.pointee.starved { return }
            let reason = SSL_get_error(session, Int32(truncatingIfNeeded: count))
            if reason == SSL_ERROR_WANT_READ { continue }
            if reason == SSL_ERROR_ZERO_RETURN {
                state = .closedByPeer
            } else {
                fail(reason)
            }
            return
        }
    }

    /// After a call that read: ceilings, and the ticket that may have come.
    private func settle() {
        interruptions += wire.wire.pointee.interruptions
        if interruptions > Self.interruptionsMax, state == .open { fail(.tooManyInterruptions) }
        guard let ticket = wire.wire.pointee.freshTicket else { return }
        wire.wire.pointee.freshTicket = nil
        switch owner {
        case .client(let client, let host): client.keep(ticket: ticket, host: host)
        case .server: SSL_SESSION_free(ticket)
        }
    }

    // MARK: Faults

    private func fail(_ reason: TLSFault) {
        state = .failed
        fault = reason
        OpenSSLErrors.clear()
    }

    private func fail(_ code: Int32) {
        let entry = OpenSSLErrors.take()
        let alert = wire.wire.pointee.alert
        if alert >= 0 {
            let name = SSL_alert_desc_string_long(alert).map { String(cString: $0) } ?? "unknown"
            fail(.alertReceived(code: UInt8(truncatingIfNeeded: alert), name: name))
            return
        }
        guard let entry else {
            fail(.failure("OpenSSL gave no reason (\(code))"))
            return
        }
        fail(fault(of: entry))
    }

    private func fault(of entry: OpenSSLErrors.Entry) -> TLSFault {
        guard entry.library == ERR_LIB_SSL else { return .protocolViolation(entry.text) }
        switch entry.reason {
        case SSL_R_HTTP_REQUEST, SSL_R_HTTPS_PROXY_REQUEST: return .plainHTTP
        case SSL_R_CERTIFICATE_VERIFY_FAILED:
            let result = SSL_get_verify_result(session)
            return .peerNotTrusted(String(cString: X509_verify_cert_error_string(result)))
        case SSL_R_NO_SHARED_CIPHER, SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_NO_APPLICATION_PROTOCOL, SSL_R_VERSION_TOO_LOW,
            SSL_R_NO_SUITABLE_KEY_SHARE, SSL_R_NO_PROTOCOLS_AVAILABLE, SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM:
            return .nothingInCommon(entry.text)
        case Int32(ERR_R_MALLOC_FAILURE), Int32(ERR_R_INTERNAL_ERROR): return .failure(entry.text)
        default: return .protocolViolation(entry.text)
        }
    }
}

// MARK: What was agreed

extension TLSSession {
    public var isEstablished: Bool { state == .open || state == .closedByPeer }

    /// The name that the client asked for (SNI), in its own spelling.
    public var serverName: String? {
        SSL_get_servername(session, Int32(TLSEXT_NAMETYPE_host_name)).map { String(cString: $0) }
    }

    /// `TLSv1.3`
    public var protocolName: String { SSL_get_version(session).map { String(cString: $0) } ?? "" }

    /// `TLS_AES_128_GCM_SHA256`
    public var cipherName: String { SSL_CIPHER_get_name(SSL_get_current_cipher(session)).map { String(cString: $0) } ?? "" }

    /// Whether an earlier session's ticket saved the costly half of the handshake.
    public var isResumed: Bool { SSL_session_reused(session) == 1 }

    /// What ALPN agreed on; nil when the peer did not ask.
    public var applicationProtocol: String? {
        var name: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        SSL_get0_alpn_selected(session, &name, &count)
        guard let name, count > 0 else { return nil }
        return Span(_unsafeStart: name, count: Int(count)).string
    }

    /// Common name of the certificate that the peer showed, for the log.
    public var peerSubject: String? {
        guard let certificate = SSL_get0_peer_certificate(session) else { return nil }
        return CertificateReading.commonName(of: certificate)
    }
}
