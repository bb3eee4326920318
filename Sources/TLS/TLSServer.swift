import COpenSSL

/// A server's certificates and rules, from which sessions are made. Each loop has its own, made from the same values.
public final class TLSServer {
    /// Mozilla's "intermediate" list without finite-field Diffie-Hellman, which costs the server much and the client little.
    public static let defaultCiphers =
        "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384"
        + ":ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305"
        + ":TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
    static let ticketSeconds = 86_400

    /// In the order given. Each has its context; those of one name with different kinds of keys share one.
    public let certificates: [TLSCertificateFacts]
    private let contexts: [TLSContext]
    private let names: ServerNames
    private let wire: TLSWire

    /// `ciphers` as OpenSSL writes them, separated by colons, for TLS 1.2 and (those that begin with `TLS_`) 1.3. Of several
    /// certificates the one that names the host asked for is shown, else the first.
    public init(
        certificates: [TLSCertificate], minimumVersion: TLSVersion = .tls12, ciphers: String? = nil,
        ticketKeys: TLSTicketKeys?
    ) throws(TLSFault) {
        guard !certificates.isEmpty else { throw .configuration("TLS needs at least one certificate") }
        wire = try TLSWire()
        var contexts: [TLSContext] = []
        var facts: [TLSCertificateFacts] = []
        for certificate in certificates {
            let new = try TLSContext.facts(of: certificate)
            // The same names with another kind of key: RSA for old clients beside EC, say.
            let twin = facts.firstIndex { $0.hostNames == new.hostNames }
            let hasKind = facts.contains { $0.hostNames == new.hostNames && $0.keyKind == new.keyKind }
            if let twin, !hasKind {
                try contexts[twin].use(certificate)
                contexts.append(contexts[twin])
            } else {
                let context = try TLSContext(serverWith: ticketKeys, minimumVersion: minimumVersion)
                try context.use(ciphers: ciphers ?? Self.defaultCiphers)
                try context.use(certificate)
                contexts.append(context)
            }
            facts.append(new)
        }
        self.certificates = facts
        self.contexts = contexts
        names = ServerNames(facts.map(\.hostNames), contexts: contexts.map(\.pointer))
        names.answer(on: contexts[0].pointer)
    }

    /// What an operator should know at the time given.
    public func warnings(unixSeconds now: Int64) -> [TLSWarning] { certificates.flatMap { $0.warnings(unixSeconds: now) } }

    /// For a connection just accepted.
    public func session() throws(TLSFault) -> TLSSession {
        guard let session = SSL_new(contexts[0].pointer) else {
            throw .failure(OpenSSLErrors.takeText("no memory for a session"))
        }
        SSL_set_accept_state(session)
        return TLSSession(session, wire: wire, owner: .server(self))
    }
}
