/// Which hosts are meant: one, all below one, or every one.
public enum HostPattern: Sendable, Hashable {
    case any
    /// In small letters.
    case exactly(String)
    /// `*.shop.example` is `shop.example`'s subdomains, and not itself.
    case below(String)
}

extension HostPattern: LosslessStringConvertible {
    public init?(_ text: String) {
        let text = text.lowercased()
        if text == "*" {
            self = .any
        } else if text.hasPrefix("*.") {
            guard HostName.isValid(text.dropFirst(2)) else { return nil }
            self = .below(String(text.dropFirst(2)))
        } else {
            guard HostName.isValid(text) || UpstreamServer("http://\(text)")?.address != nil, !text.hasSuffix("/") else {
                return nil
            }
            self = .exactly(text)
        }
    }

    public var description: String {
        switch self {
        case .any: "*"
        case .exactly(let host): host
        case .below(let host): "*.\(host)"
        }
    }
}

/// A path, or all below it: `/health`, `/static/*`.
public struct PathPattern: Sendable, Hashable, LosslessStringConvertible {
    public var path: String
    public var isPrefix: Bool

    public init?(_ text: String) {
        let isPrefix = text.hasSuffix("/*")
        let path = isPrefix ? String(text.dropLast(1)) : text
        guard PathPattern.isPlain(path) else { return nil }
        self.path = path
        self.isPrefix = isPrefix
    }

    public var description: String { isPrefix ? path + "*" : path }

    /// One spelling, about which no origin has another opinion.
    static func isPlain(_ path: String) -> Bool {
        guard path.hasPrefix("/"), path.utf8.count <= 1024 else { return false }
        let segments = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        for (at, segment) in segments.enumerated() {
            if segment == "." || segment == ".." || segment.isEmpty && at < segments.count - 1 { return false }
            guard segment.utf8.allSatisfy(isPlain) else { return false }
        }
        return true
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (97...122).contains(byte | 0x20) || (48...57).contains(byte) || byte == 45 || byte == 46 || byte == 95 || byte == 126
    }
}

/// A method that needs no pass.
public struct BypassMethod: Sendable, Hashable, LosslessStringConvertible {
    public var name: String

    public init?(_ text: String) {
        guard (1...20).contains(text.utf8.count), text.utf8.allSatisfy({ (65...90).contains($0) || $0 == 45 }) else {
            return nil
        }
        name = text
    }

    public var description: String { name }
}
