import Address

extension RedisAddress {
    public init(_ text: String) throws(RedisAddressFault) {
        guard let mark = text.utf8Range(of: "://") else { throw .noScheme }
        let scheme = String(text[..<mark.lowerBound])
        var rest = text[mark.upperBound...]
        if scheme == "unix" {
            guard rest.hasPrefix("/"), rest.utf8.count > 1 else { throw .badPath }
            self.init(.single(.path(String(rest))))
            return
        }
        let isSecure = scheme.hasPrefix("rediss")
        let kind = scheme.dropFirst(isSecure ? 6 : 5)
        guard scheme.hasPrefix("redis"), ["", "-sentinel", "-cluster"].contains(kind) else {
            throw .unknownScheme(Self.shown(scheme))
        }
        // The last @ of all ends user and password, whatever they hold: nothing of them may end up in an error.
        var credentials: RedisCredentials?
        if let at = rest.lastIndex(of: "@") {
            credentials = try Self.credentials(rest[..<at])
            rest = rest[rest.index(after: at)...]
        }
        var parts = rest.split(separator: "/", omittingEmptySubsequences: false)
        let hosts = parts.removeFirst()
        if parts.last?.isEmpty == true { parts.removeLast() }
        let topology = try Self.topology(kind, hosts, &parts)
        self.init(topology, isSecure: isSecure, credentials: credentials, database: try Self.database(&parts))
        if let surplus = parts.first { throw .surplus("/" + surplus) }
    }

    /// Takes out of `path` what belongs to it.
    private static func topology(
        _ kind: Substring, _ hosts: Substring, _ path: inout [Substring]
    ) throws(RedisAddressFault) -> Topology {
        switch kind {
        case "-sentinel":
            guard let name = path.first, !name.isEmpty else { throw .noMasterName }
            path.removeFirst()
            return .sentinel(try servers(hosts, port: portOfSentinel), masterName: String(name))
        case "-cluster":
            guard path.isEmpty || path == ["0"] else { throw .databaseInCluster }
            return .cluster(try servers(hosts, port: portOfRedis))
        default:
            let servers = try servers(hosts, port: portOfRedis)
            guard servers.count == 1 else { throw .severalHosts }
            return .single(servers[0])
        }
    }

    private static func database(_ path: inout [Substring]) throws(RedisAddressFault) -> Int {
        guard let number = path.first else { return 0 }
        guard number.utf8.allSatisfy({ (48...57).contains($0) }), let value = UInt16(number) else {
            throw .badDatabase(String(number))
        }
        path.removeFirst()
        return Int(value)
    }

    /// A scheme that is none may be anything, even a password.
    private static func shown(_ scheme: String) -> String {
        let isWord = scheme.utf8.count <= 20 && scheme.utf8.allSatisfy { $0.asciiIsLetter || $0 == UInt8(ascii: "-") }
        return isWord ? scheme : "what stands before"
    }

    private static func credentials(_ text: Substring) throws(RedisAddressFault) -> RedisCredentials {
        guard let colon = text.firstIndex(of: ":") else { return RedisCredentials(password: try unescaped(text)) }
        return RedisCredentials(
            user: try unescaped(text[..<colon]), password: try unescaped(text[text.index(after: colon)...]))
    }

    private static func unescaped(_ text: Substring) throws(RedisAddressFault) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte != UInt8(ascii: "%") {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
                throw .badEscape
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func servers(_ list: Substring, port: UInt16) throws(RedisAddressFault) -> [RedisServerName] {
        let texts = list.split(separator: ",", omittingEmptySubsequences: false)
        if texts.count > serversMax { throw .tooManyHosts }
        var servers: [RedisServerName] = []
        for text in texts { servers.append(try server(text, port: port)) }
        return servers
    }

    private static func server(_ text: Substring, port standard: UInt16) throws(RedisAddressFault) -> RedisServerName {
        var host = text
        var digits: Substring?
        if text.hasPrefix("["), let close = text.firstIndex(of: "]") {
            host = text[text.index(after: text.startIndex)..<close]
            let rest = text[text.index(after: close)...]
            guard IPAddress(String(host))?.isV4 == false, rest.isEmpty || rest.hasPrefix(":") else {
                throw .badHost(String(text))
            }
            digits = rest.isEmpty ? nil : rest.dropFirst()
        } else if let colon = text.firstIndex(of: ":") {
            host = text[..<colon]
            digits = text[text.index(after: colon)...]
        }
        if host.isEmpty { throw .noHost }
        if let digits, digits.contains(":") { throw .badHost(String(text)) }
        let isName = host.utf8.allSatisfy { $0.asciiIsLetter || (48...57).contains($0) || "-._:".utf8.contains($0) }
        guard isName, host.utf8.count < 254 else { throw .badHost(String(host)) }
        guard let digits else { return .host(String(host), port: standard) }
        guard let port = UInt16(digits), port > 0, digits.utf8.first != UInt8(ascii: "+") else {
            throw .badPort(String(digits))
        }
        return .host(String(host), port: port)
    }
}

extension String {
    fileprivate func utf8Range(of mark: StaticString) -> Range<String.Index>? {
        let wanted = Array(mark.description.utf8)
        var at = utf8.startIndex
        while at < utf8.endIndex {
            if utf8[at...].starts(with: wanted) { return at..<utf8.index(at, offsetBy: wanted.count) }
            at = utf8.index(after: at)
        }
        return nil
    }
}

extension UInt8 {
    fileprivate var asciiIsLetter: Bool { (self | 0x20) &- 97 < 26 }
}
