import Synchronization

/// A statement's SQL. Each connection prepares it when it first executes it, and executes it by name from then on, so that
/// it is kept as a constant and not made anew for every call. What differs from call to call is a parameter: `$1`, `$2` ….
///
/// A parameter's type goes by the Swift value's. The same statement with other types is prepared a second time.
public struct PostgresStatement: Sendable {
    public let sql: String
    /// Nil: sent with its text each time.
    let number: UInt64?

    private static let count = Atomic<UInt64>(0)

    public init(_ sql: String) {
        self.sql = sql
        number = Self.count.wrappingAdd(1, ordering: .relaxed).newValue
    }

    private init(unprepared sql: String) {
        self.sql = sql
        number = nil
    }

    /// For what runs once, such as the definition of a table.
    public static func once(_ sql: String) -> PostgresStatement { PostgresStatement(unprepared: sql) }
}

/// A statement and its parameters, as one step of a segment.
public struct PostgresStep: Sendable {
    let statement: PostgresStatement
    let parameters: PostgresParameters

    public init(_ statement: PostgresStatement, _ parameters: [any PostgresValue] = []) {
        self.statement = statement
        self.parameters = PostgresParameters(parameters)
    }

    var byteCount: Int { statement.sql.utf8.count + parameters.bytes.count + parameters.count * 16 }
}
