import Admission
import Stores
import TestSupport
import Testing

/// What a tick reads in a line that was brought into PostgreSQL a moment ago, of which the planner knows nothing yet.
///
/// Entries of indexes and rows are counted and not time: by a plan that looks for each of those admitted along everybody who waits,
/// they are millions.
@Suite struct PostgresPlanTests {
    private static let waiting: UInt64 = 12_000
    private static let admitted: Int64 = 250

    @Test func aTickReadsAFewOfManyThatWereJustBroughtBack() throws {
        var settings = PostgresServer.Settings()
        settings.configuration = ["autovacuum = off"]
        let server = try PostgresServer(settings)
        let database = try PostgresTenant.database(on: server)
        try bringBack(PostgresUnderTest(server.url(database)))
        let before = try entriesRead(server, database)
        try tick(PostgresUnderTest(server.url(database)))
        let read = try entriesRead(server, database) - before
        #expect(read > Self.admitted, "whom it admits it has read")
        #expect(read < 10 * Int64(Self.waiting), "one tick that admits \(Self.admitted) of \(Self.waiting)")
    }

    private func room(_ store: PostgresUnderTest) -> ScriptedRoom {
        let room = ScriptedRoom(store, name: "event")
        room.rules = RoomRules(rate: .perSecond(Self.admitted), burst: Self.admitted, slotsMax: 1_000_000)
        room.rules.state = .queue
        return room
    }

    private func bringBack(_ store: PostgresUnderTest) throws {
        let room = room(store)
        try room.tick()
        for first in stride(from: 1, through: Self.waiting, by: StoreCall.itemsMax) {
            let last = min(first + UInt64(StoreCall.itemsMax) - 1, Self.waiting)
            var part = Recollection(
                epoch: 2, lineage: 8, watermarks: Watermarks(), nodes: ["a"], isComplete: last == Self.waiting)
            part.waiting = (first...last).map {
                .init(id: ticket($0), lane: 0, place: Place(epoch: 1, number: $0), seenAgo: 0)
            }
            try room.restore(part)
        }
        #expect(try room.tick().waiting == Int(Self.waiting))
    }

    private func tick(_ store: PostgresUnderTest) throws {
        let room = room(store)
        room.wait(seconds: 1)
        #expect(try room.tick().totals.admitted == Self.admitted)
    }

    /// What connections have read that are closed by now: they tell as they end.
    private func entriesRead(_ server: PostgresServer, _ database: String) throws -> Int64 {
        try eventually("all connections are closed") {
            try server.execute("select count(*) from pg_stat_activity where datname = '\(database)'") == "0"
        }
        let entries = "select coalesce(sum(idx_tup_read), 0) from pg_stat_user_indexes"
        let rows = "select coalesce(sum(seq_tup_read), 0) from pg_stat_user_tables"
        return try #require(Int64(try server.execute("select (\(entries)) + (\(rows))", in: database)))
    }
}
