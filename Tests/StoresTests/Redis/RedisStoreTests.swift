import Admission
import Stores
import Testing
import TestSupport

@Suite struct RedisStoreTests {
    @Test(arguments: Conformance.scenarios) func holds(_ scenario: Scenario) throws {
        try scenario.run(on: RedisUnderTest())
    }

    @Test(arguments: Conformance.seeds) func answersAsTheLineDoes(_ seed: UInt64) throws {
        try Differential(seed: seed).run(on: RedisUnderTest(), steps: 5_000)
    }

    @Test(arguments: Conformance.seeds, [RoomMethod.fifo, .random])
    func answersAsALargeLineDoes(_ seed: UInt64, _ method: RoomMethod) throws {
        try LargeLine(seed: seed).run(on: RedisUnderTest(), method: method)
    }

    /// Several rooms, so that several nodes of the cluster have one.
    @Test func answersAsTheLineDoesInACluster() throws {
        let cluster = try RedisCluster()
        let store = try RedisUnderTest(cluster)
        for seed in Conformance.seeds { try Differential(seed: seed).run(on: store, steps: 300) }
        #expect(try cluster.nodes.contains { try $0.ask("DBSIZE") != ["0"] })
    }

    @Test func answersAsTheLineDoesThroughSentinel() throws {
        let site = try RedisReplication()
        let store = try RedisUnderTest(site)
        for seed in Conformance.seeds { try Differential(seed: seed).run(on: store, steps: 300) }
        #expect(try site.servers[0].ask("DBSIZE") != ["0"])
    }

    /// A room's keys are on two nodes while its slot is moved: calls wait until they are together again.
    @Test func aRoomGoesToAnotherNodeWithItsSlot() throws {
        let cluster = try RedisCluster()
        let store = try RedisUnderTest(cluster)
        let room = ScriptedRoom(store, name: RoomName.next())
        try room.begin { $0.state = .queue }
        try room.enter(1, 2)
        let slot = try #require(UInt16(cluster.nodes[0].ask("CLUSTER", "KEYSLOT", "wr:meter:{\(room.name)}")[0]))
        let (old, new) = (cluster.owner(of: slot), (cluster.owner(of: slot) + 1) % cluster.nodes.count)
        let keys = try cluster.nodes[old].ask("CLUSTER", "GETKEYSINSLOT", "\(slot)", "100")
        try cluster.beginMove(of: slot, from: old, to: new)
        try cluster.move(Array(keys.prefix(2)), from: old, to: new)
        let call = StoreCall(
            room: room.name, rules: room.rules, node: "a", epoch: room.epoch, lineage: room.lineage,
            operation: .enter([.newcomer(ticket(3), lane: 0)]))
        let answer = try store.begin(call)
        try cluster.move(Array(keys.dropFirst(2)), from: old, to: new)
        try cluster.endMove(of: slot, to: new)
        #expect(try answer.wait().get().outcome == .entered([.waiting(place(3))]))
        #expect(try room.beat(1, 2, 3) == [true, true, true])
        #expect(try cluster.nodes[old].ask("DBSIZE") == ["0"])
    }
}
