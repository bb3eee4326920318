import Address

/// Addresses, networks and servers.
extension Kind {
    /// Where to listen: one or several; `"off"` (or an empty list) is none.
    static func endpoints() -> Kind<[Endpoint]> {
        let one = element("host:port", Endpoint.init) { instead(ofEndpoint: $0) }
        var kind = list(of: one, noun: "host:port")
        let read = kind.read
        kind.allowed = "host:port, a list of them, or \"off\""
        kind.read = { item, faults in item.text == "off" ? [] : read(item, &faults) }
        kind.write = { $0.isEmpty ? "\"off\"" : TOMLText.list($0.map(\.description)) }
        return kind
    }

    static func networks() -> Kind<[Network]> {
        list(
            of: element("an address or a network", Network.init) { instead(ofNetwork: $0) }, noun: "an address or a network")
    }

    static func upstreamServers() -> Kind<[UpstreamServer]> {
        var kind = list(
            of: element("http://host:port", UpstreamServer.init) { instead(ofServer: $0) }, noun: "http://host:port")
        kind.example = "\"http://127.0.0.1:9000\""
        return kind
    }

    /// What `Host` says: `"client"`, `"upstream"`, or a host that never changes.
    static func upstreamHost() -> Kind<Settings.Upstream.Host> {
        let noun = "\"client\", \"upstream\" or a host name"
        return Kind<Settings.Upstream.Host>(
            noun: noun, allowed: noun, beyond: ["\"\"", "\"shop example\"", "\"http://shop.example\""],
            read: { item, faults in
                switch item.text {
                case "client": return .client
                case "upstream": return .upstream
                case let text? where UpstreamServer("http://" + text) != nil && !text.hasSuffix("/"): return .fixed(text)
                default:
                    let host = item.text.flatMap(UpstreamServer.init)?.authority
                    faults.append(.not(item, noun, instead: TOMLText.quote(host ?? "client")))
                    return nil
                }
            },
            write: { host in
                switch host {
                case .client: "\"client\""
                case .upstream: "\"upstream\""
                case .fixed(let name): TOMLText.quote(name)
                }
            })
    }

    /// One, or a list; words of a flag are split at commas. What stands there twice is refused.
    static func list<Element: Hashable & Sendable & CustomStringConvertible>(
        of element: Kind<Element>, noun: String
    ) -> Kind<[Element]> {
        Kind<[Element]>(
            noun: noun, allowed: "\(noun), or a list of them", beyond: ["[\"\"]", "[1]", "[[]]"], isList: true,
            read: { item, faults in
                var seen: Set<Element> = []
                var elements: [Element] = []
                let before = faults.count
                for part in item.parts {
                    guard let value = element.read(part, &faults) else { continue }
                    elements.append(value)
                    if !seen.insert(value).inserted {
                        faults.append(Fault(part, "\(part.shown) is given twice; keep one of them", instead: nil))
                    }
                }
                return faults.count == before ? elements : nil
            },
            write: { TOMLText.list($0.map(\.description)) })
    }

    static func element<Element: Sendable & Equatable & CustomStringConvertible>(
        _ noun: String, _ parse: @escaping @Sendable (String) -> Element?, instead: @escaping @Sendable (Item) -> String
    ) -> Kind<Element> {
        Kind<Element>(
            noun: noun, allowed: noun,
            read: { item, faults in
                if let element = item.text.flatMap(parse) { return element }
                faults.append(.not(item, noun, instead: TOMLText.quote(instead(item))))
                return nil
            },
            write: { TOMLText.quote($0.description) })
    }

    /// Keeps of what was written whatever was right: a port, an address, neither.
    private static func instead(ofEndpoint item: Item) -> String {
        let text = item.text ?? item.integer.map(String.init) ?? ""
        let port = UInt16(text.split(separator: ":").last ?? "") ?? 8080
        if let address = IPAddress(text) { return Endpoint(address: address, port: 8080).description }
        if text.hasPrefix(":") || text.hasPrefix("*:") { return "0.0.0.0:\(port)" }
        let host = text.split(separator: ":").first.flatMap { IPAddress(String($0)) } ?? .loopback4
        return Endpoint(address: host, port: port).description
    }

    private static func instead(ofNetwork item: Item) -> String {
        let parts = (item.text ?? "").split(separator: "/")
        guard let first = parts.first, let address = IPAddress(String(first)) else { return "10.0.0.0/8" }
        guard parts.count == 2, let bits = Int(parts[1]), (0...(address.isV4 ? 32 : 128)).contains(bits) else {
            return address.description
        }
        return Network(base: address, prefixBits: address.isV4 ? bits + 96 : bits).description
    }

    private static func instead(ofServer item: Item) -> String {
        let text = item.text ?? item.integer.map(String.init) ?? ""
        if let port = UInt16(text), port > 0 { return "http://127.0.0.1:\(port)" }
        let lowered = text.lowercased()
        let scheme = lowered.hasPrefix("https") ? "https" : "http"
        var rest = lowered[...]
        if let end = lowered.firstRange(of: "://")?.upperBound { rest = lowered[end...] }
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let host = authority.split(separator: "@").last ?? ""
        let guesses = [host, host.prefix { $0 != ":" }].compactMap { UpstreamServer("\(scheme)://\($0)") }
        return guesses.first?.description ?? "http://127.0.0.1:9000"
    }
}

extension Item {
    fileprivate var parts: [Item] {
        switch value {
        case .list(let items): items
        case .word(let text):
            text.split(separator: ",", omittingEmptySubsequences: false).map { Item(value: .word(String($0)), place: place) }
        default: [self]
        }
    }
}
