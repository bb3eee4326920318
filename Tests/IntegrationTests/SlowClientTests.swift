import Testing

/// A thousand clients that are slow on purpose: everybody else is served, they go away by their deadlines, and what is
/// counted is what happened.
@Suite(.serialized) struct SlowClientTests {
    static let count = 1000

    static let config: [String: ConfigText.Value] = [
        "server.head_timeout": "1s", "server.body_timeout": "1s", "server.write_timeout": "1s",
        // The origin is a part of this test and has threads to start: on a busy machine that takes its time.
        "upstream.connect_timeout": "1m", "upstream.wait_timeout": "1m",
    ]

    private func connect(_ program: RunningProgram, window: Int32? = nil, _ first: String) throws -> [RawConnection] {
        let port = try program.port
        return try (0..<Self.count).map { _ in
            let connection = try RawConnection(to: port, window: window)
            try connection.send(first)
            return connection
        }
    }

    /// Others are answered while the slow ones are there.
    private func serves(_ program: RunningProgram) throws {
        let client = try program.connect()
        do {
            for _ in 0..<200 { #expect(try client.ask("/").status == 200) }
        } catch {
            throw Trouble(
                "\(error): \(program.log.text) \(program.access.lines.filter { $0["target"] == "/" && $0["status"] != "200" })"
            )
        }
    }

    private func allAreGone(_ program: RunningProgram) throws {
        // The one that asks is on the other listener, and not counted.
        do {
            try eventually("all connections are gone") { try program.metric("waitingroom_connections") == 0 }
        } catch {
            throw Trouble("\(error); \(try program.askAdmin("/metrics").text)")
        }
        #expect(try program.metric("waitingroom_connections_accepted_total") == Double(Self.count + 1))
        #expect(try program.metric("waitingroom_connections_shed_total") == 0)
    }

    @Test func slowHeadsGet408() throws {
        let origin = try ScriptedOrigin()
        defer { origin.stop() }
        let program = try RunningProgram(ConfigText(upstream: origin.port, with: Self.config))
        defer { program.stop() }
        let slow = try connect(program, "GET / HTTP/1.1\r\nHost: site.te")
        try serves(program)
        for connection in slow { #expect(try connection.receiveAnswer().status == 408) }
        for connection in slow { connection.close() }
        try allAreGone(program)
        #expect(try program.metric("waitingroom_requests_total{class=\"4xx\"}") == Double(Self.count))
        #expect(try program.metric("waitingroom_requests_total{class=\"2xx\"}") == 200)
    }

    @Test func slowBodiesGet408AndReachNobody() throws {
        // More of them than the origin may have connections: they would take them all, if it were asked before there is a
        // body.
        let posts = Shared(0)
        let origin = try ScriptedOrigin { connection in
            while true {
                if try connection.receiveHead().method == "POST" { posts.change { $0 += 1 } }
                try connection.answer("ok")
            }
        }
        defer { origin.stop() }
        let program = try RunningProgram(
            ConfigText(upstream: origin.port, with: Self.config).with(["upstream.connections_max": 100]))
        defer { program.stop() }
        let slow = try connect(program, "POST / HTTP/1.1\r\nHost: site.test\r\nContent-Length: 100\r\n\r\nx")
        try serves(program)
        for connection in slow { #expect(try connection.receiveAnswer().status == 408) }
        for connection in slow { connection.close() }
        try allAreGone(program)
        #expect(posts.current == 0)
        #expect(try program.metric("waitingroom_requests_total{class=\"4xx\"}") == Double(Self.count))
    }

    @Test func slowReadersAreCutOff() throws {
        let bytes = 8 << 20
        let origin = try ScriptedOrigin()
        defer { origin.stop() }
        let program = try RunningProgram(
            ConfigText(upstream: origin.port, with: Self.config).with(["upstream.connections_max": 5000]))
        defer { program.stop() }
        let before = try program.memoryKilobytes("VmRSS")
        let slow = try connect(program, window: 4096, "GET /bytes/\(bytes) HTTP/1.1\r\nHost: site.test\r\n\r\n")
        try serves(program)
        try allAreGone(program)
        for connection in slow.prefix(10) { #expect(try connection.end().isReset) }
        let answered = try program.metric("waitingroom_requests_total{class=\"2xx\"}")
        #expect(answered == Double(200 + Self.count), "\(program.access.lines.filter { $0["status"] != "200" })")
        // At most what may wait for a client, and a read's worth that came on top of it.
        let grown = try program.memoryKilobytes("VmHWM") - before
        #expect(grown < Self.count * (256 + 64 + 64), "\(grown) kB more")
    }

    @Test func silentOnesAreClosed() throws {
        let origin = try ScriptedOrigin()
        defer { origin.stop() }
        let program = try RunningProgram(ConfigText(upstream: origin.port, with: Self.config))
        defer { program.stop() }
        let slow = try connect(program, "")
        try serves(program)
        for connection in slow { #expect(try connection.end() == .inOrder) }
        try allAreGone(program)
    }
}
