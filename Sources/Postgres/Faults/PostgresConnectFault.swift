/// Why there is no connection.
public struct PostgresConnectFault: Error, Equatable, Sendable {
    public enum Kind: Equatable, Sendable {
        /// The host has no address.
        case lookup
        /// Nobody listens, nothing answers, or TLS does not come about.
        case unreachable
        /// It was not done in `connectTimeout`.
        case deadline
        /// The server does not believe who this is: user, password, certificate or `pg_hba.conf`.
        case authentication
        /// The server answered with an error, such as a database that is not there or no free connection.
        case refused(PostgresCode)
    }

    public let kind: Kind
    /// libpq's, with the server's in them.
    public let words: String

    public init(_ kind: Kind, _ words: String) {
        self.kind = kind
        self.words = words
    }

    /// It may well succeed later without anybody changing anything.
    public var isTransient: Bool {
        switch kind {
        case .lookup, .unreachable, .deadline: true
        case .authentication: false
        case .refused(let code): code == .cannotConnectNow || code.rawValue.hasPrefix("53")
        }
    }
}

extension PostgresConnectFault {
    /// libpq gives no SQLSTATE when a connection fails, but writes it into its words when it is asked to be verbose:
    /// `FATAL:  28P01: password authentication failed`. Severity and message may be translated, this form is not.
    init(libpq words: String, needsPassword: Bool) {
        let lines = words.split(separator: "\n").filter { !$0.hasPrefix("LOCATION:") }
        let said = lines.joined(separator: "; ")
        if needsPassword {
            self.init(.authentication, said)
        } else if let code = Self.code(in: said) {
            self.init(code.rawValue.hasPrefix("28") ? .authentication : .refused(code), said)
        } else {
            self.init(.unreachable, said.isEmpty ? "no reason is known" : said)
        }
    }

    private static func code(in words: String) -> PostgresCode? {
        for piece in words.split(separator: ":  ", omittingEmptySubsequences: false).dropFirst() {
            let code = piece.prefix { $0 != ":" }
            guard code.utf8.count == 5, code.utf8.allSatisfy({ (48...57).contains($0) || (65...90).contains($0) }) else {
                continue
            }
            return PostgresCode(rawValue: String(code))
        }
        return nil
    }
}

extension PostgresConnectFault: CustomStringConvertible {
    public var description: String {
        switch kind {
        case .lookup: words
        case .authentication: "the server does not let us in: \(words)"
        case .unreachable, .deadline, .refused: "cannot connect: \(words)"
        }
    }
}
