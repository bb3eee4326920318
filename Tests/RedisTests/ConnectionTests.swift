import Redis
import Testing
import TestSupport

@Suite struct ConnectionTests {
    @Test func commandsAreAnswered() throws {
        let caller = try Caller(try RedisServer.start())
        var set = RedisCommand("SET", key: "name")
        let value = pattern(1000)
        set.add(value)
        #expect(try caller.ask(set).value?.isOK == true)
        #expect(try caller.ask(RedisCommand("GET", key: "name")).value == .bytes(value))
        #expect(try caller.ask(RedisCommand("GET", key: "nothing")).value == .null)
        #expect(try caller.ask(RedisCommand("NONSENSE")).refusal == .other)
        #expect(try caller.ask(RedisCommand("INCR", key: "name")).fault?.isRetrySafe == false)
        #expect(try caller.run { $0.connection.state } == .ready)
    }

    @Test func tenThousandGoOutTogetherAndComeBackInOrder() throws {
        let server = try RedisServer.start()
        let caller = try Caller(server)
        let answers = try caller.begin(
            (0..<10_000).map { number in
                var echo = RedisCommand("ECHO")
                echo.add(number)
                return echo
            })
        for (number, answer) in answers.enumerated() {
            guard try answer.wait().value?.integer == Int64(number) else {
                Issue.record("call \(number) has another one's answer")
                return
            }
        }
        #expect(try caller.run { $0.connection.callCount } == 0)
    }

    @Test func largeValuesPassBothWays() throws {
        let caller = try Caller(try RedisServer.start())
        let value = pattern(20 << 20)
        var set = RedisCommand("SET", key: "large", bytesReserved: value.count)
        set.add(value)
        #expect(try caller.ask(set).value?.isOK == true)
        #expect(try caller.ask(RedisCommand("GET", key: "large")).value == .bytes(value))
    }

    @Test func aReplyAboveTheCeilingBreaksTheConnectionAlone() throws {
        var settings = RedisSettings()
        settings.replyBytesMax = 100_000
        let caller = try Caller(try RedisServer.start(), settings: settings)
        var set = RedisCommand("SET", key: "large")
        set.add(pattern(200_000))
        #expect(try caller.ask(set).value?.isOK == true)
        guard case .malformed = try caller.ask(RedisCommand("GET", key: "large")).fault else {
            Issue.record("a reply above the ceiling was taken")
            return
        }
        try caller.waitUntilReady()
        #expect(try caller.ask(RedisCommand("STRLEN", key: "large")).value == .integer(200_000))
    }

    @Test func scriptsAreLoadedWhenTheServerForgotThem() throws {
        let server = try RedisServer.start()
        let caller = try Caller(server)
        let script = RedisScript("return redis.call('INCRBY', KEYS[1], ARGV[1])")
        func add(_ number: Int) throws -> RedisValue? {
            var call = script.call(keys: ["count"])
            call.add(number)
            return try caller.ask(call).value
        }
        #expect(try add(2) == .integer(2))
        #expect(try server.ask("SCRIPT", "EXISTS", script.hash) == ["1"])
        #expect(try add(3) == .integer(5))
        try server.ask("SCRIPT", "FLUSH")
        #expect(try add(4) == .integer(9))
    }

    @Test func transactionsAreOneStep() throws {
        let caller = try Caller(try RedisServer.start())
        let done = try caller.transact([
            RedisCommand("SET", "a", "1"), RedisCommand("INCR", "a"), RedisCommand("LPUSH", "a", "x"),
            RedisScript("return ARGV[1]").call(keys: []),
        ])
        guard case .array(let values)? = done.value else {
            Issue.record("\(done)")
            return
        }
        #expect(values.prefix(2) == [.status("OK"), .integer(2)] && values[2].error?.kind == .wrongType)
        #expect(try caller.transact([RedisCommand("INCR", "a"), RedisCommand("NONSENSE")]).refusal == .other)
        #expect(try caller.ask(RedisCommand("GET", "a")).value?.text == "2")
        let empty = try caller.transact([])
        #expect(empty.value == .array([]))
    }

    @Test func aCallThatFindsNoRoomIsRefused() throws {
        let server = try RedisServer.start()
        var settings = RedisSettings()
        settings.callsMax = 3
        let caller = try Caller(server, settings: settings)
        try caller.waitUntilReady()
        server.freeze()
        let owed = try caller.begin(Array(repeating: RedisCommand("PING"), count: 3))
        #expect(try caller.ask(RedisCommand("PING")).isOverloaded)
        server.thaw()
        for answer in owed { #expect(try answer.wait().value == .status("PONG")) }
        #expect(try caller.ask(RedisCommand("PING")).value == .status("PONG"))

        settings.callsMax = 100
        settings.queueBytesMax = 1000
        let other = try Caller(server, settings: settings)
        var large = RedisCommand("ECHO")
        large.add(pattern(600))
        let two = try other.begin([large, large])
        #expect(try two[1].wait().isOverloaded)
        #expect(try two[0].wait().value == .bytes(pattern(600)))
    }

    @Test func nameAndDatabaseAreSet() throws {
        let server = try RedisServer.start()
        var settings = RedisSettings()
        settings.name = "node 7"
        settings.database = 3
        let caller = try Caller(server, settings: settings)
        #expect(try caller.ask(RedisCommand("SET", "a", "1")).value?.isOK == true)
        #expect(try server.ask("EXISTS", "a") == ["0"])
        #expect(try caller.ask(RedisCommand("CLIENT", "GETNAME")).value?.text == "node7")
    }

    @Test func itSpeaksOverAUnixSocket() throws {
        let server = try RedisServer.start()
        let caller = try Caller(.path(server.socketPath))
        #expect(try caller.ask(RedisCommand("PING")).value == .status("PONG"))
        let nobody = try Caller(.path(server.folder + "/nothing.sock"))
        try nobody.wait {
            if case .unreachable(let reason) = $0.connection.state { reason.contains("No such file") } else { false }
        }
    }

    @Test func closingFaultsEverybody() throws {
        let server = try RedisServer.start()
        let caller = try Caller(server)
        try caller.waitUntilReady()
        server.freeze()
        let owed = try caller.begin(RedisCommand("PING"))
        try caller.loop.settle()
        try caller.run { $0.connection.close() }
        #expect(try owed.wait().isUnknown)
        #expect(try caller.ask(RedisCommand("PING")).fault == .closed)
        #expect(try caller.run { $0.states } == [.connecting, .ready, .closed])
    }
}
