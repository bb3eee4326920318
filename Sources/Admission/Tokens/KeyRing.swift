import Digest

/// The keys of the tokens: the first signs, all verify. So a key is changed without anyone losing a place: the new one goes
/// to the end of the list on every node, then to its front, and the old one leaves when the last token that it signed is
/// too old to matter.
///
/// A ring holds memory by reference: each loop makes one of its own.
public struct KeyRing: Sendable {
    public static let keysMax = 16

    /// At least one.
    let keys: [SigningKey]

    public init(_ keys: [TokenKey]) throws(KeyRingFault) {
        if keys.isEmpty { throw .empty }
        if keys.count > Self.keysMax { throw .tooMany(count: keys.count) }
        var known: Set<String> = []
        for (at, key) in keys.enumerated() {
            guard TokenKey.allows(identifier: key.identifier) else { throw .badIdentifier(key.identifier, place: at + 1) }
            guard known.insert(key.identifier).inserted else { throw .duplicateIdentifier(key.identifier) }
            guard key.secret.count >= TokenKey.secretBytesMin else {
                throw .secretTooShort(identifier: key.identifier, bytes: key.secret.count)
            }
        }
        self.keys = keys.map(SigningKey.init)
    }

    /// The first one signs.
    public var identifiers: [String] { keys.map(\.identifier) }
}

extension KeyRing: CustomStringConvertible, CustomReflectable {
    public var description: String { "keys \(identifiers.joined(separator: ", "))" }
    public var customMirror: Mirror { Mirror(self, children: ["identifiers": identifiers]) }
}

/// A key with all that depends on it alone.
struct SigningKey: Sendable {
    let identifier: String
    let mac: MACKey
    let network: NetworkMark
    /// Of what monitors show.
    let monitor: MACKey
    /// Of tickets of people whom the site knows.
    let person: MACKey
    private let passHeader: TokenHeader
    private let ticketHeader: TokenHeader

    init(_ key: TokenKey) {
        identifier = key.identifier
        mac = MACKey(key.secret)
        network = NetworkMark(mac)
        monitor = MACKey(mac.authenticate(Array("mark of a monitor".utf8)).span)
        person = MACKey(mac.authenticate(Array("ticket of a person".utf8)).span)
        passHeader = TokenHeader(.pass, key: key.identifier)
        ticketHeader = TokenHeader(.ticket, key: key.identifier)
    }

    func header(_ kind: TokenKind) -> TokenHeader {
        switch kind {
        case .pass: passHeader
        case .ticket: ticketHeader
        }
    }

    /// Where the claims begin, if this is a token of this kind and key.
    func headerCount(_ kind: TokenKind, in text: Span<UInt8>) -> Int? {
        switch kind {
        case .pass: text.starts(with: passHeader.span) ? passHeader.count : nil
        case .ticket: text.starts(with: ticketHeader.span) ? ticketHeader.count : nil
        }
    }
}
