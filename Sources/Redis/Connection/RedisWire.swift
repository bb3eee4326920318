import Bytes
import Loop
import TLS

/// A socket with what is still to be sent on it, in the clear or through TLS.
final class RedisWire {
    let socket: Socket
    let session: TLSSession?
    /// In the clear, in order.
    var output = ByteBuffer()
    /// Through TLS goes so much at a time: what is encrypted counts as sent, and memory for it is bounded.
    private static let sealedBytesMax = 64 * 1024
    private var sealed = ByteBuffer()
    /// The kernel takes no more for now.
    private(set) var isBlocked = false

    init(_ socket: Socket, session: TLSSession?) {
        self.socket = socket
        self.session = session
    }

    enum Flushed {
        case all
        case blocked
        case failed(SystemError)
    }

    /// Of what was written, so many last bytes have certainly not left.
    var unsentBytes: Int { output.count }

    func flush() -> Flushed {
        guard let session else { return drained(Self.drain(&output, to: socket)) }
        while true {
            let result = drained(Self.drain(&sealed, to: socket))
            guard case .all = result, session.isEstablished, !output.isEmpty else { return result }
            let count = min(output.count, Self.sealedBytesMax)
            let state = session.send(output.span.extracting(0..<count), out: &sealed)
            output.removeFirst(count)
            if state == .failed { return .failed(SystemError("TLS", 0)) }
        }
    }

    private func drained(_ result: Flushed) -> Flushed {
        if case .blocked = result { isBlocked = true } else { isBlocked = false }
        return result
    }

    private static func drain(_ bytes: inout ByteBuffer, to socket: Socket) -> Flushed {
        while !bytes.isEmpty {
            switch socket.send(bytes.span) {
            case .bytes(let sent): bytes.removeFirst(sent)
            case .wouldBlock: return .blocked
            case .failed(let error): return .failed(error)
            }
        }
        // A burst is over: what it needed is not kept.
        if bytes.footprint > Self.sealedBytesMax { bytes.release() }
        return .all
    }

    func startHandshake() {
        guard let session else { return }
        _ = session.start(out: &sealed)
    }

    /// What came from the socket, decrypted; what TLS itself has to answer goes with the next `flush`.
    func decrypt(_ bytes: Span<UInt8>, plain: inout ByteBuffer) -> TLSState {
        guard let session else { return .failed }
        return session.receive(bytes, plain: &plain, out: &sealed)
    }

    /// Says goodbye inside TLS, as far as the kernel takes it.
    func close() {
        if let session, session.isEstablished, !isBlocked {
            session.close(out: &sealed)
            _ = Self.drain(&sealed, to: socket)
        }
        socket.close()
    }
}
