import Address

extension Settings {
    /// The dashboard, what it is made of, metrics and health, for operators only.
    public struct Admin: Sendable, Equatable {
        /// Empty is off.
        public var listen = [Endpoint(address: .loopback4, port: 9900)]

        /// Empty: `admin-token` in the state directory, made when it is not there.
        public var tokenFile = ""

        public init() {}
    }
}

extension Settings.Admin {
    static let section = Section(
        "admin",
        "The dashboard (/), its API (/api/rooms), metrics (/metrics) and health (/healthz, /readyz). Never the visitors' "
            + "listener.",
        [
            Key(
                "admin", "listen", \.admin.listen, .endpoints(), restart: true,
                "Where they are served. Metrics and health need no token: keep it to this machine, or a network of yours."),
            Key(
                "admin", "token_file", \.admin.tokenFile, .path("a path", example: "admin-token", mayBeEmpty: true),
                files: { $0.isEmpty ? [] : [$0] },
                "Who may see and change rooms: on each line a token of at least 16 characters, or `NAME TOKEN`; the name is what the "
                    + "audit log says. Empty is the file \"admin-token\" in state_dir, made at the first start."),
        ])
}
