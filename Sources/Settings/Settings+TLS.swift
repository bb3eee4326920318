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
