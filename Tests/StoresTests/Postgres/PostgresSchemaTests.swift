import Admission
import Postgres
import Stores
import TestSupport
import Testing

@Suite struct PostgresSchemaTests {
    private static let numbers = PostgresSchema.migrations.map(\.number)

    @Test func itIsMadeOnce() throws {
        let server = try PostgresServer.shared()
        let url = server.url(try server.makeDatabase())
        #expect(try PostgresTenant.prepare(url) == .success(Self.numbers))
        #expect(try PostgresTenant.prepare(url) == .success([]))
    }

    @Test func twoAtOnceMakeItOnce() throws {
        let server = try PostgresServer.shared()
        let url = server.url(try server.makeDatabase())
        let told = [0, 1].map { _ in Answer<PostgresMigrations.Outcome>() }
        let settings = try PostgresSettings(url: url)
        let tenants = try told.map { answer in
            let tenant = try PostgresTenant(url)
            tenant.handle.submit { loop in
                PostgresSchema.prepare(settings, on: loop, deadline: loop.now + PostgresTenant.callTimeMax) {
                    answer.give($0)
                }
            }
            return tenant
        }
        let applied = try told.map { try $0.wait().get() }
        #expect(Set(applied) == [Self.numbers, []])
        #expect(try tenants[0].perform(Self.tick).epoch == 1)
    }

    private static let tick = StoreCall(
        room: "event", rules: RoomRules(rate: .perSecond(1), slotsMax: 1), node: "a",
        operation: .admit(Tick(lineage: 5, seed: [])))

    @Test func schemasOfOneDatabaseDoNotMeet() throws {
        let server = try PostgresServer.shared()
        let database = try server.makeDatabase()
        let names = ["one", "An \"other\" one"]
        let tenants = try names.map { name in
            #expect(try PostgresTenant.prepare(server.url(database), schema: name) == .success(Self.numbers))
            return try PostgresTenant(server.url(database), schema: name)
        }
        #expect(try tenants[0].perform(Self.tick).epoch == 1)
        let beat = StoreCall(
            room: "event", rules: RoomRules(rate: .perSecond(1), slotsMax: 1), node: "a", operation: .beat([]))
        #expect(try tenants[1].perform(beat).outcome == .lost)
        #expect(try server.execute("select count(*) from one.queue_room", in: database) == "1")
        #expect(try server.execute("select count(*) from pg_tables where schemaname = 'public'", in: database) == "0")
    }

    @Test func whoOnlyUsesItNeedsNoMoreThanTheRunbookSays() throws {
        let server = try PostgresServer.shared()
        let database = try PostgresTenant.database(on: server)
        let user = "guest_of_\(database)"
        try server.execute(
            """
            create role \(user) login;
            grant usage on schema waitingroom to \(user);
            grant select, insert, update, delete on all tables in schema waitingroom to \(user);
            grant usage on all sequences in schema waitingroom to \(user);
            """, in: database)
        let tenant = try PostgresTenant(server.url(database, user: user))
        #expect(try tenant.perform(Self.tick).epoch == 1)
    }
}
