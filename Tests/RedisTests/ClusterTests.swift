import Redis
import Testing
import TestSupport

@Suite(.serialized) struct ClusterTests {
    func address(_ cluster: RedisCluster) -> String { "redis-cluster://127.0.0.1:\(cluster.nodes[0].port)" }

    /// Calls that other servers have refused, by the servers' own count.
    func errors(_ cluster: RedisCluster, _ code: String) throws -> Int {
        try cluster.nodes.map { node in
            let line = try node.ask("INFO", "errorstats")[0].split(separator: "\r\n").first {
                $0.hasPrefix("errorstat_\(code):")
            }
            return line?.split(separator: "=").last.flatMap { Int($0) } ?? 0
        }.reduce(0, +)
    }

    @Test func keysGoWhereTheyBelong() throws {
        let cluster = try RedisCluster()
        let client = try ClientSite(address(cluster))
        let keys = (0..<300).map { "key:\($0)" }
        for answer in try client.begin(keys.map { set($0, "value of \($0)") }) {
            #expect(try answer.wait().value?.isOK == true)
        }
        for (key, answer) in zip(keys, try client.begin(keys.map(get))) {
            #expect(try answer.wait().value?.text == "value of \(key)")
        }
        for node in cluster.nodes { #expect(try node.ask("DBSIZE") != ["0"]) }
        #expect(try errors(cluster, "MOVED") == 0)
        #expect(try client.state == .ready)
        #expect(try client.ask(RedisCommand("PING")).value == .status("PONG"))
        var both = RedisCommand("MGET", key: "key:1")
        both.add(key: "key:2")
        #expect(try client.ask(both).refusal == .crossSlot)
    }

    @Test func scriptsAndTransactionsStayInASlot() throws {
        let cluster = try RedisCluster()
        let client = try ClientSite(address(cluster))
        let script = RedisScript("redis.call('SET', KEYS[1], ARGV[1]); return redis.call('GET', KEYS[2])")
        for room in ["a", "b", "c", "d"] {
            #expect(try client.ask(set("{\(room)}two", room)).value?.isOK == true)
            var call = script.call(keys: ["{\(room)}one", "{\(room)}two"])
            call.add("x")
            #expect(try client.ask(call).value?.text == room)
            let pair = try client.transact([set("{\(room)}1", "1"), RedisCommand("INCR", key: "{\(room)}1")])
            #expect(pair.value == .array([.status("OK"), .integer(2)]))
        }
    }

    @Test func aMovedSlotIsFollowed() throws {
        let cluster = try RedisCluster()
        let client = try ClientSite(address(cluster))
        let slot = HashSlot.of("moving")
        let (old, new) = (cluster.owner(of: slot), (cluster.owner(of: slot) + 1) % 3)
        #expect(try client.ask(set("moving", "1")).value?.isOK == true)
        try cluster.beginMove(of: slot, from: old, to: new)
        try cluster.move(["moving"], from: old, to: new)
        // The key is at the new node, and the slot is still the old one's.
        #expect(try client.ask(get("moving")).value?.text == "1")
        #expect(try client.ask(RedisCommand("INCR", key: "moving")).value == .integer(2))
        #expect(try errors(cluster, "ASK") == 2 && errors(cluster, "MOVED") == 0)
        // A script that the new node does not have either.
        let script = RedisScript("return redis.call('INCR', KEYS[1])")
        #expect(try client.ask(script.call(keys: ["moving"])).value == .integer(3))
        try cluster.endMove(of: slot, to: new)
        #expect(try client.ask(RedisCommand("INCR", key: "moving")).value == .integer(4))
        try eventually("the new map is known") {
            let before = try errors(cluster, "MOVED")
            #expect(try client.ask(get("moving")).value?.text == "4")
            return try errors(cluster, "MOVED") == before
        }
        #expect(try errors(cluster, "MOVED") >= 1)
    }

    @Test func keysOnBothSidesOfAMoveAreWaitedFor() throws {
        let cluster = try RedisCluster()
        let client = try ClientSite(address(cluster))
        let slot = HashSlot.of("{m}")
        let (old, new) = (cluster.owner(of: slot), (cluster.owner(of: slot) + 1) % 3)
        for key in ["{m}1", "{m}2"] { #expect(try client.ask(set(key, key)).value?.isOK == true) }
        try cluster.beginMove(of: slot, from: old, to: new)
        try cluster.move(["{m}1"], from: old, to: new)
        var both = RedisCommand("MGET", key: "{m}1")
        both.add(key: "{m}2")
        // Within its deadline, and with what it was refused for in the end.
        #expect(try client.ask(both, within: 0.2).refusal == .tryAgain)
        let patient = try client.begin(both)
        try eventually("it was refused") { try errors(cluster, "TRYAGAIN") > 0 }
        try cluster.move(["{m}2"], from: old, to: new)
        #expect(try patient.wait().value == .array([.bytes(Array("{m}1".utf8)), .bytes(Array("{m}2".utf8))]))
    }

    @Test func aLostNodeCostsItsKeysAlone() throws {
        let cluster = try RedisCluster(["cluster-require-full-coverage no", "appendonly yes", "appendfsync always"])
        var settings = RedisSettings()
        // A node that comes back says CLUSTERDOWN for a while.
        settings.retriesMax = 100_000
        let client = try ClientSite(address(cluster), settings: settings)
        let keys = (0..<3).map { node in
            (0...).lazy.map { "key:\($0)" }.first { cluster.owner(of: HashSlot.of($0)) == node } ?? ""
        }
        for key in keys { #expect(try client.ask(set(key, key)).value?.isOK == true) }
        cluster.nodes[1].kill()
        try eventually("it says so") {
            if case .partial(let reason) = try client.state { reason.contains("\(cluster.nodes[1].port)") } else { false }
        }
        #expect(try client.ask(get(keys[0])).value?.text == keys[0])
        #expect(try client.ask(get(keys[2])).value?.text == keys[2])
        let lost = try client.ask(get(keys[1]), within: 0.3)
        #expect(lost.fault?.isRetrySafe == true)
        let waiting = try client.begin(get(keys[1]))
        try cluster.nodes[1].launch()
        let late = try waiting.wait()
        #expect(late.value?.text == keys[1], "\(late)")
        try eventually("it is whole again") { try client.state == .ready }
    }

    @Test func aReplicaThatTakesOverIsFound() throws {
        let cluster = try RedisCluster()
        var settings = RedisSettings()
        settings.retriesMax = 100_000
        let client = try ClientSite(address(cluster), settings: settings)
        let master = cluster.owner(of: HashSlot.of("a"))
        #expect(try client.ask(set("a", "1")).value?.isOK == true)
        let replica = try cluster.startReplica(of: master)
        try eventually("the replica has it") { try replica.ask("DBSIZE") == ["1"] }
        cluster.nodes[master].kill()
        let outcome = try client.ask(RedisCommand("INCR", key: "a"))
        #expect(outcome.value == .integer(2), "\(outcome)")
        #expect(try replica.ask("GET", "a") == ["2"])
        try eventually("it is whole again") { try client.state == .ready }
    }

    @Test func anyOfTheSeedsWillDo() throws {
        let cluster = try RedisCluster()
        let nobody = try TestOrigin(.refusing)
        let alone = try RedisServer.start()
        let seeds = "127.0.0.1:\(nobody.endpoint.port),127.0.0.1:\(alone.port),127.0.0.1:\(cluster.nodes[2].port)"
        let client = try ClientSite("redis-cluster://\(seeds)")
        #expect(try client.ask(set("a", "1")).value?.isOK == true)
        // Without one there is no map, and it says why.
        let lost = try ClientSite("redis-cluster://127.0.0.1:\(alone.port)")
        let outcome = try lost.ask(set("a", "1"), within: 0.2)
        #expect(outcome.isNotSent && outcome.fault?.description.contains("cluster support disabled") == true)
    }
}
