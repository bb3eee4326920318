import Testing

/// No file descriptor is left.
@Suite struct DescriptorTests {
    @Test func itSaysSoAndShedsLoadAndRecovers() throws {
        let origin = try ScriptedOrigin()
        defer { origin.stop() }
        // The ceiling follows from the limit; to run out all the same, the limit has to be lower than anything can fit into.
        let program = try RunningProgram(
            ConfigText(upstream: origin.port, with: ["server.loops": 1, "server.head_timeout": "1h"]),
            wrapper: ["/bin/sh", "-c", "ulimit -n 40; exec \"$0\" \"$@\""])
        defer { program.stop() }
        let warning = try program.log.wait("settings.warning")
        #expect(warning["reason"].contains("limit of 40 open files"))
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
}
