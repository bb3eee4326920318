/// One step of a schema, applied once and never changed afterwards.
public struct PostgresMigration: Equatable, Sendable {
    /// From 1, growing.
    public let number: Int32
    public let name: String
    /// Statements with semicolons between them, none of which begins or ends a transaction.
    public let sql: String

    public init(_ number: Int32, _ name: String, _ sql: String) {
        self.number = number
        self.name = name
        self.sql = sql
    }

    /// Tells whether the text has been changed since (FNV-1a; nobody has a reason to forge it).
    var checksum: Int64 {
        Int64(bitPattern: sql.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 })
    }
}

/// Why the schema is not what the program needs.
public enum PostgresMigrationFault: Error, Equatable, Sendable {
    /// A mistake in the program: numbers have to grow from 1 on.
    case notOrdered(Int32)
    /// A later version of the program has been here; this one would not know its tables.
    case databaseIsNewer(found: Int32, known: Int32)
    /// What is applied under this number is not what the program has.
    case changed(Int32, String)
    /// The database has later ones already, and this one not.
    case missedOut(Int32, String)
    /// Nothing of it is left behind; the ones before it are applied.
    case failed(Int32, String, PostgresFault)
    /// It ends the transaction that it shall be undone with. What it did before and after may be half done.
    case endsTransaction(Int32, String)
    /// Before any was begun.
    case database(PostgresFault)
}

extension PostgresMigrationFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notOrdered(let number): "migration \(number) stands where a greater number, and one above 0, is due"
        case .databaseIsNewer(let found, let known):
            "the database has migration \(found), this program knows \(known) at most: run the newer program"
        case .changed(let number, let name):
            "migration \(number) (\(name)) has been changed since it was applied: undo the change and add a migration"
        case .missedOut(let number, let name):
            "migration \(number) (\(name)) is missing, though later ones are applied: give it a number after these"
        case .failed(let number, let name, let fault): "migration \(number) (\(name)) failed: \(fault)"
        case .endsTransaction(let number, let name):
            "migration \(number) (\(name)) ends its transaction: take COMMIT and ROLLBACK out of it"
        case .database(let fault): "the schema cannot be checked: \(fault)"
        }
    }
}
