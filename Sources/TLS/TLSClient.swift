import COpenSSL

/// Whom a client believes.
public enum TLSTrust: Sendable {
    /// The authorities of this machine.
    case system
    /// Those in some PEM and no other; the name is for errors.
    case authorities([UInt8], name: String)
    /// Anybody: encrypted, but perhaps with the wrong one. For tests and for networks that are trusted as a whole.
    case anybody
}

/// What connections to upstreams have in common. Each loop has its own.
public final class TLSClient {
    /// Hosts whose last ticket is kept.
    public static let ticketsMax = 64

    private let context: TLSContext
    private let wire: TLSWire
    private let resumes: Bool
    private var tickets: [String: OpaquePointer] = [:]

    /// `resumes`: whether a later connection to the same host uses the ticket of an earlier one. `protocols` are offered with
    /// ALPN, none for no offer at all.
    public init(
        trust: TLSTrust, minimumVersion: TLSVersion = .tls12, maximumVersion: TLSVersion = .tls13,
        protocols: [String] = ["http/1.1"], resumes: Bool = true
    ) throws(TLSFault) {
        guard protocols.allSatisfy({ (1...255).contains($0.utf8.count) }) else {
            throw .configuration("a protocol for ALPN has 1 to 255 bytes")
        }
        let offer = protocols.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
        let context = try TLSContext(clientOffering: offer, versions: minimumVersion, maximumVersion)
        self.context = context
        self.resumes = resumes
        wire = try TLSWire()
        switch trust {
        case .system:
            guard SSL_CTX_set_default_verify_paths(context.pointer) == 1 else {
                let reason = OpenSSLErrors.takeText("no reason given")
                throw .configuration("the system's certificate authorities cannot be read: \(reason)")
            }
        case .authorities(let pem, let name): try context.trust(authorities: pem, name: name)
        case .anybody: break
        }
        if case .anybody = trust {
            SSL_CTX_set_verify(context.pointer, SSL_VERIFY_NONE, nil)
        } else {
            SSL_CTX_set_verify(context.pointer, SSL_VERIFY_PEER, nil)
        }
        SSL_CTX_sess_set_new_cb(context.pointer) { session, ticket in
            guard let bio = SSL_get_rbio(session), let wire = BIO_get_data(bio)?.assumingMemoryBound(to: TLSWire.Wire.self)
            else { return 0 }
            if let older = wire.pointee.freshTicket { SSL_SESSION_free(older) }
            wire.pointee.freshTicket = ticket
            return 1
        }
    }

    public var ticketCount: Int { tickets.count }

    deinit {
        for ticket in tickets.values { SSL_SESSION_free(ticket) }
    }

    /// A session with a host, which is a name or an address without brackets: asked for by name (SNI), and its certificate
    /// must say so. Call `start` on it for the first bytes.
    public func session(host: String) throws(TLSFault) -> TLSSession {
        OpenSSLErrors.clear()
        guard let session = SSL_new(context.pointer) else {
            throw .failure(OpenSSLErrors.takeText("no memory for a session"))
        }
        let rules = SSL_get0_param(session)
        if X509_VERIFY_PARAM_set1_ip_asc(rules, host) != 1 {
            OpenSSLErrors.clear()
            X509_VERIFY_PARAM_set_hostflags(rules, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
            guard !host.isEmpty, host.utf8.count < 254, X509_VERIFY_PARAM_set1_host(rules, host, 0) == 1,
                shim_session_set_host_name(session, host) == 1
            else {
                SSL_free(session)
                OpenSSLErrors.clear()
                throw .configuration("\"\(host)\" is not a host name that TLS can ask for")
            }
        }
        if let ticket = tickets[host] { _ = SSL_set_session(session, ticket) }
        SSL_set_connect_state(session)
        return TLSSession(session, wire: wire, owner: .client(self, host: host))
    }

    /// Takes over the ticket. At the ceiling some other host's is forgotten, which costs that one a full handshake.
    func keep(ticket: OpaquePointer, host: String) {
        guard resumes else {
            SSL_SESSION_free(ticket)
            return
        }
        if let older = tickets.removeValue(forKey: host) { SSL_SESSION_free(older) }
        if tickets.count >= Self.ticketsMax, let other = tickets.popFirst() { SSL_SESSION_free(other.value) }
        tickets[host] = ticket
    }
}
