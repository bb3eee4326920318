/// What is wrong with a URL, and what would be right. It never quotes the URL, in which the password stands.
public struct PostgresSettingsFault: Error, Equatable, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}

extension PostgresSettings {
    /// `postgres://user:password@host:port/database?sslmode=verify-full&sslrootcert=…`, or with `?host=/run/postgresql` and
    /// no host before the path for a socket.
    public init(url: String) throws(PostgresSettingsFault) {
        guard let scheme = ["postgres://", "postgresql://"].first(where: { url.hasPrefix($0) }) else {
            throw PostgresSettingsFault("the URL does not begin with postgres://")
        }
        guard url.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else {
            throw PostgresSettingsFault("the URL holds a character that has to be written as % and two digits")
        }
        let (location, query) = Self.split(url.dropFirst(scheme.count), at: "?")
        let (authority, path) = Self.split(location, at: "/")
        let at = authority.lastIndex(of: "@")
        let (name, secret) = Self.split(at.map { authority[..<$0] } ?? "", at: ":")
        let user = try Self.decoded(name, "the user")
        guard !user.isEmpty else { throw PostgresSettingsFault("no user: postgres://user@host/database") }
        let database = try Self.decoded(path ?? "", "the database")
        guard !database.isEmpty else { throw PostgresSettingsFault("no database: postgres://user@host/database") }
        self.init(host: "", user: user, database: database)
        if let secret { password = PostgresPassword(try Self.decoded(secret, "the password")) }
        try readHost(at.map { authority[authority.index(after: $0)...] } ?? authority)
        for pair in (query ?? "").split(separator: "&") {
            let (key, value) = Self.split(pair, at: "=")
            try set(String(key), try Self.decoded(value ?? "", String(key)))
        }
        guard !host.isEmpty else {
            throw PostgresSettingsFault("no host: postgres://user@host/database, or ?host=/run/postgresql for a socket")
        }
        // libpq would read them as a list.
        if host.contains(",") { throw PostgresSettingsFault("several hosts: give one, or a name with several addresses") }
        try encryption.check()
    }

    private mutating func readHost(_ text: Substring) throws(PostgresSettingsFault) {
        var name = text
        var digits: Substring?
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { throw PostgresSettingsFault("the host has [ and no ]") }
            name = text[text.index(after: text.startIndex)..<end]
            let rest = text[text.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else { throw PostgresSettingsFault("behind ] stands no port") }
            digits = rest.isEmpty ? nil : rest.dropFirst()
        } else {
            (name, digits) = Self.split(text, at: ":")
        }
        host = try Self.decoded(name, "the host")
        if let digits { try set("port", String(digits)) }
    }

    private mutating func set(_ key: String, _ value: String) throws(PostgresSettingsFault) {
        switch key {
        case "host": host = value
        case "port":
            guard let number = UInt16(value), number > 0 else {
                throw PostgresSettingsFault("port \(value) is not between 1 and 65535")
            }
            port = number
        case "sslmode":
            guard let mode = PostgresEncryption.Mode(rawValue: value) else {
                let modes = PostgresEncryption.Mode.allCases.map(\.rawValue).joined(separator: ", ")
                throw PostgresSettingsFault("sslmode=\(value): one of \(modes)")
            }
            encryption.mode = mode
        case "sslrootcert": encryption.rootCertificate = value
        case "sslcert": encryption.certificate = value
        case "sslkey": encryption.key = value
        case "application_name": applicationName = value
        case "target_session_attrs":
            guard ["any", "read-write"].contains(value) else {
                throw PostgresSettingsFault("target_session_attrs=\(value): any or read-write")
            }
            isWritableWanted = value == "read-write"
        default:
            throw PostgresSettingsFault(
                "\(key) is not known: host, port, sslmode, sslrootcert, sslcert, sslkey, application_name, target_session_attrs"
            )
        }
    }

    private static func split(_ text: Substring, at separator: Character) -> (Substring, Substring?) {
        guard let place = text.firstIndex(of: separator) else { return (text, nil) }
        return (text[..<place], text[text.index(after: place)...])
    }

    private static func decoded(_ text: Substring, _ what: String) throws(PostgresSettingsFault) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            guard digits.utf8.count == 2, digits.allSatisfy(\.isHexDigit), let value = UInt8(digits, radix: 16) else {
                throw PostgresSettingsFault("\(what) has a % without two hexadecimal digits: write %25 for a %")
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        // libpq takes C strings, in which a zero would be the end.
        guard let decoded = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
            throw PostgresSettingsFault("\(what) is not UTF-8 text without zero bytes")
        }
        return decoded
    }
}

extension PostgresEncryption {
    func check() throws(PostgresSettingsFault) {
        let verifies = mode == .verifyFull || mode == .verifyAuthority
        if verifies && rootCertificate == nil {
            throw PostgresSettingsFault(
                "sslmode=\(mode.rawValue) needs sslrootcert, such as /etc/ssl/certs/ca-certificates.crt for public authorities"
            )
        }
        if (certificate == nil) != (key == nil) { throw PostgresSettingsFault("sslcert and sslkey go together") }
    }
}
