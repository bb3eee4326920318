/// A certificate with its chain and key, as read from files; immutable, so that every loop makes its own server from it.
public struct TLSCertificate: Sendable {
    /// What errors and warnings call it, mostly the path of its file.
    public var name: String
    /// PEM: the certificate first, then the ones that vouch for it.
    public var chain: [UInt8]
    /// PEM, not encrypted.
    public var key: [UInt8]

    public init(name: String, chain: [UInt8], key: [UInt8]) {
        self.name = name
        self.chain = chain
        self.key = key
    }
}

public enum TLSVersion: Sendable {
    case tls12
    case tls13
}

/// What session tickets are sealed with. Made once per process and given to every loop, so that a visitor who comes back
/// to another loop still resumes; never written down, so that they die with the process.
public struct TLSTicketKeys: Sendable {
    public static let byteCount = 80

    let bytes: [UInt8]

    /// Exactly 80 random bytes.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    public static func random() -> TLSTicketKeys {
        var source = SystemRandomNumberGenerator()
        return TLSTicketKeys(unchecked: (0..<byteCount).map { _ in UInt8.random(in: 0...255, using: &source) })
    }

    private init(unchecked bytes: [UInt8]) { self.bytes = bytes }
}

/// What a server found in a certificate it uses.
public struct TLSCertificateFacts: Equatable, Sendable {
    public var name: String
    /// Lower case; `*.example.com` stands for one label.
    public var hostNames: [String]
    /// `RSA`, `EC`, `ED25519`
    public var keyKind: String
    /// Seconds since 1970.
    public var validFrom: Int64
    public var validUntil: Int64
}

/// Something that does not stop a server, and that an operator wants to know all the same.
public enum TLSWarning: Equatable, Sendable {
    case expired(certificate: String, secondsAgo: Int64)
    case expiresSoon(certificate: String, seconds: Int64)
    case notYetValid(certificate: String, seconds: Int64)
    case noHostName(certificate: String)

    /// A fortnight: whoever renews by a robot does so a month ahead.
    public static let soonSeconds: Int64 = 14 * 86_400
}

extension TLSWarning: CustomStringConvertible {
    public var description: String {
        switch self {
        case .expired(let name, let seconds): "certificate \(name) expired \(seconds / 86_400) days ago"
        case .expiresSoon(let name, let seconds): "certificate \(name) expires in \(seconds / 86_400) days"
        case .notYetValid(let name, let seconds): "certificate \(name) becomes valid in \(seconds / 3600) hours"
        case .noHostName(let name): "certificate \(name) names no host"
        }
    }
}

extension TLSCertificateFacts {
    func warnings(unixSeconds now: Int64) -> [TLSWarning] {
        var found: [TLSWarning] = []
        if hostNames.isEmpty { found.append(.noHostName(certificate: name)) }
        if now < validFrom { found.append(.notYetValid(certificate: name, seconds: validFrom - now)) }
        if now > validUntil {
            found.append(.expired(certificate: name, secondsAgo: now - validUntil))
        } else if validUntil - now < TLSWarning.soonSeconds {
            found.append(.expiresSoon(certificate: name, seconds: validUntil - now))
        }
        return found
    }
}
