import Testing

/// No file descriptor is left.
@Suite struct DescriptorTests {
    @Test func itSaysSoAndShedsLoadAndRecovers() throws {
        let origin = try ScriptedOrigin()
        defer { origin.stop() }
        // The ceiling follows from the limit; to run out all the same, the upstream's connections have to take more than was
        // set aside for them.
        let program = try RunningProgram(
            ConfigText(upstream: origin.port, with: ["server.loops": 1, "server.head_timeout": "1h"]),
            wrapper: ["/bin/sh", "-c", "ulimit -n 128; exec \"$0\" \"$@\""])
        defer { program.stop() }
        let warning = try program.log.wait("settings.warning")
        #expect(warning["reason"].contains("limit of 128 open files"))
        let crowd = try (0..<300).map { _ in
            let client = try program.connect()
            try? client.send("GET / HTTP/1.1\r\nHost: si")
            return client
        }
        let line = try program.log.wait("accept.failed")
        #expect(line["reason"].contains("Too many open files") && line["hint"].contains("LimitNOFILE"))
        for client in crowd { client.close() }
        try eventually("it serves again") {
            guard let client = try? program.connect() else { return false }
            return (try? client.ask("/").status) == 200
        }
        let client = try program.connect()
        for _ in 0..<50 { #expect(try client.ask("/").status == 200) }
        #expect(try program.metric("waitingroom_connections_shed_total") > 0)
        #expect(!program.hasEnded)
    }

    @Test func itIsNotTheServersFault() throws {
        // With no descriptor for a connection to the origin the answer is 503, and the origin is not left alone for it.
        let origin = try ScriptedOrigin()
        defer { origin.stop() }
        let program = try RunningProgram(
            ConfigText(
                upstream: origin.port,
                with: [
                    "server.loops": 1, "server.head_timeout": "1h", "upstream.eject_after": 1,
                    "server.connections_max": 4000,
                ]),
            wrapper: ["/bin/sh", "-c", "ulimit -n 128; exec \"$0\" \"$@\""])
        defer { program.stop() }
        // None of them is idle, so that none can be closed to make room.
        let clients = try (0..<130).map { _ in
            let client = try program.connect()
            // The last ones are turned away.
            try? client.send("GET / HTTP/1.1\r\nHost: site.test\r\n")
            return client
        }
        try program.log.wait("accept.failed")
        let answer = try clients[0].ask(ending: "\r\n")
        #expect(answer.status == 503 && answer["Retry-After"] == "1")
        #expect(try program.log.wait("upstream.failed")["reason"].contains("Too many open files"))
        #expect(program.log.all("upstream.ejected").isEmpty)
        for client in clients.dropFirst() { client.close() }
        try eventually("the first one is served") { (try? clients[0].ask("/").status) == 200 }
    }
}

extension RawConnection {
    /// Sends the rest of a request and waits for the answer.
    fileprivate func ask(ending: String) throws -> Message {
        try send(ending)
        return try receiveAnswer()
    }
}
