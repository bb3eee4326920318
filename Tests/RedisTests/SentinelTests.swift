import Redis
import Testing
import TestSupport

@Suite(.serialized) struct SentinelTests {
    func address(_ site: RedisReplication) -> String {
        "redis-sentinel://\(site.sentinels.map { "127.0.0.1:\($0.port)" }.joined(separator: ","))/mymaster"
    }

    /// Fails over, and waits until somebody else is the master.
    func failOver(_ site: RedisReplication, byEnding master: RedisServer) throws {
        master.kill()
        try eventually("another one is the master") { try site.masterPort() == site.servers[1].port }
    }

    @Test func itFollowsTheMaster() throws {
        let site = try RedisReplication()
        let client = try ClientSite(address(site))
        #expect(try client.ask(set("a", "1")).value?.isOK == true)
        #expect(try site.servers[0].ask("GET", "a") == ["1"])
        try client.listen(to: "news")
        try failOver(site, byEnding: site.servers[0])
        // Asked while nobody knows whom; answered by the new master.
        #expect(try client.ask(set("b", "2")).value?.isOK == true)
        #expect(try site.servers[1].ask("GET", "b") == ["2"])
        #expect(try client.state == .ready)
        let states = client.states.withLock { $0 }
        #expect(states.last == .ready && states.contains { if case .unreachable = $0 { true } else { false } })
        try eventually("it listens at the new master") { try site.servers[1].ask("PUBLISH", "news", "hello") == ["1"] }
        try client.heard(.message(.init(channel: "news", pattern: nil, payload: Array("hello".utf8))))
        #expect(client.events.withLock { $0.contains { if case .interrupted = $0 { true } else { false } } })
    }

    @Test func aDemotedMasterGetsNoMoreWrites() throws {
        let site = try RedisReplication(sentinels: 3, password: "secret")
        var settings = RedisSettings()
        settings.credentials = RedisCredentials(password: "secret")
        // Longer than the test: it has to learn from the refusal.
        settings.watchIntervalNanoseconds = 600_000_000_000
        let client = try ClientSite(address(site), settings: settings)
        #expect(try client.ask(set("a", "1")).value?.isOK == true)
        // A switch by hand: the connection stays, and the server is a replica from now on.
        try site.servers[1].ask(each: [["AUTH", "secret"], ["REPLICAOF", "NO", "ONE"]])
        try site.servers[0].ask(each: [["AUTH", "secret"], ["REPLICAOF", "127.0.0.1", "\(site.servers[1].port)"]])
        for sentinel in site.sentinels {
            try sentinel.ask("SENTINEL", "REMOVE", "mymaster")
            try sentinel.ask("SENTINEL", "MONITOR", "mymaster", "127.0.0.1", "\(site.servers[1].port)", "2")
        }
        #expect(try client.ask(set("b", "2")).value?.isOK == true)
        #expect(try site.servers[1].ask(each: [["AUTH", "secret"], ["GET", "b"]])[1] == ["2"])
    }

    @Test func oneSentinelOfThreeIsEnough() throws {
        let site = try RedisReplication(sentinels: 3)
        site.sentinels[0].kill()
        site.sentinels[1].kill()
        let client = try ClientSite(address(site))
        #expect(try client.ask(RedisCommand("PING")).value == .status("PONG"))
    }

    @Test func whatIsWrongIsSaid() throws {
        let server = try RedisServer.start()
        let noMaster = try RedisServer.start(["sentinel monitor other 127.0.0.1 \(server.port) 1"], role: .sentinel)
        let client = try ClientSite("redis-sentinel://127.0.0.1:\(noMaster.port)/mymaster")
        guard case .notSent(let reason) = try client.ask(RedisCommand("PING"), within: 0.3).fault else {
            Issue.record("it was sent to somebody")
            return
        }
        #expect(reason.contains("knows no master \"mymaster\""))
        // Whom Sentinel calls the master has to be one.
        let replica = try RedisServer.start(["replicaof 127.0.0.1 \(server.port)"])
        let wrong = try RedisServer.start(["sentinel monitor mymaster 127.0.0.1 \(replica.port) 1"], role: .sentinel)
        let other = try ClientSite("redis-sentinel://127.0.0.1:\(wrong.port)/mymaster")
        try eventually("it says that this is no master") {
            if case .unreachable(let reason) = try other.state { reason.contains("it is a slave") } else { false }
        }
        #expect(try other.ask(set("a", "1"), within: 0.2).isNotSent)
    }
}
