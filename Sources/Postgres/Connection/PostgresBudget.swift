/// How much may be asked and not answered: of one connection, or of all connections of a pool together.
final class PostgresBudget {
    private let callsMax: Int
    private let bytesMax: Int
    private(set) var calls = 0
    private(set) var bytes = 0

    init(_ limits: PostgresLimits) {
        callsMax = limits.callsMax
        bytesMax = limits.bytesMax
    }

    /// The ceiling that is in the way, or nil when it is taken.
    func take(_ count: Int) -> PostgresCeiling? {
        if calls >= callsMax { return .calls }
        if bytes + count > bytesMax { return .bytes }
        calls += 1
        bytes += count
        return nil
    }

    func give(_ count: Int) {
        calls -= 1
        bytes -= count
    }
}
