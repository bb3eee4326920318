import Address

extension Settings {
    /// Metrics and health, for operators only.
    public struct Admin: Sendable, Equatable {
        /// Empty is off.
        public var listen = [Endpoint(address: .loopback4, port: 9900)]

        public init() {}
    }
}

extension Settings.Admin {
    static let section = Section(
        "admin",
        "Metrics (/metrics) and health (/healthz, /readyz). Never the visitors' listener.",
        [
            Key(
                "admin", "listen", \.admin.listen, .endpoints(), restart: true,
                "Where they are served, without a password: only this machine.")
        ])
}
