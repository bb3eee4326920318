import Address

extension Settings {
    /// The listener for TLS.
    public struct TLS: Sendable, Equatable {
        public enum Version: String, Sendable, CaseIterable {
            case v12 = "1.2"
            case v13 = "1.3"
        }

        /// One chain and its key, both PEM files. The names that it serves are read from the certificate.
        public struct Certificate: Sendable, Equatable {
            public var certificate: String
            public var key: String

            public init(certificate: String, key: String) {
                self.certificate = certificate
                self.key = key
            }
        }

        /// Empty is off.
        public var listen: [Endpoint] = []
        /// The first is shown to clients that name no server or one that no certificate is for.
        public var certificates: [Certificate] = []
        public var versionMin = Version.v12
        /// An OpenSSL list for TLS 1.2; empty is the built-in choice.
        public var ciphers = ""
        public var sessionTickets = true
        public var handshakeTimeout = Timespan.seconds(10)

        public init() {}
    }
}

extension Settings.TLS {
    static let section = Section(
        "tls",
        "TLS for clients. Renewed certificates are read on reload.",
        [
            Key(
                "tls", "listen", \.tls.listen, .endpoints(), restart: true,
                "Where HTTPS is served. Off, since there is no certificate to begin with."),
            Key(
                "tls", "certificates", \.tls.certificates, .certificates(),
                files: { $0.flatMap { [$0.certificate, $0.key] } },
                "PEM files, each certificate followed by its chain: "
                    + "[{ certificate = \"shop.pem\", key = \"shop.key.pem\" }]. The client's SNI chooses by the names in the "
                    + "certificates; the first serves all others."),
            Key(
                "tls", "version_min", \.tls.versionMin, .choice(Version.self),
                "The oldest version of TLS that is spoken. 1.2 still comes from a few per cent of phones and from most "
                    + "scripts; nothing older is safe."),
            Key(
                "tls", "ciphers", \.tls.ciphers, .cipherList(),
                "Ciphers for TLS 1.2 as OpenSSL writes them, such as \"ECDHE+AESGCM:ECDHE+CHACHA20\". Empty is that: forward "
                    + "secret and authenticated ones only. Those of TLS 1.3 are all good."),
            Key(
                "tls", "session_tickets", \.tls.sessionTickets, .boolean(),
                "Whether a client that comes back may skip half of the handshake. Keys are made anew at every start."),
            Key(
                "tls", "handshake_timeout", \.tls.handshakeTimeout, .timespan(.milliseconds(100) ... .hours(1)),
                "From the connection to the end of its handshake. As long as a head may take, for the same reason."),
        ])
}

extension Kind {
    /// What OpenSSL makes of it is found out when the context is made; here only that it can be such a list.
    fileprivate static func cipherList() -> Kind<String> {
        text("a list of OpenSSL ciphers", example: "ECDHE+AESGCM:ECDHE+CHACHA20", mayBeEmpty: true) { text in
            text.unicodeScalars.allSatisfy {
                $0.isASCII && ($0.properties.isAlphabetic || "0123456789+-_!@=:.".unicodeScalars.contains($0))
            }
        }
    }
}
