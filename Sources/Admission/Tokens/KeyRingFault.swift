/// What is wrong with a list of keys: the operator's to mend. None of it shows a secret.
public enum KeyRingFault: Error, Hashable, Sendable, CustomStringConvertible {
    case empty
    case tooMany(count: Int)
    /// At this place, counted from one.
    case badIdentifier(String, place: Int)
    case duplicateIdentifier(String)
    case secretTooShort(identifier: String, bytes: Int)

    public var description: String {
        switch self {
        case .empty: "there is no key: tokens need at least one to be signed with"
        case .tooMany(let count):
            "there are \(count) keys, and \(KeyRing.keysMax) are the most: take out those that no token in use is signed with"
        case .badIdentifier(let identifier, let place):
            "key \(place) is called \(identifier.debugDescription): 1 to \(TokenKey.identifierBytesMax) of A-Z a-z 0-9 _ - are wanted"
        case .duplicateIdentifier(let identifier):
            "two keys are called '\(identifier)': each needs a name of its own, or nobody could tell which one signed"
        case .secretTooShort(let identifier, let bytes):
            "the secret of key '\(identifier)' has \(bytes) bytes: at least \(TokenKey.secretBytesMin) are wanted, made at random"
        }
    }
}
