import Loop
import Postgres
import TestSupport
import Testing

/// Migrations against a real database.
@Suite struct MigrationTests {
    private static let first = PostgresMigration(
        1, "seats",
        """
        CREATE TABLE seat (id int8 PRIMARY KEY);
        CREATE FUNCTION free_seats() RETURNS int8 LANGUAGE plpgsql AS $$
        BEGIN RETURN (SELECT count(*) FROM seat); END $$;
        INSERT INTO seat VALUES (1), (2);
        """)
    private static let second = PostgresMigration(2, "o'clock", "ALTER TABLE seat ADD until timestamptz")

    typealias Outcome = PostgresMigrations.Outcome

    private func migrate(
        _ client: Client, _ url: String, _ list: [PostgresMigration]
    ) throws -> Outcome {
        let settings = try PostgresSettings(url: url)
        return try client.wait { loop, _, give in
            PostgresMigrations.run(list, settings, on: loop, deadline: loop.now + 1_000_000_000_000) { give($0) }
        }
    }

    @Test func eachIsAppliedOnce() throws {
        let server = try PostgresServer.shared()
        let database = try server.makeDatabase()
        let (client, url) = (try Client(), server.url(database))
        #expect(try migrate(client, url, [Self.first]) == .success([1]))
        #expect(try migrate(client, url, [Self.first]) == .success([]))
        #expect(try migrate(client, url, [Self.first, Self.second]) == .success([2]))
        #expect(try server.execute("select free_seats()", in: database) == "2")
        let notes = "select number, name, applied_at <= now() from schema_migration order by number"
        #expect(try server.execute(notes, in: database) == "1|seats|t\n2|o'clock|t")
        #expect(try migrate(client, url, [Self.first]) == .failure(.databaseIsNewer(found: 2, known: 1)))
        let changed = PostgresMigration(2, "o'clock", "SELECT 1")
        #expect(try migrate(client, url, [Self.first, changed]) == .failure(.changed(2, "o'clock")))
    }

    @Test func aFailureNamesItselfAndLeavesNothing() throws {
        let server = try PostgresServer.shared()
        let database = try server.makeDatabase()
        let (client, url) = (try Client(), server.url(database))
        let wrong = PostgresMigration(2, "wrong", "CREATE TABLE half (a int); INSERT INTO half VALUES (1); SELECT 1 / 0")
        guard case .failure(.failed(2, "wrong", let fault)) = try migrate(client, url, [Self.first, wrong]) else {
            throw Unexpected("it did not fail")
        }
        #expect(fault.serverError?.code == PostgresCode(rawValue: "22012"))
        #expect(try server.execute("select to_regclass('half') is null, free_seats()", in: database) == "t|2")
        #expect(try migrate(client, url, [Self.first, Self.second]) == .success([2]))
    }

    @Test func aSchemaOfItsOwnIsMadeAndHoldsEverything() throws {
        let server = try PostgresServer.shared()
        let database = try server.makeDatabase()
        let (client, settings) = (try Client(), try PostgresSettings(url: server.url(database)))
        for schema in ["venue", "A \"venue\""] {
            let outcome: Outcome = try client.wait { loop, _, give in
                PostgresMigrations.run(
                    [Self.first], settings, schema: schema, on: loop, deadline: loop.now + 1_000_000_000_000
                ) { give($0) }
            }
            #expect(outcome == .success([1]))
        }
        let tables =
            "select schemaname, count(*) from pg_tables where schemaname !~ '^(pg_|information)' group by 1 order by 1"
        #expect(try server.execute(tables, in: database) == "A \"venue\"|2\nvenue|2")
    }

    @Test func oneThatEndsItsTransactionIsRefused() throws {
        let server = try PostgresServer.shared()
        let (client, url) = (try Client(), server.url(try server.makeDatabase()))
        let wrong = PostgresMigration(1, "wrong", "CREATE TABLE half (a int); COMMIT")
        #expect(try migrate(client, url, [wrong]) == .failure(.endsTransaction(1, "wrong")))
    }

    @Test func programsThatStartAtOnceDoNotMeet() throws {
        let server = try PostgresServer.shared()
        let database = try server.makeDatabase()
        let settings = try PostgresSettings(url: server.url(database))
        let slow = PostgresMigration(1, "slow", "CREATE TABLE once (a int); SELECT pg_sleep(0.2)")
        let list = [slow] + (2...9).map { PostgresMigration($0, "t\($0)", "CREATE TABLE t\($0) (a int)") }
        let client = try Client()
        let told: [String] = try client.wait { loop, _, give in
            let told = Told(expected: 5, give)
            for _ in 0..<5 {
                PostgresMigrations.run(list, settings, on: loop, deadline: loop.now + 1_000_000_000_000) { outcome in
                    told.add((try? outcome.get()).map { "\($0.count)" } ?? "\(outcome)")
                }
            }
        }
        #expect(told.sorted() == ["0", "0", "0", "0", "9"])
        #expect(try server.execute("select count(*) from schema_migration", in: database) == "9")
    }

    @Test func aDatabaseOutOfReachIsSaid() throws {
        let origin = try TestOrigin(.refusing)
        let url = "postgres://u@127.0.0.1:\(origin.endpoint.port)/d"
        guard case .failure(.database(.notSent(.cannotConnect(let fault)))) = try migrate(Client(), url, [Self.first]) else {
            throw Unexpected("it did not fail")
        }
        #expect(fault.kind == .unreachable)
    }
}
