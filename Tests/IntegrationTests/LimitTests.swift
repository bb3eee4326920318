import Testing

/// How much one address may, and who that is.
@Suite struct LimitTests {
    private func withProgram(
        _ config: [String: ConfigText.Value], _ body: (RunningProgram) throws -> Void
    ) throws {
        let origin = try ScriptedOrigin()
        defer { origin.stop() }
        let program = try RunningProgram(ConfigText(upstream: origin.port, with: config))
        defer { program.stop() }
        try body(program)
    }

    @Test func beyondTheLimitItIs429AndSaysWhenToComeBack() throws {
        try withProgram(["limits.per_address": "5/h", "limits.burst": 5]) { program in
            let client = try program.connect()
            for _ in 0..<5 { #expect(try client.ask("/").status == 200) }
            let answer = try client.ask("/")
            #expect(answer.status == 429)
            let seconds = try #require(answer["Retry-After"].flatMap { Int($0) })
            #expect((1...720).contains(seconds))
            #expect(answer["RateLimit-Policy"] == "\"address\";q=5;w=3600")
            #expect(answer["RateLimit"]?.hasPrefix("\"address\";r=0;t=") == true)
            #expect(answer.text.contains("<h1>429 Too Many Requests"))
            let line = try program.access.wait("access") { $0["status"] == "429" }
            #expect(line["reason"] == "rate-limited" && line["upstream"].isEmpty)
            #expect(try program.metric("waitingroom_limited_total") == 1)
            // The connection stays: whoever waits as told needs no new one.
            #expect(try client.ask("/").status == 429)
        }
    }

    @Test func aBurstIsWhatItSays() throws {
        try withProgram(["limits.per_address": "1/h", "limits.burst": 3]) { program in
            let client = try program.connect()
            #expect(try (0..<5).map { _ in try client.ask("/").status } == [200, 200, 200, 429, 429])
        }
    }

    @Test func theLimitIsOneForAllLoops() throws {
        try withProgram(["limits.per_address": "20/h", "limits.burst": 20, "server.loops": 2]) { program in
            let statuses = try (0..<40).map { _ in try program.ask("/").status }
            #expect(statuses.count { $0 == 200 } == 20)
            #expect(statuses.count { $0 == 429 } == 20)
        }
    }

    @Test func aNewLimitTakesEffectOnReload() throws {
        let origin = try ScriptedOrigin()
        defer { origin.stop() }
        let program = try RunningProgram(ConfigText(upstream: origin.port, with: ["limits.per_address": "1/h"]))
        defer { program.stop() }
        #expect(try program.ask("/").status == 200)
        #expect(try program.ask("/").status == 429)
        try program.write(ConfigText(upstream: origin.port, with: ["limits.per_address": "off"]))
        try program.log.wait("reload.done")
        try eventually("the limit is off") { try program.ask("/").status == 200 }
    }

    // MARK: Connections

    @Test func anAddressHasSoManyConnectionsAndNoMore() throws {
        try withProgram(["server.connections_per_address_max": 3]) { program in
            let three = try (0..<3).map { _ in try program.connect() }
            for client in three { #expect(try client.ask("/").status == 200) }
            let fourth = try program.connect()
            #expect(String(decoding: try fourth.end().bytes, as: UTF8.self).hasPrefix("HTTP/1.1 503 "))
            #expect(try program.metric("waitingroom_connections_refused_total") == 1)
            for client in three { #expect(try client.ask("/").status == 200) }
            three[0].close()
            try eventually("there is room for another") {
                let another = try program.connect()
                try another.send("GET / HTTP/1.1\r\nHost: site.test\r\n\r\n")
                return String(decoding: (try? another.receive()) ?? [], as: UTF8.self).hasPrefix("HTTP/1.1 200")
            }
        }
    }

    @Test(arguments: ["server.trusted_proxies", "server.proxy_protocol"]) func proxiesOfOursAreNotCounted(_ key: String)
        throws
    {
        try withProgram(["server.connections_per_address_max": 2, key: "127.0.0.1"]) { program in
            let clients = try (0..<6).map { _ in try program.connect() }
            for client in clients {
                if key == "server.proxy_protocol" { try client.send("PROXY UNKNOWN\r\n") }
                #expect(try client.ask("/").status == 200)
            }
        }
    }

    @Test func allTogetherHaveSoManyConnections() throws {
        try withProgram(["server.connections_max": 3, "server.connections_per_address_max": "off"]) { program in
            let three = try (0..<3).map { _ in try program.connect() }
            for client in three { #expect(try client.ask("/").status == 200) }
            #expect(try program.connect().end().bytes.starts(with: Array("HTTP/1.1 503 ".utf8)))
            #expect(try program.askAdmin("/healthz").status == 200)
        }
    }

    // MARK: Whose request it is

    @Test func theRealClientCountsBehindATrustedProxy() throws {
        let config: [String: ConfigText.Value] = [
            "limits.per_address": "2/h", "limits.burst": 2, "server.trusted_proxies": ["127.0.0.0/8", "10.0.0.0/8"],
        ]
        try withProgram(config) { program in
            let proxy = try program.connect()
            func ask(_ chain: String) throws -> Int { try proxy.ask("/", ["X-Forwarded-For: \(chain)"]).status }
            #expect(try [ask("203.0.113.7"), ask("203.0.113.7"), ask("203.0.113.7")] == [200, 200, 429])
            #expect(try ask("203.0.113.8") == 200)
            // What the client itself claimed stands further left, and proxies of ours to the right are skipped.
            #expect(try ask("198.51.100.1, 203.0.113.7, 10.0.0.9") == 429)
            #expect(try ask("2001:db8::1") == 200)
            #expect(try ask("2001:db8::2") == 200)
            #expect(try ask("2001:db8::3") == 429, "IPv6 counts by /64")
            #expect(try program.access.wait("access") { $0["status"] == "429" }["client"] == "203.0.113.7")
        }
    }

    @Test func nobodyElseIsBelieved() throws {
        try withProgram(["limits.per_address": "2/h", "limits.burst": 2]) { program in
            let client = try program.connect()
            let answer = try client.ask("/", ["X-Forwarded-For: 203.0.113.7", "X-Forwarded-Proto: https"])
            #expect(
                answer.text.contains("X-Forwarded-For: 127.0.0.1\n") && answer.text.contains("X-Forwarded-Proto: http\n"))
            #expect(try client.ask("/", ["X-Forwarded-For: 203.0.113.8"]).status == 200)
            #expect(try client.ask("/", ["X-Forwarded-For: 203.0.113.9"]).status == 429)
        }
    }

    /// The binary header for a TCP connection over IPv4.
    static func proxyHeader(v2 source: [UInt8]) -> [UInt8] {
        [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a, 0x21, 0x11, 0, 12] + source
            + [127, 0, 0, 1, 0xc0, 0x00, 0x00, 0x50]
    }

    @Test func proxyProtocolNamesTheClient() throws {
        try withProgram(["limits.per_address": "2/h", "limits.burst": 2, "server.proxy_protocol": "127.0.0.1"]) { program in
            func ask(_ header: [UInt8]) throws -> Message {
                let client = try program.connect()
                try client.send(header)
                return try client.ask("/")
            }
            let v1 = Array("PROXY TCP4 203.0.113.7 127.0.0.1 49152 80\r\n".utf8)
            let v2 = Self.proxyHeader(v2: [203, 0, 113, 7])
            let first = try ask(v1)
            #expect(first.status == 200 && first.text.contains("X-Forwarded-For: 203.0.113.7\n"))
            #expect(try ask(v2).status == 200)
            #expect(try ask(v1).status == 429)
            #expect(try ask(Self.proxyHeader(v2: [203, 0, 113, 8])).status == 200)
            // In pieces it is the same.
            let slow = try program.connect()
            for byte in v1 { try slow.send([byte]) }
            #expect(try slow.ask("/").status == 429)
            // Without one there is no answer, since nobody knows whose it would be.
            let bare = try program.connect()
            try bare.send("GET / HTTP/1.1\r\nHost: site.test\r\n\r\n")
            #expect(try bare.end().bytes.isEmpty)
        }
    }

    @Test func proxyProtocolOfAStrangerIsNoRequest() throws {
        try withProgram([:]) { program in
            let client = try program.connect()
            try client.send("PROXY TCP4 203.0.113.7 127.0.0.1 49152 80\r\nGET / HTTP/1.1\r\nHost: site.test\r\n\r\n")
            let status = try client.receiveAnswer().status
            #expect([400, 501].contains(status))
            let ending = try client.end()
            #expect(ending == .inOrder)
            #expect(try program.metric("waitingroom_upstream_requests_total") == 0)
        }
    }
}
