import Redis
import TLS
import Testing
import TestSupport

@Suite struct ClientTests {
    @Test func oneServerIsAskedAndComesBack() throws {
        let server = try RedisServer.start()
        let client = try ClientSite("redis://127.0.0.1:\(server.port)/2")
        #expect(try client.ask(set("a", "1")).value?.isOK == true)
        #expect(try server.ask(each: [["SELECT", "2"], ["GET", "a"]])[1] == ["1"])
        server.kill()
        let waiting = try client.begin(set("b", "1"))
        try eventually("it says so") { if case .unreachable = try client.state { true } else { false } }
        try server.launch()
        #expect(try waiting.wait().value?.isOK == true)
        #expect(try client.state == .ready)
    }

    @Test func aServerThatLoadsIsWaitedFor() throws {
        let server = try RedisServer.start([
            "enable-debug-command yes", "key-load-delay 5000", "loading-process-events-interval-bytes 1024",
        ])
        try server.ask("DEBUG", "POPULATE", "2000", "key", "100")
        try server.ask("SAVE")
        server.kill()
        try server.launch(until: .listening)
        var settings = RedisSettings()
        // However long it takes here.
        settings.retriesMax = 100_000
        let client = try ClientSite("redis://127.0.0.1:\(server.port)", settings: settings)
        let patient = try client.begin(RedisCommand("DBSIZE"))
        try eventually("it was refused") { try server.ask("INFO", "errorstats")[0].contains("errorstat_LOADING") }
        try server.ask("CONFIG", "SET", "key-load-delay", "0")
        #expect(try patient.wait().value == .integer(2000))
    }

    @Test func tlsIsSpokenWhereTheAddressSaysSo() throws {
        let server = try RedisServer.start(["requirepass p/ss@word"], isSecure: true)
        let port = try #require(server.tlsPort)
        let address = try RedisAddress("rediss://:p/ss@word@127.0.0.1:\(port)")
        let trust = TLSTrust.authorities(try TestCertificate.get().chain, name: "test")
        let client = try ClientSite(address, trust: trust, tlsName: "site.test")
        #expect(try client.ask(RedisCommand("PING")).value == .status("PONG"))
        // Whom nobody vouches for hears no password.
        let wary = try ClientSite(address, trust: .system, tlsName: "site.test")
        #expect(try wary.ask(RedisCommand("PING"), within: 0.3).isNotSent)
    }

    @Test func whatFindsNoRoomIsRefused() throws {
        let nobody = try TestOrigin(.refusing)
        var settings = RedisSettings()
        settings.callsMax = 2
        let client = try ClientSite("redis://127.0.0.1:\(nobody.endpoint.port)", settings: settings)
        let waiting = try client.begin([RedisCommand("PING"), RedisCommand("PING"), RedisCommand("PING")])
        #expect(try waiting[2].wait().isOverloaded)
        try client.run { $0.client.close() }
        for answer in waiting.prefix(2) { #expect(try answer.wait().fault?.isRetrySafe == true) }
        #expect(try client.ask(RedisCommand("PING")).fault == .closed)
        #expect(try client.state == .closed && client.run { $0.client.callCount } == 0)
    }
}

@Suite struct SubscriptionTests {
    @Test func itListensAgainAndSaysWhatItMissed() throws {
        let server = try RedisServer.start()
        let client = try ClientSite("redis://127.0.0.1:\(server.port)")
        try client.listen(to: "news")
        try client.run { $0.subscription?.subscribe(pattern: "n*") }
        try eventually("the pattern counts") { try server.ask("PUBLISH", "news", "one") == ["2"] }
        let one = Array("one".utf8)
        try client.heard(.message(.init(channel: "news", pattern: nil, payload: one)))
        try client.heard(.message(.init(channel: "news", pattern: "n*", payload: one)))
        try client.run { $0.subscription?.unsubscribe("news") }
        try eventually("the channel counts no more") { try server.ask("PUBLISH", "news", "two") == ["1"] }
        server.kill()
        try eventually("it is told") {
            client.events.withLock { if case .interrupted = $0.last { true } else { false } }
        }
        try server.launch()
        try eventually("it listens again") { client.events.withLock { $0.last == .listening } }
        #expect(try server.ask("PUBLISH", "news", "three") == ["1"])
        try client.heard(.message(.init(channel: "news", pattern: "n*", payload: Array("three".utf8))))
    }

    @Test func aSilentServerIsLeft() throws {
        let server = try RedisServer.start()
        var settings = RedisSettings()
        settings.pingIntervalNanoseconds = 50_000_000
        let client = try ClientSite(try RedisAddress("redis://127.0.0.1:\(server.port)"), settings: settings)
        try client.listen(to: "news")
        server.freeze()
        try eventually("it is given up") {
            client.events.withLock { $0.last == .interrupted("no sign of life") }
        }
        server.thaw()
        try eventually("it listens again") { client.events.withLock { $0.last == .listening } }
    }
}
