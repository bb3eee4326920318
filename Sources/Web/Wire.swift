import Bytes
import Loop
import TLS

/// A socket with what is still to be sent on it, in the clear or through TLS. Both ends of the proxy stand on it.
public struct Wire: ~Copyable {
    public let socket: Socket
    /// In the clear, in order; whoever answers appends here.
    public var output = ByteBuffer()
    /// The TLS side, if there is one. Apart from the rest, so that a plain connection does not carry it.
    let secure: SecureSide?
    /// The kernel takes no more for now.
    public private(set) var isBlocked = false
    /// Bytes that the kernel has taken so far.
    public private(set) var sentBytes: UInt64 = 0

    public init(_ socket: Socket, session: TLSSession? = nil) {
        self.socket = socket
        secure = session.map(SecureSide.init)
    }

    public var isSecure: Bool { secure != nil }
    public var session: TLSSession? { secure?.session }

    /// Bytes that the peer has not taken.
    public var pending: Int { output.count + (secure?.sealed.count ?? 0) }

    /// Bytes that the peer has taken so far: how a slow reader is told from one that keeps up. The kernel may hold megabytes
    /// for it, and take nothing from us while it takes plenty of them. Costs a system call.
    public var takenBytes: UInt64 { sentBytes &- UInt64(socket.unacknowledgedBytes) }

    public enum Flushed: Sendable {
        case all
        case blocked
        case failed(SystemError)
    }

    /// Sends what there is.
    public mutating func flush() -> Flushed {
        if let secure { return flush(through: secure) }
        return drained(Self.drain(&output, to: socket))
    }

    /// Sends what there is and `bytes` behind it without copying them, but for what the kernel does not take.
    public mutating func send(_ bytes: Span<UInt8>) -> Flushed {
        if secure != nil || isBlocked || bytes.count < Self.copiedBytesMax {
            output.append(bytes)
            return isBlocked ? .blocked : flush()
        }
        switch socket.send(output.span, bytes) {
        case .bytes(let sent):
            isBlocked = sent < output.count + bytes.count
            sentBytes &+= UInt64(sent)
            if sent < output.count {
                output.removeFirst(sent)
                output.append(bytes)
            } else {
                let ofBytes = sent - output.count
                output.removeAll()
                output.append(bytes.extracting(ofBytes...))
            }
            return isBlocked ? .blocked : .all
        case .wouldBlock:
            output.append(bytes)
            isBlocked = true
            return .blocked
        case .failed(let error):
            return .failed(error)
        }
    }

    /// Below this, copying is cheaper than a gathering send.
    private static let copiedBytesMax = 4096

    private mutating func flush(through secure: SecureSide) -> Flushed {
        if !output.isEmpty, secure.session.isEstablished {
            secure.session.send(output.span, out: &secure.sealed)
            output.removeAll()
        }
        return drained(Self.drain(&secure.sealed, to: socket))
    }

    private mutating func drained(_ result: (Flushed, sent: Int)) -> Flushed {
        sentBytes &+= UInt64(result.sent)
        if case .blocked = result.0 { isBlocked = true } else { isBlocked = false }
        return result.0
    }

    private static func drain(_ bytes: inout ByteBuffer, to socket: Socket) -> (Flushed, sent: Int) {
        var total = 0
        while !bytes.isEmpty {
            switch socket.send(bytes.span) {
            case .bytes(let sent):
                let isShort = sent < bytes.count
                bytes.removeFirst(sent)
                total += sent
                if isShort { return (.blocked, total) }
            case .wouldBlock:
                return (.blocked, total)
            case .failed(let error):
                return (.failed(error), total)
            }
        }
        return (.all, total)
    }

    /// A client's first bytes.
    public mutating func startHandshake(_ session: TLSSession) {
        guard let secure else { return }
        _ = session.start(out: &secure.sealed)
    }

    /// What came from the socket, decrypted; what TLS itself has to answer is sent with the next `flush`.
    public mutating func decrypt(_ bytes: Span<UInt8>, with session: TLSSession, plain: inout ByteBuffer) -> TLSState {
        guard let secure else { return .failed }
        return session.receive(bytes, plain: &plain, out: &secure.sealed)
    }

    /// Says goodbye inside TLS; the caller flushes.
    mutating func closeSecurely() {
        guard let secure, secure.session.isEstablished else { return }
        _ = flush()
        secure.session.close(out: &secure.sealed)
    }

    /// Gives memory back that an idle connection does not need.
    public mutating func releaseMemory(to spare: inout ByteBuffer) {
        if output.footprint > 0 && output.isEmpty {
            if spare.footprint == 0 { swap(&spare, &output) } else { output.release() }
        }
        if let secure, secure.sealed.isEmpty { secure.sealed.release() }
    }
}

/// A TLS session with the records that wait to be sent.
final class SecureSide {
    let session: TLSSession
    var sealed = ByteBuffer()

    init(_ session: TLSSession) { self.session = session }
}
