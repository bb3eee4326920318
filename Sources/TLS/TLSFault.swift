/// What went wrong with TLS, and whose fault it is.
public enum TLSFault: Error, Equatable, Sendable {
    /// A certificate or key that the operator gave cannot be used.
    case certificate(name: String, problem: String)
    /// Something else that the operator gave cannot be used.
    case configuration(String)
    /// The peer speaks HTTP without TLS to a port that wants TLS.
    case plainHTTP
    /// What the peer sent is not TLS, or breaks its rules; OpenSSL's reason.
    case protocolViolation(String)
    /// The two sides share no version, cipher or application protocol; OpenSSL's reason.
    case nothingInCommon(String)
    /// The peer gave up and said why (RFC 8446, section 6.2).
    case alertReceived(code: UInt8, name: String)
    /// The server's certificate was not accepted; OpenSSL's verification result.
    case peerNotTrusted(String)
    /// The socket ended in the middle of the handshake.
    case endedInHandshake
    /// The socket ended without a close_notify: somebody may have cut off what was still to come.
    case truncated
    /// More handshake bytes than `TLSSession.handshakeBytesMax`.
    case handshakeTooLarge
    /// More key updates, renegotiations and alerts than `TLSSession.interruptionsMax`.
    case tooManyInterruptions
    /// OpenSSL itself failed, for want of memory for instance.
    case failure(String)

    public enum Blame: Sendable { case operatorOfThisServer, peer, network, ourselves }

    public var blame: Blame {
        switch self {
        case .certificate, .configuration: .operatorOfThisServer
        case .plainHTTP, .protocolViolation, .nothingInCommon, .alertReceived, .peerNotTrusted, .handshakeTooLarge,
            .tooManyInterruptions:
            .peer
        case .endedInHandshake, .truncated: .network
        case .failure: .ourselves
        }
    }
}

extension TLSFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .certificate(let name, let problem): "certificate \(name): \(problem)"
        case .configuration(let problem): problem
        case .plainHTTP: "plain HTTP on a TLS port"
        case .protocolViolation(let reason): "not valid TLS: \(reason)"
        case .nothingInCommon(let reason): "no common ground with the peer: \(reason)"
        case .alertReceived(let code, let name): "the peer refused: \(name) (alert \(code))"
        case .peerNotTrusted(let reason): "the peer's certificate is not accepted: \(reason)"
        case .endedInHandshake: "the connection ended in the TLS handshake"
        case .truncated: "the connection ended without close_notify"
        case .handshakeTooLarge: "the TLS handshake is larger than \(TLSSession.handshakeBytesMax) bytes"
        case .tooManyInterruptions: "more than \(TLSSession.interruptionsMax) TLS key updates, renegotiations and alerts"
        case .failure(let reason): "TLS failed: \(reason)"
        }
    }
}
