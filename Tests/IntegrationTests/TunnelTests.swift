import Testing

/// Upgraded connections: bytes both ways as they are.
@Suite struct TunnelTests {
    static let upgrade =
        "GET /chat HTTP/1.1\r\nHost: site.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n"
    static let accepted = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"

    /// Upgrades, then sends back what comes until the client has no more.
    static let echo: ScriptedOrigin.Script = { connection in
        let request = try connection.receiveRequest()
        guard request["Upgrade"] == "websocket" else { return try connection.answer("no", status: "400 Bad Request") }
        try connection.send(accepted)
        while true {
            let bytes = try connection.receive()
            if bytes.isEmpty { return connection.finishSending() }
            try connection.send(bytes)
        }
    }

    private func withTunnel(
        _ script: @escaping ScriptedOrigin.Script, window: Int32? = nil, config: [String: ConfigText.Value] = [:],
        _ body: (RunningProgram, RawConnection) throws -> Void
    ) throws {
        let origin = try ScriptedOrigin(window: window, script)
        defer { origin.stop() }
        let program = try RunningProgram(ConfigText(upstream: origin.port, with: config))
        defer { program.stop() }
        let client = try program.connect()
        try client.send(Self.upgrade)
        let answer = try client.receiveAnswer()
        #expect(answer.status == 101 && answer["Upgrade"] == "websocket")
        try body(program, client)
    }

    @Test func thousandsOfMessagesComeBack() throws {
        try withTunnel(Self.echo) { program, client in
            for number in 0..<5000 {
                let message = "message \(number) " + String(repeating: "z", count: number % 700)
                try client.send(message)
                #expect(try client.receive(exactly: message.utf8.count) == Array(message.utf8))
            }
            client.finishSending()
            #expect(try client.end() == .inOrder)
            let line = try program.access.wait("access")
            #expect(line["status"] == "101")
        }
    }

    @Test func largeOnesComeBackWhole() throws {
        let count = 32 << 20
        let piece = (0..<(1 << 16)).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try withTunnel(Self.echo) { _, client in
            let sending = Worker {
                for _ in 0..<(count / piece.count) { try client.send(piece) }
                client.finishSending()
            }
            for _ in 0..<(count / piece.count) {
                let back = try client.receive(exactly: piece.count)
                guard back == piece else { throw Trouble("what came back is not what was sent") }
            }
            #expect(try client.end() == .inOrder)
            try sending.value()
        }
    }

    /// So much is under way that some of it waits in each of the buffers that it has to pass.
    static let megabytes = [1, 4, 5, 6]

    @Test(arguments: megabytes) func whatAClientSentBeforeItClosedItsSideArrives(_ megabytes: Int) throws {
        // The origin reads nothing until the client has sent everything and closed its side, so that a part of it still
        // waits in the proxy then.
        let count = megabytes << 20
        let sent = Shared(false)
        let script: ScriptedOrigin.Script = { connection in
            _ = try connection.receiveRequest()
            try connection.send(Self.accepted)
            try sent.wait(for: "the client", until: \.self)
            try connection.send("\(try connection.skip(0))")
        }
        try withTunnel(script, window: 4096) { _, client in
            try client.send([UInt8](repeating: 1, count: count)) { sent.change { $0 = true } }
            client.finishSending()
            let ending = try client.end()
            #expect(ending == .after("\(count)"))
        }
    }

    @Test(arguments: megabytes) func aRequestWhoseClientClosedItsSideIsAnswered(_ megabytes: Int) throws {
        // The same with a body: what has come counts, although nothing will follow.
        let count = megabytes << 20
        let sent = Shared(false)
        let origin = try ScriptedOrigin(window: 4096) { connection in
            let head = try connection.receiveHead()
            try sent.wait(for: "the client", until: \.self)
            try connection.answer("\(head.method) \(try connection.skip(count))")
        }
        defer { origin.stop() }
        let program = try RunningProgram(ConfigText(upstream: origin.port))
        defer { program.stop() }
        let client = try program.connect()
        try client.send("POST / HTTP/1.1\r\nHost: site.test\r\nContent-Length: \(count)\r\n\r\n")
        try client.send([UInt8](repeating: 1, count: count)) { sent.change { $0 = true } }
        client.finishSending()
        let answer: Message
        do { answer = try client.receiveAnswer() } catch { throw Trouble("\(error) \(try program.access.wait("access"))") }
        #expect(answer.text == "POST \(count)")
        let ending = try client.end()
        #expect(ending == .inOrder)
    }

    @Test(arguments: megabytes) func whatAnOriginSentBeforeItClosedArrives(_ megabytes: Int) throws {
        // The client has closed its side already and reads only when the origin has gone.
        let count = megabytes << 20
        let gone = Shared(false)
        let script: ScriptedOrigin.Script = { connection in
            _ = try connection.receiveRequest()
            try connection.send(Self.accepted)
            guard try connection.end() == .inOrder else { throw Trouble("the client's end did not arrive") }
            try connection.send([UInt8](repeating: 1, count: count)) { gone.change { $0 = true } }
            connection.close()
        }
        try withTunnel(script) { _, client in
            client.finishSending()
            try gone.wait(for: "the origin", until: \.self)
            let ending = try client.end()
            #expect(!ending.isReset && ending.bytes.count == count)
        }
    }

    @Test func whatIsSentWithTheUpgradeIsPassedOn() throws {
        let origin = try ScriptedOrigin(Self.echo)
        defer { origin.stop() }
        let program = try RunningProgram(ConfigText(upstream: origin.port))
        defer { program.stop() }
        let client = try program.connect()
        try client.send(Self.upgrade + "early")
        #expect(try client.receiveAnswer().status == 101)
        #expect(try client.receive(exactly: 5) == Array("early".utf8))
    }

    @Test func oneThatCarriesNothingIsClosed() throws {
        try withTunnel(Self.echo, config: ["server.tunnel_idle_timeout": "1s"]) { _, client in
            let ending = try client.end()
            #expect(ending == .inOrder)
        }
    }

    @Test func theOriginsEndIsTheClientsEnd() throws {
        let script: ScriptedOrigin.Script = { connection in
            _ = try connection.receiveRequest()
            try connection.send(Self.accepted + "goodbye")
        }
        try withTunnel(script) { _, client in
            let ending = try client.end()
            #expect(ending == .after("goodbye"))
        }
    }

    @Test func anUpgradeThatIsDeclinedIsAnOrdinaryAnswer() throws {
        let origin = try ScriptedOrigin()
        defer { origin.stop() }
        let program = try RunningProgram(ConfigText(upstream: origin.port))
        defer { program.stop() }
        let client = try program.connect()
        try client.send(Self.upgrade)
        #expect(try client.receiveAnswer().status == 200)
        #expect(try client.ask("/next").status == 200)
    }
}
