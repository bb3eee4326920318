import Testing

/// IPv6, names, several listeners; pipelines and half-closed clients.
@Suite struct ListenerTests {
    @Test func overIPv6BothWays() throws {
        let origin = try ScriptedOrigin(at: "::1")
        defer { origin.stop() }
        let program = try RunningProgram(
            ConfigText(with: ["server.listen": "[::1]:0", "upstream.servers": .text("http://[::1]:\(origin.port)")]))
        defer { program.stop() }
        let client = try RawConnection(to: program.port, at: "::1")
        let text = try client.ask("/").text
        #expect(text.contains("X-Forwarded-For: ::1\n") && text.contains("for=\"[::1]\""))
        #expect(try program.access.wait("access")["client"] == "::1")
    }

    @Test func aNameIsLookedUp() throws {
        let origin = try ScriptedOrigin.named("one")
        defer { origin.stop() }
        let program = try RunningProgram(ConfigText(with: ["upstream.servers": .text("http://localhost:\(origin.port)")]))
        defer { program.stop() }
        // It may lead to ::1 as well, where nobody listens: another address is tried then.
        let client = try program.connect()
        for _ in 0..<10 { #expect(try client.ask("/").text == "one") }
    }

    @Test func severalListenersAtOnce() throws {
        let origin = try ScriptedOrigin.named("one")
        defer { origin.stop() }
        let program = try RunningProgram(
            ConfigText(upstream: origin.port, with: ["server.listen": ["127.0.0.1:0", "127.0.0.2:0", "[::1]:0"]]))
        defer { program.stop() }
        let listeners = try program.log.wait("serving")["listen"].split(separator: ",")
        #expect(listeners.count == 3)
        for (text, host) in zip(listeners, ["127.0.0.1", "127.0.0.2", "::1"]) {
            let port = try #require(text.split(separator: ":").last.flatMap { UInt16($0) })
            #expect(try RawConnection(to: port, at: host).ask("/").text == "one")
        }
    }

    @Test func aPipelineIsAnsweredInOrder() throws {
        let origin = try ScriptedOrigin()
        defer { origin.stop() }
        let program = try RunningProgram(ConfigText(upstream: origin.port))
        defer { program.stop() }
        let client = try program.connect()
        let numbers = 0..<200
        try client.send(numbers.map { "GET /\($0) HTTP/1.1\r\nHost: site.test\r\n\r\n" }.joined())
        // Nothing more will come, which is no reason to leave out an answer.
        client.finishSending()
        for number in numbers { #expect(try client.receiveAnswer().text.hasPrefix("GET /\(number) HTTP")) }
        #expect(try client.end() == .inOrder)
    }

    @Test func aClientThatClosesItsSideIsAnswered() throws {
        let origin = try ScriptedOrigin()
        defer { origin.stop() }
        let program = try RunningProgram(ConfigText(upstream: origin.port))
        defer { program.stop() }
        let client = try program.connect()
        try client.send("GET / HTTP/1.1\r\nHost: site.test\r\n\r\n")
        client.finishSending()
        #expect(try client.receiveAnswer().status == 200)
        #expect(try client.end() == .inOrder)
    }
}
