import Bytes
import TLS

/// A server's and a client's session with two wires in between, on which bytes travel in pieces of a chosen size.
final class Wiring {
    let server: TLSSession
    let client: TLSSession
    let pieceBytes: Int
    private(set) var serverGot: [UInt8] = []
    private(set) var clientGot: [UInt8] = []
    /// What the client has put on the wire so far, for tests that look at it.
    private(set) var clientSent: [UInt8] = []
    private var toServer: [UInt8] = []
    private var toClient: [UInt8] = []

    init(server: TLSServer, client: TLSClient, host: String, pieceBytes: Int = .max) throws {
        self.server = try server.session()
        self.client = try client.session(host: host)
        self.pieceBytes = pieceBytes
        var out = ByteBuffer()
        self.client.start(out: &out)
        queueForServer(out.span.array)
    }

    private func queueForServer(_ bytes: [UInt8]) {
        toServer += bytes
        clientSent += bytes
    }

    /// Until nothing is under way any more.
    func run() {
        while !toServer.isEmpty || !toClient.isEmpty {
            carryToServer()
            carryToClient()
        }
    }

    private func carryToServer() {
        let bytes = toServer
        toServer = []
        var plain = ByteBuffer()
        var out = ByteBuffer()
        for start in stride(from: 0, to: bytes.count, by: min(pieceBytes, max(1, bytes.count))) {
            let piece = Array(bytes[start..<min(bytes.count, start + min(pieceBytes, bytes.count))])
            _ = server.receive(piece.span, plain: &plain, out: &out)
        }
        serverGot += plain.span.array
        toClient += out.span.array
    }

    private func carryToClient() {
        let bytes = toClient
        toClient = []
        var plain = ByteBuffer()
        var out = ByteBuffer()
        for start in stride(from: 0, to: bytes.count, by: min(pieceBytes, max(1, bytes.count))) {
            let piece = Array(bytes[start..<min(bytes.count, start + min(pieceBytes, bytes.count))])
            _ = client.receive(piece.span, plain: &plain, out: &out)
        }
        clientGot += plain.span.array
        queueForServer(out.span.array)
    }

    func clientSends(_ bytes: [UInt8]) {
        var out = ByteBuffer()
        client.send(bytes.span, out: &out)
        queueForServer(out.span.array)
        run()
    }

    func serverSends(_ bytes: [UInt8]) {
        var out = ByteBuffer()
        server.send(bytes.span, out: &out)
        toClient += out.span.array
        run()
    }

    func clientCloses() {
        var out = ByteBuffer()
        client.close(out: &out)
        queueForServer(out.span.array)
        run()
    }

    func serverCloses() {
        var out = ByteBuffer()
        server.close(out: &out)
        toClient += out.span.array
        run()
    }
}

/// A fresh server and client that believe each other, connected.
func connected(
    _ certificates: [TLSCertificate]? = nil, host: String = "www.example.test", minimumVersion: TLSVersion = .tls12,
    trust: TLSTrust? = nil, clientMaximum: TLSVersion = .tls13, offering protocols: [String] = ["http/1.1"],
    pieceBytes: Int = .max
) throws -> Wiring {
    let authority = try TestAuthority.shared.get()
    let server = try TLSServer(
        certificates: certificates ?? [authority.site], minimumVersion: minimumVersion, ticketKeys: .random())
    let client = try TLSClient(
        trust: trust ?? .authorities(authority.root, name: "root.pem"), maximumVersion: clientMaximum, protocols: protocols)
    let wiring = try Wiring(server: server, client: client, host: host, pieceBytes: pieceBytes)
    wiring.run()
    return wiring
}
