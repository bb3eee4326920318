/// What an operator asks for cannot be taken, since too much waits for the store already. Nothing was changed.
///
/// It is the store's fault, which is not reached or slow; once it answers, it is safe and right to ask again.
public enum OutboxFull: Error, Hashable, Sendable, CustomStringConvertible {
    case revocations(countMax: Int)

    public var description: String {
        switch self {
        case .revocations(let countMax):
            "\(countMax) revocations wait for the store already; this one was not taken: ask again when the store is reached"
        }
    }
}
