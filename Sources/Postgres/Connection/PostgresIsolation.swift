/// How far transactions are kept from seeing each other.
public enum PostgresIsolation: String, Sendable {
    case readCommitted = "READ COMMITTED"
    case repeatableRead = "REPEATABLE READ"
    case serializable = "SERIALIZABLE"

    var begin: PostgresStep { Self.begins[self] ?? PostgresStep(.once("BEGIN")) }

    /// For a segment, which has no BEGIN: it must come before everything else.
    var set: PostgresStep { Self.sets[self] ?? PostgresStep(.once("SET TRANSACTION ISOLATION LEVEL \(rawValue)")) }

    private static let all: [PostgresIsolation] = [.readCommitted, .repeatableRead, .serializable]
    private static let begins = Dictionary(
        uniqueKeysWithValues: all.map { ($0, PostgresStep(PostgresStatement("BEGIN ISOLATION LEVEL \($0.rawValue)"))) })
    private static let sets = Dictionary(
        uniqueKeysWithValues: all.map {
            ($0, PostgresStep(PostgresStatement("SET TRANSACTION ISOLATION LEVEL \($0.rawValue)")))
        })
}
