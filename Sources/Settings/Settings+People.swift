extension Settings {
    /// How the site says who somebody is: a JWT of its own.
    public struct People: Sendable, Equatable {
        public enum Algorithm: String, Sendable, CaseIterable {
            case off
            case hs256 = "HS256"
            case rs256 = "RS256"
            case es256 = "ES256"
        }

        public var algorithm = Algorithm.off
        public var keyFile = ""
        /// Empty: in none.
        public var cookie = ""
        public var isBearer = true
        public var claim = "sub"
        /// Empty: whoever.
        public var issuer = ""
        public var audience = ""

        public init() {}
    }
}

extension Settings.People {
    static let section = Section(
        "people",
        "Visitors whom the site knows: by a JWT of its own, which is verified here. They have one ticket each in a room, on all of "
            + "their devices. A token that is not right in every respect counts as none; everybody else queues as ever.",
        [
            Key(
                "people", "algorithm", \.people.algorithm, .choice(Algorithm.self),
                "How the site signs. A token that names another one is refused. \"off\": nobody is known."),
            Key(
                "people", "key_file", \.people.keyFile, .path("a path", example: "site.pem", mayBeEmpty: true),
                files: { $0.isEmpty ? [] : [$0] },
                "What verifies: for RS256 and ES256 public keys as PEM; for HS256 a secret of 32 bytes at least, as it is, on each "
                    + "line. Any of several is taken, so that they can be changed. Read anew with this file."),
            Key(
                "people", "cookie", \.people.cookie, .siteCookieName(),
                "The cookie that has the token. Empty is none."),
            Key(
                "people", "bearer", \.people.isBearer, .boolean(),
                "Whether it is also looked for in `Authorization: Bearer`, as apps send it."),
            Key(
                "people", "claim", \.people.claim, .claimText("a claim", example: "sub", mayBeEmpty: false),
                "Which claim says who it is: text or a whole number that never changes for that person, and that no two have."
            ),
            Key(
                "people", "issuer", \.people.issuer,
                .claimText("an issuer", example: "https://shop.example", mayBeEmpty: true),
                "What `iss` must be. Empty: whatever it is."),
            Key(
                "people", "audience", \.people.audience, .claimText("an audience", example: "shop", mayBeEmpty: true),
                "What `aud` must be, or hold. Empty: whatever it is; say it where the same key signs for other sites."),
        ])
}

extension Kind {
    /// What a cookie may be called (RFC 6265, section 4.1.1), but for the odd characters.
    fileprivate static func siteCookieName() -> Kind<String> {
        text("the name of a cookie", example: "session", mayBeEmpty: true) { text in
            text.utf8.count <= 128
                && text.unicodeScalars.allSatisfy { scalar in
                    scalar.isASCII && (scalar.properties.isAlphabetic || "0123456789_-.".unicodeScalars.contains(scalar))
                }
        }
    }

    fileprivate static func claimText(_ noun: String, example: String, mayBeEmpty: Bool) -> Kind<String> {
        text("\(noun) of at most 256 bytes", example: example, mayBeEmpty: mayBeEmpty) { $0.utf8.count <= 256 }
    }
}
