import Foundation
import TestSupport
import Testing

/// Behind a real nginx with the front that is shipped, as it is mostly run.
@Suite struct FrontTests {
    /// The waiting room, and nginx in front of it.
    private final class Fronted {
        let program: RunningProgram
        let front: RunningFront
        let authority: TestAuthority
        let plainPort: UInt16
        let folder: TemporaryFolder

        /// `listen`: with these words, as it is shipped; else the same without TLS, for connections that send what a test wants.
        init(
            _ origin: UInt16, _ more: [String: ConfigText.Value] = [:], listen words: String = "",
            changing changes: [(String, String)] = [], parts: [(String, String, String)] = []
        ) throws {
            folder = try TemporaryFolder()
            authority = try TestAuthority(in: folder)
            try authority.issue("site", for: "shop.example.com")
            let config = ConfigText(upstream: origin, with: ["server.trusted_proxies": "127.0.0.1", "server.loops": 1])
            program = try RunningProgram(config.with(more))
            let port = try unusedPort()
            plainPort = try unusedPort()
            let places = [
                ("127.0.0.1:8080", "127.0.0.1:\(try program.port)"), ("/var/cache/nginx", folder.path),
                ("/etc/nginx/tls", folder.path), ("    listen [::]:80;\n", ""), ("    listen [::]:443 ssl http2;\n", ""),
                ("listen 80;", "listen 127.0.0.1:\(plainPort);"),
            ]
            let listen = ("listen 443 ssl http2;", "listen 127.0.0.1:\(port)\(words);")
            do {
                front = try .nginx(
                    "front.conf", port: port, changing: changes + places + [listen], parts: parts,
                    in: folder)
            } catch {
                program.stop()
                throw error
            }
        }

        deinit {
            front.stop()
            program.stop()
        }

        /// What curl says, from an address of this machine. Nginx sees that one, and the certificate is asked for by its name.
        func curl(_ target: String, from address: String = "127.0.0.1", _ arguments: [String] = []) throws -> String {
            let host = "shop.example.com:\(front.port)"
            return try Tool.succeed(
                [
                    "curl", "--silent", "--show-error", "--cacert", authority.certificate, "--resolve", "\(host):127.0.0.1",
                    "--interface", address,
                ] + arguments + ["https://\(host)\(target)"])
        }
    }

    @Test func overTLSAndHTTP2TheRealClientCounts() throws {
        let origin = try ScriptedOrigin()
        defer { origin.stop() }
        let site = try Fronted(origin.port, ["limits.per_address": "20/h", "limits.burst": 20], listen: " ssl http2")
        let forged = [
            "X-Forwarded-For: 198.51.100.1", "X-Real-IP: 198.51.100.1", "X-Forwarded-Proto: gopher", "Forwarded: for=forged",
            "X-Forwarded-Host: forged", "X-Forwarded-Prefix: forged", "X-Forwarded-Uri: forged", "X-Original-URI: forged",
            "Waiting-Room-Id: forged",
        ].flatMap { ["--header", $0] }
        for _ in 0..<20 {
            let seen = try site.curl("/seen", from: "127.0.0.7", forged + ["--write-out", "\nover %{http_version}"])
            #expect(seen.contains("X-Forwarded-For: 127.0.0.7, 127.0.0.1") && seen.hasSuffix("over 2"), "\(seen)")
            #expect(seen.contains("X-Forwarded-Proto: https") && seen.contains("Host: shop.example.com:"))
            #expect(!seen.contains("forged") && !seen.contains("198.51.100.1") && !seen.contains("gopher"))
        }
        let status = ["--output", "/dev/null", "--write-out", "%{http_code}"]
        #expect(try site.curl("/", from: "127.0.0.7", status) == "429")
        #expect(try site.curl("/", from: "127.0.0.8", status) == "200")
        #expect(try site.program.access.wait("access") { $0["status"] == "429" }["client"] == "127.0.0.7")
        let body = String(repeating: "body ", count: 40_000)
        let file = try site.folder.write("sent", body)
        #expect(try site.curl("/echo", from: "127.0.0.9", ["--data-binary", "@\(file)"]) == body)
        // Keep-alive between the two: far fewer connections than requests.
        #expect(try site.program.metric("waitingroom_connections_accepted_total") <= 4)
        let plain = try RawConnection(to: site.plainPort).ask("/a?b=c", ["Connection: close"])
        #expect(plain.status == 308 && plain["Location"] == "https://site.test/a?b=c")
    }

    @Test(arguments: [("-tls1_1", false), ("-tls1_2", true), ("-tls1_3", true)])
    func itSpeaksWhatBrowsersSpeak(_ version: String, _ isSpoken: Bool) throws {
        let origin = try ScriptedOrigin()
        defer { origin.stop() }
        let site = try Fronted(origin.port, listen: " ssl http2")
        let command = ["openssl", "s_client", "-connect", "127.0.0.1:\(site.front.port)", "-cipher", "DEFAULT@SECLEVEL=0"]
        let said = try Tool.run(command + [version, "-alpn", "h2"]).said
        #expect(said.contains("ALPN protocol: h2") == isSpoken, "\(said)")
    }

    @Test func withoutAPassNothingComesThrough() throws {
        let origin = try RecordingOrigin()
        defer { origin.stop() }
        let site = try Fronted(
            origin.port,
            ["rooms.event.path": "/tickets", "rooms.event.hosts": "shop.test", "rooms.event.state": "paused"],
            // They would be too many for one address.
            parts: [("front-server.conf", "burst=100", "burst=1000")])
        for target in OddSpellings.ofTickets {
            let client = try RawConnection(to: site.front.port)
            try client.send("GET \(target) HTTP/1.1\r\nHost: shop.test\r\nConnection: close\r\n\r\n")
            let answer = String(decoding: try client.end().bytes, as: UTF8.self)
            #expect(!answer.contains(RecordingOrigin.mark), "\(target)")
        }
        for path in ["/api/queue/authorize", "/api/queue//authorize/tickets", "/api/queue/wait", "/.git/config", "/a/.env"] {
            #expect(try site.front.ask(path, ["X-Original-Method: GET", "X-Original-URI: /"]).status == 404, "\(path)")
        }
        #expect(try site.front.ask("/", ["User-Agent: sqlmap/1.7"]).status == 403)
        #expect(origin.lines.isEmpty)
        #expect(try site.front.ask("/.well-known/security.txt", ["Host: shop.test"]).status == 400)
        #expect(try site.front.ask("/api/queue/status?room=event").status == 401)
    }

    @Test func oneAddressHasSoManyRequests() throws {
        let origin = try RecordingOrigin()
        defer { origin.stop() }
        let site = try Fronted(origin.port, parts: [("front-http.conf", "rate=100r/s", "rate=1r/m")])
        let client = try RawConnection(to: site.front.port)
        let statuses = try (0..<110).map { _ in try client.ask("/").status }
        #expect(statuses.prefix(101).allSatisfy { $0 == 200 } && statuses.suffix(5).allSatisfy { $0 == 429 })
    }

    @Test func staticFilesAreKeptAndPagesAreNot() throws {
        let answered = Shared(0)
        let origin = try ScriptedOrigin { connection in
            while true {
                let request = try connection.receiveRequest()
                answered.change { $0 += 1 }
                try connection.answer(request.summary, fields: ["Cache-Control: max-age=600"])
            }
        }
        defer { origin.stop() }
        let room: [String: ConfigText.Value] = [
            "room.state": "paused", "room.bypass_paths": "/static/*", "room.page_status": 200,
        ]
        let site = try Fronted(origin.port, room)
        let own = ["Cookie: session=mine", "Waiting-Room-Pass: mine"]
        let first = try site.front.ask("/static/a.css?v=1", own)
        #expect(first["X-Cache"] == "MISS" && first.text.contains("/static/a.css?v=1") && !first.text.contains("mine"))
        for _ in 0..<5 { #expect(try site.front.ask("/static/a.css?v=1")["X-Cache"] == "HIT") }
        #expect(answered.current == 1)
        // What the room does not let through is its page, each time anew.
        for path in ["/static/%2e/a.css", "/%73tatic/a.css", "/static/x/%2e%2e/a.css", "/tickets"] {
            let pages = try (0..<3).map { _ in try site.front.ask(path, ["Accept: text/html"]) }
            #expect(pages.allSatisfy { $0["Waiting-Room"] == "waiting" && $0["X-Cache"] != "HIT" }, "\(path)")
        }
        #expect(answered.current == 1)
    }

    @Test func aBalancerSaysByPROXYWhoComes() throws {
        let origin = try ScriptedOrigin()
        defer { origin.stop() }
        let site = try Fronted(
            origin.port, listen: " proxy_protocol",
            changing: [
                ("# set_real_ip_from 192.0.2.0/24;", "set_real_ip_from 127.0.0.0/8;"),
                ("# real_ip_header proxy_protocol;", "real_ip_header proxy_protocol;"),
            ])
        let client = try RawConnection(to: site.front.port)
        try client.send("PROXY TCP4 203.0.113.7 192.0.2.9 51000 443\r\n")
        #expect(try client.ask("/seen").text.contains("X-Forwarded-For: 203.0.113.7, 127.0.0.1"))
        #expect(try site.program.access.wait("access") { $0["target"] == "/seen" }["client"] == "203.0.113.7")
    }

    @Test func tunnelsAndEventsGoThrough() throws {
        let origin = try ScriptedOrigin { connection in
            let request = try connection.receiveRequest()
            try connection.send(
                "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: \(request["Upgrade"] ?? "")\r\n\r\n")
            while true { try connection.send(try connection.receive()) }
        }
        defer { origin.stop() }
        let site = try Fronted(origin.port, ["rooms.event.path": "/tickets", "rooms.event.state": "queue"])
        let tunnel = try RawConnection(to: site.front.port)
        let answer = try tunnel.ask("/live", ["Connection: Upgrade", "Upgrade: websocket"])
        #expect(answer.status == 101 && answer["Upgrade"] == "websocket")
        try tunnel.send("to and fro")
        #expect(try tunnel.receive(exactly: 10) == Array("to and fro".utf8))
        let entered = try site.front.ask("/api/queue/enter?room=event", method: "POST")
        let cookie = try #require(entered["Set-Cookie"]).prefix { $0 != ";" }
        let events = try RawConnection(to: site.front.port)
        try events.send("GET /api/queue/events?room=event HTTP/1.1\r\nHost: h\r\nCookie: \(cookie)\r\n\r\n")
        #expect(try events.receiveHead()["Content-Type"] == "text/event-stream")
        _ = try events.receive(until: Array("data:".utf8))
    }
}
