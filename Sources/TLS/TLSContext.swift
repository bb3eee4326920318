import COpenSSL

/// An SSL_CTX that frees itself, with the settings that servers and clients share.
final class TLSContext {
    private static let noCertificate = "has no certificate in PEM (-----BEGIN CERTIFICATE-----)"

    let pointer: OpaquePointer

    private init(_ method: OpaquePointer?) throws(TLSFault) {
        OpenSSLErrors.clear()
        guard let pointer = SSL_CTX_new(method) else {
            throw TLSFault.failure(OpenSSLErrors.takeText("no memory for a TLS context"))
        }
        self.pointer = pointer
        SSL_CTX_set_info_callback(pointer) { session, event, value in TLSWire.note(session, event, value) }
        shim_context_set_max_chain_bytes(pointer, TLSSession.handshakeBytesMax / 2)
    }

    deinit { SSL_CTX_free(pointer) }

    /// `keys`: nil when no client is to resume.
    convenience init(serverWith keys: TLSTicketKeys?, minimumVersion: TLSVersion) throws(TLSFault) {
        try self.init(TLS_server_method())
        shim_context_set_server_options(pointer)
        if keys == nil { shim_context_forbid_resumption(pointer) }
        guard shim_context_set_min_version(pointer, minimumVersion.number) == 1,
            keys.map({ shim_context_set_ticket_keys(pointer, $0.bytes, TLSTicketKeys.byteCount) == 1 }) ?? true
        else { throw .failure(OpenSSLErrors.takeText("OpenSSL refuses the version or ticket keys")) }
        // A ticket is good for every loop and certificate of this server.
        let realm = "waitingroom"
        _ = SSL_CTX_set_session_id_context(pointer, realm, UInt32(realm.utf8.count))
        _ = SSL_CTX_set_timeout(pointer, TLSServer.ticketSeconds)
        SSL_CTX_set_alpn_select_cb(
            pointer,
            { _, chosen, count, offered, offeredCount, _ in TLSContext.choose(chosen, count, offered, offeredCount) }, nil)
    }

    convenience init(
        clientOffering protocols: [UInt8], versions minimum: TLSVersion, _ maximum: TLSVersion
    ) throws(TLSFault) {
        try self.init(TLS_client_method())
        shim_context_set_client_options(pointer)
        // ALPN's is the one call of OpenSSL that answers 0 for yes.
        guard shim_context_set_min_version(pointer, minimum.number) == 1,
            shim_context_set_max_version(pointer, maximum.number) == 1,
            protocols.isEmpty || SSL_CTX_set_alpn_protos(pointer, protocols, UInt32(protocols.count)) == 0
        else { throw .failure(OpenSSLErrors.takeText("OpenSSL refuses the version or ALPN")) }
    }

    /// RFC 7301: a client that offers protocols, but none of ours, is refused with `no_application_protocol`, as nginx does.
    private static func choose(
        _ chosen: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, _ count: UnsafeMutablePointer<UInt8>?,
        _ offered: UnsafePointer<UInt8>?, _ offeredCount: UInt32
    ) -> Int32 {
        guard let chosen, let count, let offered else { return SSL_TLSEXT_ERR_ALERT_FATAL }
        var at = 0
        while at < Int(offeredCount) {
            let length = Int(offered[at])
            guard at + 1 + length <= Int(offeredCount) else { break }
            if Span(_unsafeStart: offered + at + 1, count: length).equals("http/1.1") {
                chosen.pointee = offered + at + 1
                count.pointee = UInt8(length)
                return SSL_TLSEXT_ERR_OK
            }
            at += 1 + length
        }
        return SSL_TLSEXT_ERR_ALERT_FATAL
    }

    /// Those that begin with `TLS_` are for 1.3, which OpenSSL keeps apart.
    func use(ciphers: String) throws(TLSFault) {
        let all = ciphers.split(separator: ":")
        let modern = all.filter { $0.hasPrefix("TLS_") }.joined(separator: ":")
        let older = all.filter { !$0.hasPrefix("TLS_") }.joined(separator: ":")
        guard modern.isEmpty || SSL_CTX_set_ciphersuites(pointer, modern) == 1 else {
            throw .configuration("TLS 1.3 ciphers \"\(modern)\": \(OpenSSLErrors.takeText("not known"))")
        }
        guard older.isEmpty || SSL_CTX_set_cipher_list(pointer, older) == 1 else {
            throw .configuration("ciphers \"\(older)\": \(OpenSSLErrors.takeText("not known"))")
        }
    }

    /// Adds a certificate; of those on one context, each with another kind of key, OpenSSL takes what suits the client.
    func use(_ certificate: TLSCertificate) throws(TLSFault) {
        let name = certificate.name
        _ = try CertificateReading.certificates(
            certificate.chain, name: name, max: CertificateReading.chainCountMax
        ) { (x509, at) throws(TLSFault) in
            let isTaken =
                at == 0 ? SSL_CTX_use_certificate(pointer, x509) : shim_context_add_chain_certificate(pointer, x509)
            guard isTaken == 1 else {
                throw .certificate(name: name, problem: "number \(at + 1): \(OpenSSLErrors.takeText("cannot be used"))")
            }
        }
        let key = try CertificateReading.key(certificate.key, name: name)
        defer { EVP_PKEY_free(key) }
        guard SSL_CTX_use_PrivateKey(pointer, key) == 1, SSL_CTX_check_private_key(pointer) == 1 else {
            OpenSSLErrors.clear()
            throw .certificate(name: name, problem: "the private key does not belong to the certificate")
        }
    }

    /// What the first certificate of a chain says.
    static func facts(of certificate: TLSCertificate) throws(TLSFault) -> TLSCertificateFacts {
        var facts: TLSCertificateFacts?
        _ = try CertificateReading.certificates(
            certificate.chain, name: certificate.name, max: CertificateReading.chainCountMax
        ) { (x509, at) throws(TLSFault) in
            if at == 0 { facts = CertificateReading.facts(of: x509, name: certificate.name) }
        }
        guard let facts else { throw .certificate(name: certificate.name, problem: noCertificate) }
        return facts
    }

    /// The authorities that a client believes.
    func trust(authorities pem: [UInt8], name: String) throws(TLSFault) {
        let store = SSL_CTX_get_cert_store(pointer)
        let count = try CertificateReading.certificates(
            pem, name: name, max: CertificateReading.authoritiesMax
        ) { (x509, _) throws(TLSFault) in
            guard X509_STORE_add_cert(store, x509) == 1 else {
                throw .certificate(name: name, problem: OpenSSLErrors.takeText("cannot be used"))
            }
        }
        guard count > 0 else { throw .certificate(name: name, problem: Self.noCertificate) }
    }
}

extension TLSVersion {
    fileprivate var number: Int32 { self == .tls12 ? TLS1_2_VERSION : TLS1_3_VERSION }
}
