import Address
import Loop
import Redis
import Testing
import TestSupport

@Suite struct OutageTests {
    @Test func itComesBackAfterTheServer() throws {
        let server = try RedisServer.start()
        let caller = try Caller(server)
        try caller.waitUntilReady()
        server.kill()
        try caller.wait { $0.connection.state != .ready }
        let waiting = try caller.begin(RedisCommand("PING"))
        let impatient = try caller.begin(RedisCommand("PING"), within: 3)
        try caller.loop.advance(seconds: 3.1)
        #expect(try impatient.wait().isNotSent)
        try server.launch()
        try caller.waitUntilReady()
        #expect(try waiting.wait().value == .status("PONG"))
    }

    @Test func whoWasSentIsUncertainWhoWasNotIsSafe() throws {
        let server = try RedisServer.start()
        let caller = try Caller(server)
        try caller.waitUntilReady()
        server.freeze()
        let small = try caller.begin(RedisCommand("SET", "a", "1"))
        try caller.loop.settle()
        // More than the kernel takes for a server that reads nothing.
        var large = RedisCommand("SET", key: "b")
        large.add(pattern(30 << 20))
        let stuck = try caller.begin(large)
        let behind = try caller.begin(RedisCommand("INCR", "c"))
        try caller.loop.settle()
        server.kill()
        #expect(try small.wait().isUnknown)
        #expect(try stuck.wait().isNotSent)
        try server.launch()
        try caller.waitUntilReady()
        // It was still waiting, and so it goes out now.
        #expect(try behind.wait().value == .integer(1))
    }

    @Test func aFrozenServerCostsItsCallersTheirDeadline() throws {
        let server = try RedisServer.start()
        let caller = try Caller(server)
        try caller.waitUntilReady()
        server.freeze()
        let late = try caller.begin([RedisCommand("INCR", "n"), RedisCommand("INCR", "n")], within: 0.2)
        let patient = try caller.begin(RedisCommand("INCR", "n"))
        try caller.loop.advance(seconds: 0.3)
        for answer in late {
            let outcome = try answer.wait()
            #expect(outcome.isUnknown && outcome.fault?.isRetrySafe == false)
        }
        #expect(try caller.run { $0.connection.lateCount } == 2)
        server.thaw()
        // The late answers find nobody, and everybody else's is their own.
        #expect(try patient.wait().value == .integer(3))
        #expect(try caller.run { $0.connection.lateCount } == 0)
        #expect(try caller.ask(RedisCommand("INCR", "n")).value == .integer(4))
        #expect(try caller.run { $0.states } == [.connecting, .ready])
    }

    @Test func tooManyLateAnswersBreakTheConnection() throws {
        let server = try RedisServer.start()
        var settings = RedisSettings()
        settings.lateRepliesMax = 10
        let caller = try Caller(server, settings: settings)
        try caller.waitUntilReady()
        server.freeze()
        let patient = try caller.begin(RedisCommand("PING"))
        let late = try caller.begin(Array(repeating: RedisCommand("PING"), count: 11), within: 0.1)
        try caller.loop.advance(seconds: 0.2)
        for answer in late { #expect(try answer.wait().isUnknown) }
        #expect(try patient.wait().isUnknown)
        #expect(try caller.run { $0.connection.state } != .ready)
        server.thaw()
        try caller.waitUntilReady()
        #expect(try caller.ask(RedisCommand("PING")).value == .status("PONG"))
    }

    @Test func aLongSilenceBreaksTheConnection() throws {
        let server = try RedisServer.start()
        let caller = try Caller(server)
        try caller.waitUntilReady()
        // Idle for long is no fault.
        try caller.loop.advance(seconds: 100)
        #expect(try caller.ask(RedisCommand("PING")).value == .status("PONG"))
        server.freeze()
        let owed = try caller.begin(RedisCommand("PING"))
        try caller.loop.advance(seconds: 4.9)
        #expect(try caller.run { $0.connection.state } == .ready)
        try caller.loop.advance(seconds: 0.2)
        #expect(try owed.wait().isUnknown)
        server.thaw()
        try caller.waitUntilReady()
    }

    @Test func aServerThatStillReadsItsDataSaysSo() throws {
        let server = try RedisServer.start([
            "enable-debug-command yes", "key-load-delay 20000", "loading-process-events-interval-bytes 1024",
        ])
        try server.ask("DEBUG", "POPULATE", "3000", "key", "100")
        try server.ask("SAVE")
        server.kill()
        try server.launch(until: .listening)
        let caller = try Caller(server)
        let outcome = try caller.ask(RedisCommand("DBSIZE"))
        #expect(outcome.refusal == .loading && outcome.fault?.isRetrySafe == true)
        try eventually("its data is read") { try server.ask("CONFIG", "SET", "key-load-delay", "0").first == "OK" }
        try eventually("it serves") { try caller.ask(RedisCommand("DBSIZE")).value == .integer(3000) }
    }

    @Test func callsFailAtOnceWhereThatIsAskedFor() throws {
        let nobody = try TestOrigin(.refusing)
        var settings = RedisSettings()
        settings.patience = .whileConnecting
        let caller = try Caller(.host("127.0.0.1", port: nobody.endpoint.port), settings: settings)
        // With the attempt, or after it.
        #expect(try caller.ask(RedisCommand("PING")).isNotSent)
        #expect(try caller.ask(RedisCommand("PING")).isNotSent)
    }

    @Test func everyAddressOfANameIsTried() throws {
        let server = try RedisServer.start()
        let lookup = HostLookup { host in
            host == "redis.test"
                ? .success([IPAddress(v4: 0x7f00_0002), IPAddress(high: 0, low: 1), .loopback4])
                : .failure(ResolverError(host: host, reason: "unheard of"))
        }
        let caller = try Caller(.host("redis.test", port: server.port), lookup: lookup)
        #expect(try caller.ask(RedisCommand("PING")).value == .status("PONG"))
        let lost = try Caller(.host("other.test", port: server.port), lookup: lookup)
        try lost.wait {
            if case .unreachable(let reason) = $0.connection.state { reason.contains("unheard of") } else { false }
        }
    }

    @Test func aNameServerThatHangsHoldsNobodyUp() throws {
        let server = try RedisServer.start()
        let gate = Answer<Bool>()
        let lookup = HostLookup { _ in
            _ = try? gate.wait()
            // For whoever asks next.
            gate.give(true)
            return .success([.loopback4])
        }
        let caller = try Caller(.host("redis.test", port: server.port), lookup: lookup)
        let call = try caller.begin(RedisCommand("PING"), within: 0.5)
        try caller.loop.advance(seconds: 1.1)
        #expect(try call.wait().isNotSent)
        try caller.wait {
            if case .unreachable(let reason) = $0.connection.state { reason.contains("looking up") } else { false }
        }
        gate.give(true)
        try caller.waitUntilReady()
    }
}
