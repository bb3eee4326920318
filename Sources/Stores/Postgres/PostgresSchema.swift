import Loop
import Postgres

/// What the database has to hold: tables and functions, made and brought up to date by themselves.
///
/// Each migration is a file below `SQL`. One that has been released is never changed: another body for a function is a new
/// file with `create or replace function`, and `surface` again for what is called from outside.
public enum PostgresSchema {
    public static let nameDefault = "waitingroom"

    public static let migrations: [PostgresMigration] = [
        migration(1, "tables", PackageResources.tables_sql),
        migration(2, "line", PackageResources.line_sql),
        migration(3, "enter", PackageResources.enter_sql),
        migration(4, "sessions", PackageResources.sessions_sql),
        migration(5, "admit", PackageResources.admit_sql),
        migration(6, "restore", PackageResources.restore_sql),
        migration(7, "roster", PackageResources.roster_sql),
        migration(8, "surface", PackageResources.surface_sql),
    ]

    private static func migration(_ number: Int32, _ name: String, _ text: [UInt8]) -> PostgresMigration {
        PostgresMigration(number, name, String(decoding: text, as: UTF8.self))
    }

    /// Makes what is missing. Two processes at once are fine: one waits for the other. `deadline`: for all of it.
    public static func prepare(
        _ settings: PostgresSettings, schema: String = nameDefault, on loop: EventLoop, deadline: UInt64,
        then: @escaping (PostgresMigrations.Outcome) -> Void
    ) {
        PostgresMigrations.run(migrations, settings, schema: schema, on: loop, deadline: deadline, then: then)
    }
}
