import Bytes
import TLS
import TestSupport

@testable import Web

extension Site {
    /// A scripted site that speaks TLS.
    static func secure(_ change: (inout ServerSettings) -> Void = { _ in }) throws -> Site {
        let certificate = try TestCertificate.get()
        return try scripted(isSecure: true, change) { server in
            server.tls = try TLSServer(certificates: [certificate], ticketKeys: .random())
        }
    }
}

/// A client that speaks TLS over the blocking socket of a test.
final class SecurePeer {
    let peer: Peer
    private let client: TLSClient
    private let session: TLSSession
    private var heard: [UInt8] = []

    /// With the handshake done.
    init(_ peer: Peer) throws {
        self.peer = peer
        client = try TLSClient(trust: .anybody)
        session = try client.session(host: "site.test")
        var out = ByteBuffer()
        session.start(out: &out)
        try peer.send(out.span.array)
        while !session.isEstablished { try take() }
    }

    /// Receives once. Nil when the connection has ended.
    @discardableResult
    func take() throws -> TLSState? {
        guard case .bytes(let bytes) = try peer.receive() else { return nil }
        var out = ByteBuffer()
        var plain = ByteBuffer()
        let state = session.receive(bytes.span, plain: &plain, out: &out)
        heard += plain.span.array
        if !out.isEmpty { try peer.send(out.span.array) }
        return state
    }

    func send(_ text: String) throws { try peer.send(sealed(Array(text.utf8))) }

    func sealed(_ bytes: [UInt8]) -> [UInt8] {
        var out = ByteBuffer()
        session.send(bytes.span, out: &out)
        return out.span.array
    }

    /// What was said until the other side says that nothing follows, or the connection ends.
    func receiveAll() throws -> (text: String, saidGoodbye: Bool) {
        while true {
            switch try take() {
            case .handshaking, .open: continue
            case .closedByPeer: return (received, true)
            case .failed, nil: return (received, false)
            }
        }
    }

    func receive(until ending: String) throws -> String {
        while !received.hasSuffix(ending) {
            guard try take() != nil else { return received }
        }
        defer { heard = [] }
        return received
    }

    private var received: String { text(heard) }
}
