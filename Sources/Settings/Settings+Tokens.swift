extension Settings {
    /// What visitors carry, and where they ask.
    public struct Tokens: Sendable, Equatable {
        /// Empty: `keys` in the state directory, made when it is not there.
        public var keysFile = ""
        public var ticketCookie = "wr_ticket"
        public var passCookie = "wr_pass"
        public var apiPrefix = "/api/queue"

        public init() {}
    }
}

extension Settings.Tokens {
    static let section = Section(
        "tokens",
        "Tickets and passes: the keys that sign them, the cookies that carry them, and where visitors ask for their place.",
        [
            Key(
                "tokens", "keys_file", \.tokens.keysFile, .path("a path", example: "keys", mayBeEmpty: true),
                files: { $0.isEmpty ? [] : [$0] },
                "A key on each line, `NAME SECRET`, as `waitingroom keygen` writes it. The first one signs, all are accepted; the "
                    + "same on all nodes. Empty is the file \"keys\" in state_dir, made at the first start."),
            Key(
                "tokens", "ticket_cookie", \.tokens.ticketCookie, .cookieName(),
                "The cookie with the place in line. Several rooms have one each, with the room's name behind a dot."),
            Key("tokens", "pass_cookie", \.tokens.passCookie, .cookieName(), "The same for the pass."),
            Key(
                "tokens", "api_prefix", \.tokens.apiPrefix, .roomPath(),
                "Under which path the page and apps speak to us; nothing below it reaches the origin."),
        ])
}
