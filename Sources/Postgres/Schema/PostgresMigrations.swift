import Loop

/// Brings a database's schema to where the program needs it: each migration once, in order, in a transaction of its own.
///
/// A lock of the session keeps others out meanwhile: of two programs that start at once, the second finds everything done.
public final class PostgresMigrations {
    public typealias Outcome = Result<[Int32], PostgresMigrationFault>

    /// Of the locks that programs agree upon by number; this one is "schema", in bytes.
    private static let lock: Int64 = 0x73_6368_656d_61

    private let migrations: [PostgresMigration]
    private let schema: String?
    private let connection: PostgresConnection
    private let deadline: UInt64
    private var then: ((Outcome) -> Void)?
    private var applied: [Int32] = []

    /// Calls `then` once, with the numbers that were applied just now. `deadline`: for all of it, the wait for another
    /// program included. `schema`: is made if it is not there, and everything is found and made in it, the list of what is
    /// applied included; without it, where the user's `search_path` says.
    public static func run(
        _ migrations: [PostgresMigration], _ settings: PostgresSettings, schema: String? = nil,
        limits: PostgresLimits = PostgresLimits(), on loop: EventLoop, deadline: UInt64, then: @escaping (Outcome) -> Void
    ) {
        PostgresMigrations(migrations, settings, schema, limits, loop, deadline, then).begin()
    }

    private init(
        _ migrations: [PostgresMigration], _ settings: PostgresSettings, _ schema: String?, _ limits: PostgresLimits,
        _ loop: EventLoop, _ deadline: UInt64, _ then: @escaping (Outcome) -> Void
    ) {
        self.migrations = migrations
        self.schema = schema
        self.deadline = deadline
        self.then = then
        connection = PostgresConnection(settings, limits: limits, on: loop)
    }

    private static let take = PostgresStatement.once("SELECT pg_advisory_lock($1)")
    private static let list = PostgresStatement.once("SELECT number, checksum FROM schema_migration ORDER BY number")
    private static let note = PostgresStatement.once(
        "INSERT INTO schema_migration (number, name, checksum) VALUES ($1, $2, $3)")
    private static let table = """
        CREATE TABLE IF NOT EXISTS schema_migration (
            number int4 PRIMARY KEY,
            name text NOT NULL,
            checksum int8 NOT NULL,
            applied_at timestamptz NOT NULL DEFAULT now()
        )
        """

    private func begin() {
        connection.open()
        query(Self.take, [Self.lock], failing: { .database($0) }) { _ in
            self.enterSchema {
                self.query(.once(Self.table), failing: { .database($0) }) { _ in
                    self.query(Self.list, failing: { .database($0) }) { self.compare($0) }
                }
            }
        }
    }

    private func enterSchema(_ then: @escaping () -> Void) {
        guard let schema else { return then() }
        let name = Self.quoted(schema)
        query(.once("CREATE SCHEMA IF NOT EXISTS \(name)"), failing: { .database($0) }) { _ in
            self.query(.once("SET search_path TO \(name)"), failing: { .database($0) }) { _ in then() }
        }
    }

    /// A name as SQL takes it, whatever it is.
    public static func quoted(_ name: String) -> String {
        "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    private func compare(_ rows: PostgresRows) {
        do throws(PostgresFault) {
            var found: [(number: Int32, checksum: Int64)] = []
            for row in rows { found.append(try row.values(Int32.self, Int64.self)) }
            switch Self.plan(migrations, found: found) {
            case .success(let due): apply(due[...])
            case .failure(let fault): finish(.failure(fault))
            }
        } catch {
            finish(.failure(.database(error)))
        }
    }

    /// Which have to be applied. Pure.
    static func plan(
        _ migrations: [PostgresMigration], found: [(number: Int32, checksum: Int64)]
    ) -> Result<[PostgresMigration], PostgresMigrationFault> {
        var last: Int32 = 0
        for migration in migrations {
            guard migration.number > last else { return .failure(.notOrdered(migration.number)) }
            last = migration.number
        }
        let latest = found.map(\.number).max() ?? 0
        if latest > last { return .failure(.databaseIsNewer(found: latest, known: last)) }
        var due: [PostgresMigration] = []
        for migration in migrations {
            if let applied = found.first(where: { $0.number == migration.number }) {
                guard applied.checksum == migration.checksum else {
                    return .failure(.changed(migration.number, migration.name))
                }
            } else if migration.number < latest {
                return .failure(.missedOut(migration.number, migration.name))
            } else {
                due.append(migration)
            }
        }
        return .success(due)
    }

    // MARK: Applying

    private func apply(_ due: ArraySlice<PostgresMigration>) {
        guard let migration = due.first else { return finish(.success(applied)) }
        let failing = { (fault: PostgresFault) in
            PostgresMigrationFault.failed(migration.number, migration.name, fault)
        }
        query(.once("BEGIN"), failing: failing) { _ in
            self.connection.script(migration.sql, deadline: self.deadline) { outcome in
                if case .failure(let fault) = outcome { return self.finish(.failure(failing(fault))) }
                guard self.connection.wire?.isInTransaction == true else {
                    return self.finish(.failure(.endsTransaction(migration.number, migration.name)))
                }
                let values: [any PostgresValue] = [migration.number, migration.name, migration.checksum]
                self.query(Self.note, values, failing: failing) { _ in
                    self.query(.once("COMMIT"), failing: failing) { _ in
                        self.applied.append(migration.number)
                        self.apply(due.dropFirst())
                    }
                }
            }
        }
    }

    private func query(
        _ statement: PostgresStatement, _ parameters: [any PostgresValue] = [],
        failing: @escaping (PostgresFault) -> PostgresMigrationFault, then: @escaping (PostgresRows) -> Void
    ) {
        connection.query(statement, parameters, deadline: deadline) { outcome in
            switch outcome {
            case .success(let rows): then(rows)
            case .failure(let fault): self.finish(.failure(failing(fault)))
            }
        }
    }

    /// The end of the session undoes what is not committed, and gives the lock back.
    private func finish(_ outcome: Outcome) {
        guard let then else { return }
        self.then = nil
        connection.close()
        then(outcome)
    }
}
