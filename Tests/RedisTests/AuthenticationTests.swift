import Redis
import TLS
import Testing
import TestSupport

@Suite struct AuthenticationTests {
    func settings(_ credentials: RedisCredentials?) -> RedisSettings {
        var settings = RedisSettings()
        settings.credentials = credentials
        return settings
    }

    @Test func aPasswordIsGiven() throws {
        let server = try RedisServer.start(["requirepass secret"])
        let caller = try Caller(server, settings: settings(RedisCredentials(password: "secret")))
        #expect(try caller.ask(RedisCommand("PING")).value == .status("PONG"))
    }

    @Test func aWrongPasswordIsSaid() throws {
        let server = try RedisServer.start(["requirepass secret"])
        for credentials in [nil, RedisCredentials(password: "wrong"), RedisCredentials(user: "nobody", password: "secret")] {
            let caller = try Caller(server, settings: settings(credentials))
            let early = try caller.begin(RedisCommand("PING"), within: 0.5)
            let code = credentials == nil ? "NOAUTH" : "WRONGPASS"
            try caller.wait {
                if case .unreachable(let reason) = $0.connection.state { reason.contains(code) } else { false }
            }
            try caller.loop.advance(seconds: 1)
            guard case .notSent(let reason) = try early.wait().fault else {
                Issue.record("it was sent to a server that had not let us in")
                return
            }
            #expect(reason.contains(code) && !reason.contains("secret") && !reason.contains("wrong "))
        }
    }

    @Test func aUserMayBeAllowedLittle() throws {
        let server = try RedisServer.start(["user narrow on >key ~mine:* +get +set +auth"])
        let caller = try Caller(server, settings: settings(RedisCredentials(user: "narrow", password: "key")))
        #expect(try caller.ask(RedisCommand("SET", "mine:a", "1")).value?.isOK == true)
        #expect(try caller.ask(RedisCommand("SET", "other", "1")).refusal == .noPermission)
        #expect(try caller.ask(RedisCommand("PING")).refusal == .noPermission)
    }

    @Test func secretsAreNotPrinted() {
        let credentials = RedisCredentials(user: "someone", password: "hunter2")
        var settings = RedisSettings()
        settings.credentials = credentials
        var dumped = ""
        dump(settings, to: &dumped)
        for text in ["\(credentials)", String(reflecting: credentials), "\(settings)", String(reflecting: settings), dumped]
        {
            #expect(!text.contains("hunter2") && !text.contains("someone"))
        }
    }

    @Test func aServerThatRepeatsThePasswordIsNotQuoted() throws {
        let server = try RedisServer.start(["rename-command AUTH \"\""])
        let caller = try Caller(server, settings: settings(RedisCredentials(password: "hunter2")))
        try caller.wait { if case .unreachable = $0.connection.state { true } else { false } }
        guard case .unreachable(let reason) = try caller.run({ $0.connection.state }) else { return }
        #expect(reason.contains("AUTH is refused") && !reason.contains("hunter2"))
    }

    @Test func tlsIsSpoken() throws {
        let server = try RedisServer.start(isSecure: true)
        let port = try #require(server.tlsPort)
        let certificate = try TestCertificate.get()
        let trust = TLSTrust.authorities(certificate.chain, name: "test")
        let caller = try Caller(.host("127.0.0.1", port: port), trust: trust, tlsName: "site.test")
        let value = pattern(5 << 20)
        var set = RedisCommand("SET", key: "large")
        set.add(value)
        #expect(try caller.ask(set).value?.isOK == true)
        #expect(try caller.ask(RedisCommand("GET", key: "large")).value == .bytes(value))
        let many = try caller.begin(Array(repeating: RedisCommand("PING"), count: 5000))
        for answer in many { #expect(try answer.wait().value == .status("PONG")) }
    }

    @Test func aCertificateOfAnotherNameIsNotAccepted() throws {
        let server = try RedisServer.start(isSecure: true)
        let port = try #require(server.tlsPort)
        let trust = TLSTrust.authorities(try TestCertificate.get().chain, name: "test")
        let caller = try Caller(.host("127.0.0.1", port: port), trust: trust, tlsName: "other.test")
        try caller.wait {
            if case .unreachable(let reason) = $0.connection.state { reason.contains("not accepted") } else { false }
        }
        // And the plain port is no place for TLS.
        let plain = try Caller(.host("127.0.0.1", port: server.port), trust: trust, tlsName: "site.test")
        try plain.loop.advance(seconds: 1.1)
        try plain.wait { if case .unreachable = $0.connection.state { true } else { false } }
    }
}
