/// A secret and what it is called (`kid`). Its name stands in every token; the secret stands nowhere.
public struct TokenKey: Sendable {
    public static let identifierBytesMax = 32
    /// As many as the MAC has (RFC 7518, section 3.2).
    public static let secretBytesMin = 32

    public let identifier: String
    let secret: [UInt8]

    /// Judged when it is put into a `KeyRing`.
    public init(identifier: String, secret: [UInt8]) {
        self.identifier = identifier
        self.secret = secret
    }

    /// The same characters as a lane's name.
    static func allows(identifier: String) -> Bool {
        (1...identifierBytesMax).contains(identifier.utf8.count) && identifier.utf8.allSatisfy(LaneName.allows)
    }
}

extension TokenKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "key \(identifier)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["identifier": identifier]) }
}
