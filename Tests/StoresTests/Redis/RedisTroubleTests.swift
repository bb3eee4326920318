import Admission
import Stores
import Testing
import TestSupport

/// What happens to a line whose Redis is emptied, full, gone or somebody else's.
@Suite struct RedisTroubleTests {
    let server: RedisServer
    let store: RedisUnderTest
    let room: ScriptedRoom

    init() throws {
        server = try RedisServer.start()
        store = try RedisUnderTest(server)
        room = ScriptedRoom(store, name: RoomName.next())
    }

    private func call(_ operation: StoreCall.Operation) -> StoreCall {
        StoreCall(
            room: room.name, rules: room.rules, node: room.node, epoch: room.epoch, lineage: room.lineage,
            operation: operation)
    }

    private func key(_ name: String) -> String { "wr:\(name):{\(room.name)}" }

    private func expectLost() throws {
        #expect(try store.perform(call(.beat([ticket(1)]))) == StoreAnswer(epoch: 0, lineage: 0, outcome: .lost))
        #expect(try room.answer(.admit(Tick(lineage: 1, seed: []))).outcome == .lost)
        #expect(try server.ask("DBSIZE") == ["0"], "who is told that a line is lost has written nothing")
    }

    @Test func anEmptiedServerSaysThatTheLineIsLost() throws {
        try room.begin()
        try room.enter(1, 2)
        try server.ask("FLUSHALL")
        try expectLost()
    }

    @Test func aRestartWithoutItsDataIsALoss() throws {
        try room.begin()
        try room.enter(1, 2)
        server.kill()
        try server.launch()
        try store.pass(seconds: 3)
        try expectLost()
    }

    @Test func scriptsThatRedisForgetsAreSentAgain() throws {
        try room.begin { $0.state = .queue }
        try room.enter(1)
        try server.ask("SCRIPT", "FLUSH")
        #expect(try room.enter(2) == [.waiting(place(2))])
        #expect(try room.beat(1, 2) == [true, true])
    }

    @Test func whatAnEvictedMeterLeavesBehindIsNotTakenForTheLine() throws {
        try room.begin { $0.state = .queue }
        try room.enter(1, 2, 3)
        try server.ask("DEL", key("meter"))
        #expect(try store.perform(call(.claim([ticket(1)]))).outcome == .lost)
        var recollection = Recollection(
            epoch: 2, lineage: 8, watermarks: Watermarks(epoch: 1), nodes: [room.node], isComplete: true)
        recollection.waiting = [.init(id: ticket(2), lane: 0, place: place(2), seenAgo: 0)]
        try room.restore(recollection)
        #expect(try room.beat(1, 2, 3) == [false, true, false])
        #expect(try room.tick().lanes[0].near == [ticket(2)])
    }

    @Test func aFullServerTakesNobodyInAndGoesOnWithThoseItHas() throws {
        try room.begin { $0.state = .queue }
        try room.enter(1, 2)
        try server.ask("CONFIG", "SET", "maxmemory", "1mb")
        guard case .notDone(let reason) = try store.fault(of: call(.enter([.newcomer(ticket(3), lane: 0)]))) else {
            Issue.record("it was taken in")
            return
        }
        #expect(reason.hasPrefix("OOM"))
        room.wait(seconds: 0.2)
        #expect(try room.beat(1, 2, 3) == [true, true, false])
        let snapshot = try room.tick()
        #expect(snapshot.tail == place(2) && snapshot.offered == 1)
        #expect(try room.claim(1) == [.granted(startedAt: room.now)])
        try room.release(1)
        try room.leave(2)
        try server.ask("CONFIG", "SET", "maxmemory", "0")
        #expect(try room.enter(3) == [.waiting(place(3))])
    }

    @Test func aReplicaDoesNothing() throws {
        try room.begin()
        try server.ask("REPLICAOF", "127.0.0.1", "1")
        guard case .notDone(let reason) = try store.fault(of: call(.beat([ticket(1)]))) else {
            Issue.record("a replica has done it")
            return
        }
        #expect(reason.hasPrefix("READONLY"))
    }

    @Test func nobodyKnowsWhatAFrozenServerHasDone() throws {
        try room.begin()
        server.freeze()
        let answer = try store.begin(call(.enter([.newcomer(ticket(1), lane: 0)])))
        try store.pass(seconds: 61)
        guard case .failure(.unknown) = try answer.wait() else {
            Issue.record("somebody knows")
            return
        }
        server.thaw()
        // Until it connects again.
        try store.pass(seconds: 3)
        #expect(try room.enter(1, 1) == [.admitted(startedAt: room.now), .admitted(startedAt: room.now)])
    }

    @Test func keysThatHoldWhatIsNotOursAreNonsense() throws {
        try room.begin()
        try server.ask("SET", key("seen"), "something else")
        guard case .nonsense = try store.fault(of: call(.beat([ticket(1)]))) else {
            Issue.record("it was understood")
            return
        }
    }

    /// A node of another version has begun the line, or one that knew no numbers: it is left as it is, whatever is asked.
    @Test(arguments: ["2", "4", "0", nil] as [String?]) func aLineOfAnotherSchemaIsNotTouched(_ schema: String?) throws {
        try room.begin { $0.state = .queue }
        try room.enter(1, 2)
        #expect(try server.ask("HGET", key("meter"), "schema") == ["3"])
        if let schema {
            try server.ask("HSET", key("meter"), "schema", schema)
        } else {
            try server.ask("HDEL", key("meter"), "schema")
        }
        let before = try contents()
        room.wait(seconds: 100)
        let later = Recollection(
            epoch: 9, lineage: 9, watermarks: Watermarks(epoch: 9), nodes: [], isComplete: true)
        let operations: [StoreCall.Operation] = [
            .enter([.newcomer(ticket(3), lane: 0)]), .beat([ticket(1)]), .admit(Tick(lineage: 1, seed: [])),
            .claim([ticket(1)]), .renew([SessionMark(id: ticket(4), startedAt: room.now)]), .release([ticket(1)]),
            .leave([ticket(1)]), .revoke([ticket(1)], lasting: 60_000_000), .control([.burst(3)]), .restore(later),
            .read(PageCursor()),
        ]
        for operation in operations {
            for epoch in [room.epoch, 0] {
                room.epoch = epoch
                guard case .unusable(let why) = try store.fault(of: call(operation)) else {
                    Issue.record("it was used: \(operation)")
                    return
                }
                #expect(why.hasPrefix("SCHEMA \(schema ?? "without a number") is"))
            }
        }
        #expect(try contents() == before)
    }

    private func contents() throws -> [String: [String]] {
        var contents: [String: [String]] = [:]
        for key in try server.ask("KEYS", "*") {
            let isHash = try server.ask("TYPE", key) == ["hash"]
            contents[key] = try isHash ? server.ask("HGETALL", key) : server.ask("ZRANGE", key, "0", "-1", "WITHSCORES")
        }
        return contents
    }

    @Test func moreLanesThanThereAreSlotsAreRefusedBeforeAnythingIsDone() throws {
        func setLanes(_ names: ClosedRange<Int>) {
            room.rules.lanes = names.map { LaneRule(name: "lane\($0)", share: 1) }
        }
        setLanes(1...8)
        try room.begin { $0.state = .paused }
        for lane in 0..<8 { try room.enter(UInt64(lane), lane: lane) }
        setLanes(11...18)
        #expect(try room.tick().lanes.count == 16)
        try room.enter(18, lane: 0)
        setLanes(21...28)
        guard case .notDone(let reason) = try store.fault(of: call(.beat([ticket(1)]))) else {
            Issue.record("there was a slot")
            return
        }
        #expect(reason.hasPrefix("LANES more than 16 lanes"))
        setLanes(11...18)
        #expect(try room.tick().waiting == 9)
    }

    @Test func callsThatAreNoneAreNotSent() throws {
        let tooMany = (0...500).map { ticket(UInt64($0)) }
        let rules = RoomRules(rate: .perSecond(1), slotsMax: 1)
        for call in [
            StoreCall(room: "a", rules: rules, node: "a", operation: .beat(tooMany)),
            StoreCall(room: "a}b", rules: rules, node: "a", operation: .beat([])),
            StoreCall(room: "", rules: rules, node: "a", operation: .beat([])),
        ] {
            guard case .notDone = try store.fault(of: call) else {
                Issue.record("it was sent")
                return
            }
        }
        #expect(try server.ask("DBSIZE") == ["0"])
    }

    /// What a million visitors need is a million times this.
    @Test func aWaitingVisitorTakesFewerThan300Bytes() throws {
        try room.begin { $0.state = .queue }
        let count = 20_000
        for first in stride(from: 0, to: count, by: 500) {
            _ = try room.enter((first..<first + 500).map { .newcomer(ticket(UInt64($0)), lane: 0) })
        }
        var bytes = 0
        for key in [key("seen"), key("queue") + ":a"] {
            bytes += try server.ask("MEMORY", "USAGE", key, "SAMPLES", "0").first.flatMap { Int($0) } ?? .max / 4
        }
        #expect(bytes / count < 300)
    }
}
