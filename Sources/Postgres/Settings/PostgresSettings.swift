/// Where the server is and who we are there.
public struct PostgresSettings: Equatable, Sendable {
    /// A name, an address, or the folder of a socket, which begins with a slash.
    public var host: String
    public var port: UInt16 = 5432
    public var user: String
    public var password: PostgresPassword?
    public var database: String
    public var encryption = PostgresEncryption()
    /// Shown in `pg_stat_activity`.
    public var applicationName = "waitingroom"
    /// Refuse a server that only reads: one of several behind a name may.
    public var isWritableWanted = false

    public init(host: String, user: String, database: String) {
        self.host = host
        self.user = user
        self.database = database
    }

    var isSocketFolder: Bool { host.hasPrefix("/") }
}

/// How far TLS has to go, with libpq's names, and the files for it.
public struct PostgresEncryption: Equatable, Sendable {
    public enum Mode: String, CaseIterable, Sendable {
        case disable
        case allow
        /// TLS when the server has it, and nobody notices when somebody in between says that it has not.
        case prefer
        /// TLS, with whomever.
        case require
        /// The certificate is by an authority of `rootCertificate`.
        case verifyAuthority = "verify-ca"
        /// And for the host that was asked for.
        case verifyFull = "verify-full"
    }

    public var mode = Mode.prefer
    public var rootCertificate: String?
    public var certificate: String?
    public var key: String?

    public init() {}
}

/// A password that prints as dots, whoever prints it.
public struct PostgresPassword: Equatable, Sendable, CustomStringConvertible, CustomReflectable {
    let text: String

    public init(_ text: String) { self.text = text }

    public var description: String { "•••" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension PostgresSettings: CustomStringConvertible {
    /// Without the password.
    public var description: String {
        if isSocketFolder { return "\(user) at \(host):\(port)/\(database)" }
        return "\(user) at \(host.contains(":") ? "[\(host)]" : host):\(port)/\(database)"
    }
}
