import Address

/// Where requests go: `http://127.0.0.1:9000` or `https://shop.internal:8443`. A name is looked up by who connects, not here.
public struct UpstreamServer: Sendable, Hashable {
    public enum Scheme: String, Sendable, Hashable {
        case http, https

        public var defaultPort: UInt16 { self == .http ? 80 : 443 }
    }

    public var scheme: Scheme
    /// A name in lower case, or an address without brackets.
    public var host: String
    public var port: UInt16

    public init(scheme: Scheme, host: String, port: UInt16) {
        self.scheme = scheme
        self.host = host
        self.port = port
    }

    /// The address, when the host is one and needs no looking up.
    public var address: IPAddress? { IPAddress(host) }

    /// As it stands in a `Host` field: the port only where it is not the scheme's own.
    public var authority: String {
        let host = self.host.contains(":") ? "[\(self.host)]" : self.host
        return port == scheme.defaultPort ? host : "\(host):\(port)"
    }
}

extension UpstreamServer: LosslessStringConvertible {
    public var description: String {
        host.contains(":") ? "\(scheme.rawValue)://[\(host)]:\(port)" : "\(scheme.rawValue)://\(host):\(port)"
    }

    /// A scheme, a host and perhaps a port; a single `/` may end it, but a path, a query or a user is refused.
    public init?(_ text: String) {
        let lowered = text.lowercased()
        guard let scheme = lowered.hasPrefix("https://") ? Scheme.https : lowered.hasPrefix("http://") ? .http : nil else {
            return nil
        }
        var rest = lowered.dropFirst(scheme.rawValue.utf8.count + 3)
        if rest.last == "/" { rest = rest.dropLast() }
        let hasPort = rest.last != "]" && rest.contains(":")
        let whole = hasPort ? String(rest) : "\(rest):\(scheme.defaultPort)"
        if let endpoint = Endpoint(whole) {
            guard endpoint.port != 0 else { return nil }
            self.init(scheme: scheme, host: endpoint.address.description, port: endpoint.port)
            return
        }
        let parts = whole.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, HostName.isValid(parts[0]), (1...5).contains(parts[1].utf8.count),
            parts[1].utf8.allSatisfy({ (48...57).contains($0) }), let port = UInt16(parts[1]), port != 0
        else { return nil }
        self.init(scheme: scheme, host: String(parts[0]), port: port)
    }
}

/// The names that DNS can hold (RFC 1123 section 2.1), with the underscore that container networks use.
enum HostName {
    static func isValid(_ text: some StringProtocol) -> Bool {
        guard (1...253).contains(text.utf8.count) else { return false }
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        // A last label of digits only is an address that was mistyped, never a name (RFC 3696 section 2).
        guard let last = labels.last, !last.utf8.allSatisfy({ (48...57).contains($0) }) else { return false }
        return labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                && label.utf8.allSatisfy { byte in
                    (97...122).contains(byte | 0x20) || (48...57).contains(byte) || byte == UInt8(ascii: "-")
                        || byte == UInt8(ascii: "_")
                }
        }
    }
}
