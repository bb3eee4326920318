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
}
