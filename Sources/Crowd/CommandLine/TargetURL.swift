/// Where the crowd goes: `http://HOST[:PORT][/PATH]`, or `https`.
public struct TargetURL: Equatable, Sendable {
    public let isSecure: Bool
    /// A name or an address, without brackets.
    public let host: String
    public let port: UInt16
    /// As the URL has it: for `Host`.
    public let authority: String
    /// The page that visitors want, its query included.
    public let path: String

    public init?(_ text: String) {
        let secure = "https://"
        let plain = "http://"
        isSecure = text.hasPrefix(secure)
        guard isSecure || text.hasPrefix(plain) else { return nil }
        let rest = text.dropFirst(isSecure ? secure.count : plain.count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let path = rest.dropFirst(authority.count)
        self.authority = String(authority)
        self.path = path.isEmpty ? "/" : path.hasPrefix("?") ? "/" + path : String(path)
        guard Self.isPath(self.path), !authority.contains("@") else { return nil }
        var name = authority
        var number: Substring?
        if let close = authority.firstIndex(of: "]") {
            let behind = authority[authority.index(after: close)...]
            guard authority.hasPrefix("["), behind.isEmpty || behind.hasPrefix(":") else { return nil }
            name = authority[..<close].dropFirst()
            number = behind.isEmpty ? nil : behind.dropFirst()
        } else if let colon = authority.firstIndex(of: ":") {
            name = authority[..<colon]
            number = authority[authority.index(after: colon)...]
        }
        host = String(name)
        let isName = host.utf8.allSatisfy { $0 > 32 && $0 < 127 }
        port = number.map { UInt16($0) ?? 0 } ?? (isSecure ? 443 : 80)
        guard !host.isEmpty, isName, port > 0 else { return nil }
    }

    /// What can stand in a request line.
    static func isPath(_ text: String) -> Bool {
        text.hasPrefix("/") && text.utf8.allSatisfy { $0 > 32 && $0 < 127 && $0 != UInt8(ascii: "#") }
    }
}
