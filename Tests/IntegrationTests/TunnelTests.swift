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
        _ script: @escaping ScriptedOrigin.Script, config: [String: ConfigText.Value] = [:],
        _ body: (RunningProgram, RawConnection) throws -> Void
    ) throws {
        let origin = try ScriptedOrigin(script)
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
            #expect(try client.end() == (false, []))
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
            #expect(try client.end() == (false, []))
            try sending.value()
        }
    }

    @Test func whatAClientSentBeforeItClosedItsSideArrives() throws {
        // The origin reads nothing until the client has sent everything and closed its side.
        let count = 8 << 20
        let sent = Shared(false)
        let received = Shared<Int?>(nil)
        let script: ScriptedOrigin.Script = { connection in
            _ = try connection.receiveRequest()
            try connection.send(Self.accepted)
            try sent.wait(for: "the client", until: \.self)
            let bytes = try connection.skip(0)
            received.change { $0 = bytes }
            try connection.send("\(bytes)")
        }
        try withTunnel(script) { program, client in
            let sending = Worker {
                // More than all buffers on the way hold: the rest goes when the origin begins to read.
                for at in 0..<(count >> 16) {
                    if at == 8 { sent.change { $0 = true } }
                    try client.send([UInt8](repeating: 1, count: 1 << 16))
                }
                client.finishSending()
            }
            try sending.value()
            #expect(try received.wait(for: "the origin to see the end") { $0 } == count)
            #expect(try client.end().bytes == Array("\(count)".utf8))
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
            #expect(try client.end() == (false, []))
        }
    }

    @Test func theOriginsEndIsTheClientsEnd() throws {
        let script: ScriptedOrigin.Script = { connection in
            _ = try connection.receiveRequest()
            try connection.send(Self.accepted + "goodbye")
        }
        try withTunnel(script) { _, client in #expect(try client.end() == (false, Array("goodbye".utf8))) }
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
