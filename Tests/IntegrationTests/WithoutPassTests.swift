import Admission
import Testing

/// Without a good pass nothing reaches the origin of a room in which nobody is let in, however it is asked. What counts is what the
/// origin has got.
@Suite struct WithoutPassTests {
    /// A room at /tickets of shop.test in which everybody waits; the rest of that host is free.
    private final class Site {
        let origin: RecordingOrigin
        let keys: TestKeys
        let folder: TemporaryFolder
        let program: RunningProgram

        init(_ more: [String: ConfigText.Value] = [:]) throws {
            origin = try RecordingOrigin()
            keys = try TestKeys()
            folder = try TestKeys.folder()
            let config = ConfigText(
                upstream: origin.port,
                with: [
                    "rooms.event.path": "/tickets", "rooms.event.hosts": "shop.test", "rooms.event.state": "paused",
                    "rooms.other.path": "/other", "rooms.other.hosts": "shop.test", "rooms.other.state": "paused",
                    "tokens.keys_file": .text(folder.path("keys")), "server.loops": 2,
                ])
            program = try RunningProgram(config.with(more))
        }

        deinit {
            program.stop()
            origin.stop()
        }

        /// Sends these bytes on a connection of its own, which ends for it, and gives all that comes back.
        @discardableResult
        func send(_ text: String) throws -> String {
            let client = try program.connect()
            try client.send(text)
            client.finishSending()
            return String(decoding: try client.end().bytes, as: UTF8.self)
        }

        @discardableResult
        func ask(_ target: String, _ fields: [String] = [], method: String = "GET", host: String = "shop.test") throws
            -> String
        {
            let lines = ["\(method) \(target) HTTP/1.1", "Host: \(host)", "Connection: close"] + fields
            return try send(lines.joined(separator: "\r\n") + "\r\n\r\n")
        }

        /// Everything before has been dealt with when this has arrived, and nothing else did.
        func expectNothing(_ what: String) throws {
            #expect(try ask("/free").contains(RecordingOrigin.mark))
            #expect(
                origin.lines.last == "GET /free" && origin.lines.allSatisfy { $0 == "GET /free" }, "\(what): \(origin.lines)"
            )
        }
    }

    @Test func noForgedOrWrongPassIsTaken() throws {
        let site = try Site()
        let keys = site.keys
        let good = try keys.pass()
        let parts = good.split(separator: ".").map(String.init)
        let none = "eyJhbGciOiJub25lIiwidHlwIjoicGFzcyIsImtpZCI6InRlc3QifQ"
        let stranger = try TestKeys(secret: [UInt8](repeating: 9, count: 32))
        let passes: [(String, String)] = [
            ("nothing", ""), ("forged", try stranger.pass()), ("of another key", try TestKeys(identifier: "k").pass()),
            ("expired", try keys.pass(agoSeconds: 130)), ("of another room", try keys.pass(room: "other")),
            ("a ticket", try keys.ticket()), ("alg none", "\(none).\(parts[1])."),
            ("no signature", "\(parts[0]).\(parts[1])."),
            ("alg none, signed", "\(none).\(parts[1]).\(parts[2])"), ("padded", good + "="),
            ("cut", String(good.dropLast())),
            ("quoted", "\"\(good)\""), ("a letter changed", String(good.dropLast(50)) + "A" + good.suffix(49)),
        ]
        for (what, pass) in passes {
            for field in ["Cookie: wr_pass.event=\(pass)", "Waiting-Room-Pass: \(pass)", "Cookie: wr_ticket.event=\(pass)"] {
                let answer = try site.ask("/tickets/buy", [field, "Accept: application/json"])
                #expect(answer.hasPrefix("HTTP/1.1 503"), "\(what), \(field): \(answer.prefix(40))")
            }
        }
        for field in ["Cookie: wr_pass=\(good)", "Cookie: wr_pass.other=\(good)", "Authorization: Bearer \(good)"] {
            #expect(!(try site.ask("/tickets/buy", [field])).contains(RecordingOrigin.mark))
        }
        try site.expectNothing("passes")
        // And a good one is.
        #expect(try site.ask("/tickets/buy", ["Cookie: wr_pass.event=\(good)"]).contains(RecordingOrigin.mark))
        #expect(site.origin.lines.last == "GET /tickets/buy")
    }

    @Test func noSpellingOfItsPathIsForwarded() throws {
        let site = try Site()
        let targets = OddSpellings.ofTickets
        for target in targets {
            #expect(!(try site.ask(target)).contains(RecordingOrigin.mark), "\(target)")
        }
        try site.expectNothing("paths")
        for target in ["/ticketshop", "/about/tickets", "/free/", "/tick%65t"] { _ = try site.ask(target) }
        #expect(site.origin.lines.suffix(4) == ["GET /ticketshop", "GET /about/tickets", "GET /free/", "GET /tick%65t"])
    }

    @Test func noMethodIsForwarded() throws {
        let site = try Site()
        for method in ["HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "get", "X"] {
            #expect(!(try site.ask("/tickets/buy", method: method)).contains(RecordingOrigin.mark), "\(method)")
        }
        try site.send("POST /tickets/buy HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 5\r\n\r\nhello")
        try site.send("CONNECT shop.test:80 HTTP/1.1\r\nHost: shop.test:80\r\n\r\n")
        try site.send("CONNECT 127.0.0.1:\(site.origin.port) HTTP/1.1\r\nHost: shop.test\r\n\r\nGET /in HTTP/1.1\r\n\r\n")
        for upgrade in ["websocket", "h2c"] {
            let fields = [
                "Connection: Upgrade", "Upgrade: \(upgrade)", "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            ]
            let lines = ["GET /tickets/live HTTP/1.1", "Host: shop.test"] + fields
            #expect(!(try site.send(lines.joined(separator: "\r\n") + "\r\n\r\n")).hasPrefix("HTTP/1.1 101"))
        }
        try site.expectNothing("methods")
    }

    @Test func noSpellingOfItsHostIsForwarded() throws {
        let site = try Site()
        for host in [
            "shop.test:80", "shop.test.", "SHOP.TEST", "Shop.Test.:8080", "other.test", "shop.test..", "xshop.test", "",
            "shop.test:abc", "a@shop.test", "shop.test/", "127.0.0.1", "[::1]", "shop.test, other.test",
        ] {
            #expect(!(try site.ask("/tickets", host: host)).contains(RecordingOrigin.mark), "\(host)")
        }
        let raw = [
            "GET /tickets HTTP/1.1\r\n\r\n", "GET /tickets HTTP/1.0\r\n\r\n",
            "GET /tickets HTTP/1.1\r\nHost: shop.test\r\nHost: other.test\r\n\r\n",
            "GET http://shop.test/tickets HTTP/1.1\r\nHost: other.test\r\n\r\n",
            "GET http://other.test/tickets HTTP/1.1\r\nHost: shop.test\r\n\r\n",
            "GET HTTP://SHOP.TEST:80/tickets HTTP/1.1\r\nHost: shop.test\r\n\r\n",
            "GET /tickets HTTP/1.1\r\nHost : shop.test\r\n\r\n", "GET /tickets\r\n\r\n",
            "GET shop.test/tickets HTTP/1.1\r\nHost: shop.test\r\n\r\n",
            "GET /tickets HTTP/1.1\r\nHost: free.test\r\nX-Forwarded-Host: shop.test\r\n\r\n",
        ]
        for request in raw { #expect(!(try site.send(request)).contains(RecordingOrigin.mark), "\(request)") }
        try site.expectNothing("hosts")
    }

    @Test func nothingIsSmuggledBehindARequestThatIsFree() throws {
        let site = try Site()
        let inner = "GET /tickets/stolen HTTP/1.1\r\nHost: shop.test\r\n\r\n"
        let length = "Content-Length: \(inner.utf8.count)\r\n"
        let chunk = "\(String(inner.utf8.count, radix: 16))\r\n\(inner)\r\n0\r\n\r\n"
        let heads = [
            length, "Transfer-Encoding: chunked\r\n" + length, "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
            "Transfer-Encoding: xchunked\r\n" + length, "Transfer-Encoding : chunked\r\n" + length,
            "Transfer-Encoding: chunked, identity\r\n", "Content-Length: 0\r\n" + length,
            "Content-Length: +\(inner.utf8.count)\r\n",
            "X: a\r\n Transfer-Encoding: chunked\r\n" + length, "Content_Length: 0\r\n" + length,
            "Transfer_Encoding: chunked\r\n" + length, "Content-Length: \(inner.utf8.count), 0\r\n",
            "X: a\nContent-Length: 0\r\n" + length,
            "Connection: Content-Length\r\n" + length,
        ]
        for head in heads {
            for body in [inner, chunk, "0\r\n\r\n" + inner] {
                try site.send("POST /free HTTP/1.1\r\nHost: shop.test\r\n\(head)\r\n\(body)")
            }
        }
        // What is pipelined behind a free request is a request of its own.
        try site.send("GET /free HTTP/1.1\r\nHost: shop.test\r\n\r\n" + inner)
        #expect(try site.ask("/last").contains(RecordingOrigin.mark))
        #expect(
            site.origin.lines.allSatisfy { ["POST /free", "GET /free", "GET /last"].contains($0) }, "\(site.origin.lines)")
        #expect(site.origin.lines.contains("POST /free"))
    }

    @Test func whatComesFromOutsideIsNeverTakenForOurs() throws {
        let site = try Site()
        let pass = try site.keys.pass(5)
        let forged = [
            "Waiting-Room-Id: forged", "waiting-room-id: forged", "Waiting_Room_Pass: forged", "Waiting_Room_Id: forged",
            "WAITING.ROOM.PASS: forged", "Waiting-Room-Ticket: forged", "Waiting-Room: release",
            "Waiting-Room-Monitor: forged", "Waiting-Room-Pass: forged",
            "Connection: close, Waiting-Room-Pass, Waiting-Room-Id",
        ]
        #expect(try site.ask("/free", forged).contains(RecordingOrigin.mark))
        #expect(try site.ask("/tickets", forged + ["Cookie: wr_pass.event=\(pass)"]).contains(RecordingOrigin.mark))
        let names = site.origin.all.map { request in
            request.fields.map { $0.name.lowercased() }.filter { $0.hasPrefix("waiting") }.sorted()
        }
        #expect(names == [[], ["waiting-room-id", "waiting-room-pass"]])
        let told = try #require(site.origin.all.last)
        #expect(told["Waiting-Room-Pass"] == pass && told["Waiting-Room-Id"] == TicketID(high: 7, low: 5).text)
        #expect(!told.summary.contains("forged"))
    }

    @Test func whoeverIsExemptIsForwardedAndNobodyElse() throws {
        let site = try Site([
            "rooms.event.bypass_paths": ["/tickets/health", "/tickets/static/*"], "rooms.event.bypass_methods": "OPTIONS",
        ])
        let mark = site.keys.ring.monitorMark(until: TestKeys.now() + 60)
        let old = site.keys.ring.monitorMark(until: TestKeys.now() - 1)
        _ = try site.ask("/tickets/health")
        _ = try site.ask("/tickets/static/a.css?v=1")
        _ = try site.ask("/tickets", method: "OPTIONS")
        _ = try site.ask("/tickets/seen", ["Waiting-Room-Monitor: \(mark)"])
        for target in ["/tickets/healthy", "/tickets/Health", "/tickets/static/../buy", "/tickets/static/%2e%2e/buy"] {
            _ = try site.ask(target)
        }
        _ = try site.ask("/tickets/old", ["Waiting-Room-Monitor: \(old)"])
        #expect(
            site.origin.lines == [
                "GET /tickets/health", "GET /tickets/static/a.css?v=1", "OPTIONS /tickets", "GET /tickets/seen",
            ])
        #expect(site.origin.all.last?["Waiting-Room-Monitor"] == nil)
    }

    @Test func aCrawlersNameFromAnotherNetworkIsWorthNothing() throws {
        let site = try Site([
            "server.trusted_proxies": "127.0.0.1",
            "rooms.event.bypass_crawlers": .raw(
                "[{ agent = \"Googlebot\", networks = [\"66.249.64.0/19\", \"2001:4860:4801::/48\"] }]"),
        ])
        let agent = "User-Agent: Mozilla/5.0 (compatible; Googlebot/2.1)"
        _ = try site.ask("/tickets/1", [agent, "X-Forwarded-For: 66.249.66.1"])
        _ = try site.ask("/tickets/2", [agent, "X-Forwarded-For: 2001:4860:4801:10::1"])
        _ = try site.ask("/tickets/3", [agent, "X-Forwarded-For: 203.0.113.9"])
        _ = try site.ask("/tickets/4", [agent, "X-Forwarded-For: 66.249.66.1, 203.0.113.9"])
        _ = try site.ask("/tickets/5", ["User-Agent: curl", "X-Forwarded-For: 66.249.66.1"])
        #expect(site.origin.lines == ["GET /tickets/1", "GET /tickets/2"])
    }

    @Test func whoeverIsDoneIsLetInNoMore() throws {
        let site = try Site()
        let pass = try site.keys.pass(3)
        let cookie = "Cookie: wr_pass.event=\(pass)"
        for _ in 0..<8 { #expect(try site.ask("/tickets/seat", [cookie]).contains(RecordingOrigin.mark)) }
        let done = try site.ask("/tickets/done", [cookie])
        #expect(done.contains(RecordingOrigin.mark) && !done.lowercased().contains("waiting-room:"))
        for name in ["wr_pass.event", "wr_ticket.event"] {
            #expect(done.contains("Set-Cookie: \(name)=; Path=/; Max-Age=0"))
        }
        // The other loop hears of it with its next tick; from then on nobody lets it in.
        var refused = 0
        try eventually("the pass is refused everywhere") {
            refused = try site.ask("/tickets/again", [cookie]).contains(RecordingOrigin.mark) ? 0 : refused + 1
            return refused == 40
        }
        let before = site.origin.lines.count
        for _ in 0..<40 { _ = try site.ask("/tickets/again", [cookie, "Waiting-Room-Pass: \(pass)"]) }
        #expect(site.origin.lines.count == before)
        // Another visitor's is as good as before, and who leaves by itself has left.
        let other = "Cookie: wr_pass.event=\(try site.keys.pass(4))"
        #expect(try site.ask("/tickets/seat", [other]).contains(RecordingOrigin.mark))
        #expect(try site.ask("/api/queue?room=event", [other], method: "DELETE").hasPrefix("HTTP/1.1 204"))
        refused = 0
        try eventually("whoever left is refused everywhere") {
            refused = try site.ask("/tickets/again", [other]).contains(RecordingOrigin.mark) ? 0 : refused + 1
            return refused == 40
        }
    }
}
