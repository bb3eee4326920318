/// Which Redis: one server, Sentinels that know it, or a cluster.
public struct RedisURL: Sendable, Hashable {
    public enum Kind: String, Sendable { case server, sentinel, cluster }

    public struct Host: Sendable, Hashable {
        public var name: String
        public var port: UInt16
    }

    public var kind: Kind
    public var isSecure: Bool
    public var user: String
    public var password: String
    public var hosts: [Host]
    /// Of one server.
    public var database: Int
    /// What the Sentinels call the master.
    public var master: String

    public static let local = RedisURL(
        kind: .server, isSecure: false, user: "", password: "", hosts: [Host(name: "127.0.0.1", port: 6379)], database: 0,
        master: "")
}

extension RedisURL: LosslessStringConvertible {
    public init?(_ text: String) {
        guard let end = text.firstRange(of: "://") else { return nil }
        let words = text[..<end.lowerBound].split(separator: "+", omittingEmptySubsequences: false)
        guard words.count <= 2, words[0] == "redis" || words[0] == "rediss" else { return nil }
        guard let kind = words.count == 2 ? Kind(rawValue: String(words[1])) : .server, words.count == 1 || kind != .server
        else { return nil }
        var rest = text[end.upperBound...]
        var login: Substring?
        if let at = rest.lastIndex(of: "@") {
            login = rest[..<at]
            rest = rest[rest.index(after: at)...]
        }
        let slash = rest.firstIndex(of: "/")
        let path = slash.map { rest[rest.index(after: $0)...] } ?? ""
        let port: UInt16 = kind == .sentinel ? 26379 : 6379
        let parts = rest[..<(slash ?? rest.endIndex)].split(separator: ",", omittingEmptySubsequences: false)
        let hosts = parts.compactMap { Self.host($0, port: port) }
        guard !hosts.isEmpty, hosts.count == parts.count, hosts.count <= 64, kind != .server || hosts.count == 1 else {
            return nil
        }
        self.init(
            kind: kind, isSecure: words[0] == "rediss", user: "", password: "", hosts: hosts, database: 0, master: "")
        guard takeLogin(login), takePath(path) else { return nil }
    }

    private mutating func takeLogin(_ login: Substring?) -> Bool {
        guard let login else { return true }
        let colon = login.firstIndex(of: ":")
        guard let user = PercentText.decoded(login[..<(colon ?? login.endIndex)]),
            let password = PercentText.decoded(colon.map { login[login.index(after: $0)...] } ?? "")
        else { return false }
        (self.user, self.password) = (user, password)
        return !password.isEmpty
    }

    private mutating func takePath(_ path: Substring) -> Bool {
        switch kind {
        case .server:
            if path.isEmpty { return true }
            guard let number = Int(path), (0..<1024).contains(number) else { return false }
            database = number
        case .sentinel:
            guard !path.isEmpty, path.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else { return false }
            master = String(path)
        case .cluster:
            guard path.isEmpty else { return false }
        }
        return true
    }

    private static func host(_ text: Substring, port: UInt16) -> Host? {
        guard let server = UpstreamServer("http://\(text)"), !text.hasSuffix("/") else { return nil }
        let hasPort = text.last != "]" && text.contains(":")
        return Host(name: server.host, port: hasPort ? server.port : port)
    }

    /// Without the password, since it is for people to see.
    public var description: String {
        let scheme = (isSecure ? "rediss" : "redis") + (kind == .server ? "" : "+\(kind.rawValue)")
        let login = password.isEmpty ? "" : "\(user):***@"
        let names = hosts.map { "\($0.name.contains(":") ? "[\($0.name)]" : $0.name):\($0.port)" }.joined(separator: ",")
        let path = kind == .sentinel ? "/\(master)" : database == 0 ? "" : "/\(database)"
        return "\(scheme)://\(login)\(names)\(path)"
    }
}

/// `%2F` and the like.
enum PercentText {
    static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
                return nil
            }
            rest = rest.dropFirst(2)
            bytes.append(value)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
