import Admission
import Stores
import TestSupport
import Testing

final class PostgresUnderTest: StoreUnderTest {
    var now: Microseconds = 0
    private let tenant: PostgresTenant

    init(_ url: String) throws { tenant = try PostgresTenant(url) }

    func perform(_ call: StoreCall) throws -> StoreAnswer {
        tenant.now = now
        return try tenant.perform(call)
    }
}

@Suite struct PostgresStoreTests {
    @Test(arguments: Conformance.scenarios) func holds(_ scenario: Scenario) throws {
        try scenario.run(on: PostgresUnderTest(PostgresTenant.shared()))
    }

    /// And what is counted in the room's row is what stands in the tables, in every schema that the calls may have left.
    @Test(arguments: Conformance.seeds) func answersAsTheLineDoes(_ seed: UInt64) throws {
        let server = try PostgresServer.shared()
        let database = try PostgresTenant.database(on: server)
        try Differential(seed: seed).run(on: PostgresUnderTest(server.url(database)), steps: 3_000)
        #expect(try server.execute(PostgresTally.disagreements, in: database) == "", "seed \(seed)")
    }

    @Test(arguments: Conformance.seeds, [RoomMethod.fifo, .random])
    func answersAsTheLineDoesWhenItIsLong(_ seed: UInt64, _ method: RoomMethod) throws {
        let server = try PostgresServer.shared()
        let database = try PostgresTenant.database(on: server)
        try LargeLine(seed: seed).run(on: PostgresUnderTest(server.url(database)), method: method)
        #expect(try server.execute(PostgresTally.disagreements, in: database) == "", "seed \(seed)")
    }

    @Test func severalNodesDoTogetherNoMoreThanOneMay() throws {
        let url = try PostgresTenant.shared()
        try Race((0..<3).map { _ in try PostgresTenant(url, hasClock: false) }).run()
    }

    @Test func whatALineLeavesBehindIsSweptUp() throws {
        let server = try PostgresServer.shared()
        let database = try PostgresTenant.database(on: server)
        let room = ScriptedRoom(try PostgresUnderTest(server.url(database)), name: "event")
        try room.begin { $0.state = .queue }
        try room.enter(1...2500)
        let loss = Recollection(epoch: 2, lineage: 8, watermarks: Watermarks(), nodes: [], isComplete: true)
        try room.restore(loss)
        let left = "select count(*) from waitingroom.queue_waiting"
        #expect(try server.execute(left, in: database) == "2500", "a beginning does not wait for it")
        for _ in 0..<5 { try room.tick() }
        #expect(try server.execute(left, in: database) == "0")
        #expect(try server.execute("select count(*) from waitingroom.queue_litter", in: database) == "0")
    }
}

enum PostgresTally {
    /// Rooms whose row does not say what the tables hold.
    static let disagreements = """
        set search_path to waitingroom;
        with held as (
            select room, line, waiting, offered, sessions, revoked, ended, stale, stale_until, seen_after, due_after,
                (select coalesce(sum(one), 0) from unnest(lane_waiting) as one) as in_lanes,
                (select count(*) from queue_waiting where queue_waiting.line = queue_room.line) as waiting_rows,
                (select count(*) from queue_seen where queue_seen.line = queue_room.line) as seen_rows,
                (select coalesce(sum(queue_run.waiting), 0) from queue_run where queue_run.line = queue_room.line) as in_runs,
                (select count(*) from queue_offered where queue_offered.line = queue_room.line) as offered_rows,
                (select count(*) from queue_session where queue_session.line = queue_room.line) as session_rows,
                (select count(*) from queue_revoked where queue_revoked.line = queue_room.line) as revoked_rows,
                (select count(*) from queue_ended where queue_ended.line = queue_room.line) as ended_rows,
                (select count(*) from queue_seen where queue_seen.line = queue_room.line and seen <= stale_until) as stale_rows,
                (select count(*) from queue_seen where queue_seen.line = queue_room.line and seen <= seen_after) as unseen,
                (select count(*) from (
                    select line, until from queue_offered union all select line, until from queue_session
                    union all select line, until from queue_spent union all select line, until from queue_revoked
                    union all select line, until from queue_ended
                ) as due where due.line = queue_room.line and until <= due_after) as overdue
            from queue_room
        )
        select * from held where (waiting, waiting, waiting, waiting) <> (in_lanes, waiting_rows, seen_rows, in_runs)
            or (offered, sessions, revoked, ended, stale)
                <> (offered_rows, session_rows, revoked_rows, ended_rows, stale_rows)
            or unseen > 0 or overdue > 0;
        """
}
