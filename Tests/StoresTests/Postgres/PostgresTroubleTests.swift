import Admission
import Postgres
import Stores
import TestSupport
import Testing

/// What becomes of a line whose server ends, hangs, gives way or is somebody else's.
@Suite struct PostgresTroubleTests {
    private static let rules = RoomRules(rate: .perSecond(1), burst: 1, slotsMax: 5)

    private static func call(_ operation: StoreCall.Operation) -> StoreCall {
        StoreCall(room: "event", rules: rules, node: "a", operation: operation)
    }

    private func begin(_ tenant: PostgresTenant) throws {
        tenant.now = 1_790_000_000_000_000
        _ = try tenant.perform(Self.call(.admit(Tick(lineage: 5, seed: []))))
        _ = try tenant.perform(Self.call(.enter((1...8).map { .newcomer(ticket($0), lane: 0) })))
    }

    private func pages(_ tenant: PostgresTenant) throws -> [StoreAnswer] {
        try (0..<4).map { try tenant.perform(Self.call(.read(PageCursor(section: $0)))) }
    }

    @Test(arguments: [false, true]) func aRestartLosesNothing(isKilled: Bool) throws {
        var settings = PostgresServer.Settings()
        settings.isDurable = true
        let server = try PostgresServer(settings)
        let tenant = try PostgresTenant(server.url(PostgresTenant.database(on: server)))
        try begin(tenant)
        let before = try pages(tenant)
        if isKilled { try server.killHard() } else { try server.stop() }
        guard case .failure(let fault) = try tenant.outcome(of: Self.call(.beat([ticket(2)]))) else {
            throw Surprise(what: "a server that is gone has answered")
        }
        switch fault {
        case .notDone, .unknown: break
        case .open, .overloaded, .moving, .nonsense, .unusable: Issue.record("\(fault)")
        }
        try server.start()
        // It connects again by itself; until then calls are refused.
        var answer: StoreAnswer?
        for _ in 0..<100_000 {
            answer = try? tenant.outcome(of: Self.call(.beat([ticket(2)]))).get()
            if answer != nil { break }
        }
        #expect(answer?.outcome == .beaten([true]))
        #expect(try pages(tenant) == before)
        guard case .page(let page) = before[0].outcome else { throw Surprise(what: "no page") }
        #expect(page.waiting.count == 7)
    }

    @Test func whetherAServerThatHangsHasDoneItIsUnknown() throws {
        let server = try PostgresServer()
        let url = server.url(try PostgresTenant.database(on: server))
        let tenant = try PostgresTenant(url, callTimeMax: 1_000_000_000)
        // Once more, should the machine be so slow that the first call is late.
        for _ in 0..<100 where (try? begin(tenant)) == nil {}
        try server.suspend()
        defer { server.resume() }
        guard case .failure(.unknown) = try tenant.outcome(of: Self.call(.beat([ticket(2)]))) else {
            throw Surprise(what: "nobody could know what became of it")
        }
    }

    @Test func whatTheServerUndoesForOthersIsAskedAgain() throws {
        let (tenant, server, database) = try troubled()
        try server.execute(
            """
            create sequence public.attempts;
            create function public.give_way() returns trigger language plpgsql as $$
            begin
                if nextval('public.attempts') <= tg_argv[0]::int then
                    raise exception 'give way' using errcode = '40001';
                end if;
                return new;
            end $$;
            create trigger give_way before update on waitingroom.queue_room
                for each row execute function public.give_way(3);
            """, in: database)
        #expect(try tenant.perform(Self.call(.control([.burst(3)]))).outcome == .done)
        #expect(try server.execute("select last_value from public.attempts", in: database) == "4")
        try server.execute(
            """
            drop trigger give_way on waitingroom.queue_room;
            select setval('public.attempts', 1, false);
            create trigger give_way before update on waitingroom.queue_room
                for each row execute function public.give_way(100);
            """, in: database)
        guard case .failure(.notDone(let why)) = try tenant.outcome(of: Self.call(.control([.burst(4)]))) else {
            throw Surprise(what: "it was done")
        }
        #expect(why.contains("give way"))
        let attempts = try server.execute("select last_value from public.attempts", in: database)
        #expect(attempts == "4", "a bounded number of times")
    }

    @Test func anotherIsolationIsRefusedWithTheReason() throws {
        let server = try PostgresServer.shared()
        let database = try PostgresTenant.database(on: server)
        try server.execute("alter database \(database) set default_transaction_isolation = 'serializable'")
        let tenant = try PostgresTenant(server.url(database))
        let tick = Self.call(.admit(Tick(lineage: 5, seed: [])))
        guard case .failure(.notDone(let why)) = try tenant.outcome(of: tick) else {
            throw Surprise(what: "it was done")
        }
        #expect(why.contains("read committed"))
    }

    @Test func aDatabaseWithoutTheSchemaIsRefusedWithTheReason() throws {
        let server = try PostgresServer.shared()
        let tenant = try PostgresTenant(server.url(try server.makeDatabase()))
        guard case .failure(.notDone(let why)) = try tenant.outcome(of: Self.call(.beat([ticket(1)]))) else {
            throw Surprise(what: "it was done")
        }
        #expect(why.contains("waitingroom"))
    }

    @Test(arguments: [
        "select 1::int8 as epoch, 1::int8 as lineage",
        "select 1::int8 as epoch, 1::int8 as lineage, null::bool as is_lost, '{t}'::bool[] as are_waiting",
        "select -1::int8 as epoch, 1::int8 as lineage, false as is_lost, '{t}'::bool[] as are_waiting",
        "select 1::int8 as epoch, 1::int8 as lineage, false as is_lost, '{t,f}'::bool[] as are_waiting",
        "select 1::int8 as epoch, 1::int8 as lineage, false as is_lost, '{t,null}'::bool[] as are_waiting",
        "select 1::int8 as epoch, 1::int8 as lineage, false as is_lost, '{{t}}'::bool[] as are_waiting",
        "select 1::int8 as epoch, 1::int8 as lineage, false as is_lost, 'yes'::text as are_waiting",
        "select 1::int4 as epoch, 1::int8 as lineage, false as is_lost, '{t}'::bool[] as are_waiting",
        "select 1::int8 as epoch, 1::int8 as lineage, false as is_lost, '{t}'::bool[] as are_waiting where false",
        "select 1::int8 as epoch, 1::int8 as lineage, false as is_lost, '{t}'::bool[] as are_waiting from (values (1), (2)) as t",
    ])
    func whatNoStoreAnswersIsNonsense(_ query: String) throws {
        let (tenant, server, database) = try troubled()
        try server.execute(
            """
            drop function waitingroom.queue_beat;
            create view public.answer as \(query);
            create function waitingroom.queue_beat(text, waitingroom.queue_rules, int8, int8, int8, uuid[])
                returns setof public.answer language sql as 'select * from public.answer';
            """, in: database)
        guard case .failure(.nonsense) = try tenant.outcome(of: Self.call(.beat([ticket(1)]))) else {
            throw Surprise(what: "it was understood")
        }
    }

    private func troubled() throws -> (PostgresTenant, PostgresServer, database: String) {
        let server = try PostgresServer.shared()
        let database = try PostgresTenant.database(on: server)
        let tenant = try PostgresTenant(server.url(database))
        try begin(tenant)
        return (tenant, server, database)
    }
}
