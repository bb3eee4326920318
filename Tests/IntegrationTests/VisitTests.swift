import Foundation
import Testing

/// What a visitor keeps: where it wanted to go, its place, its session.
@Suite struct VisitTests {
    private func config(_ origin: RecordingOrigin, _ more: [String: ConfigText.Value] = [:]) -> ConfigText {
        ConfigText(upstream: origin.port, with: ["room.state": "queue", "server.loops": 2]).with(more)
    }

    /// The cookies that an answer sets, as a browser would send them.
    private func cookies(_ answers: Message...) -> String {
        var kept: [String: String] = [:]
        for field in answers.flatMap({ $0.all("Set-Cookie") }) {
            let pair = field.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1).map(String.init)
            if pair.count == 2 { kept[pair[0]] = pair[1] } else { kept[pair[0]] = nil }
        }
        return "Cookie: " + kept.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "; ")
    }

    /// How many stand behind it: what is shown of its own place never grows, and so says less of where it stands.
    private func behind(_ program: RunningProgram, _ cookie: String) throws -> Int? {
        let body = try program.ask("/api/queue/position", [cookie]).body
        let status = try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]
        return status?["behind"] as? Int
    }

    @Test func theVisitorArrivesWhereItWantedToGo() throws {
        let origin = try RecordingOrigin()
        defer { origin.stop() }
        let program = try RunningProgram(config(origin))
        defer { program.stop() }
        let target = "/tickets/a%20b?seat=4&next=%2Fx"
        let first = try program.ask(target, ["Accept: text/html"])
        let cookie = cookies(first)
        #expect(first.status == 200 && cookie.contains("wr_ticket=") && origin.lines.isEmpty)
        // What is sent while waiting is not kept, and not sent later.
        #expect(try program.ask("/tickets/buy", [cookie], method: "POST", body: "card=1").text != RecordingOrigin.mark)
        try eventually("it is let in") {
            try program.ask(target, [cookie, "Accept: text/html"]).text == RecordingOrigin.mark
        }
        #expect(origin.lines == ["GET \(target)"])
    }

    @Test func aPassIsRenewedHalfWayAndNotBefore() throws {
        let origin = try RecordingOrigin()
        let folder = try TestKeys.folder()
        let keys = try TestKeys()
        defer { origin.stop() }
        let program = try RunningProgram(config(origin, ["tokens.keys_file": .text(folder.path("keys"))]))
        defer { program.stop() }
        let fresh = try program.ask("/", ["Cookie: wr_pass=\(try keys.pass(1, room: "main", agoSeconds: 20))"])
        #expect(fresh.text == RecordingOrigin.mark && fresh["Set-Cookie"] == nil)
        let old = try keys.pass(2, room: "main", agoSeconds: 70)
        let renewed = try program.ask("/", ["Cookie: wr_pass=\(old)"])
        let cookie = cookies(renewed)
        #expect(renewed.text == RecordingOrigin.mark && cookie.hasPrefix("Cookie: wr_pass=ey") && !cookie.contains(old))
        #expect(try program.ask("/again", [cookie]).text == RecordingOrigin.mark)
    }

    private static let icon = "Accept: image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"

    /// A browser asks for them beside the page, when the page has not brought a ticket yet.
    @Test func thePartsOfAPageTakeNoPlace() throws {
        let origin = try RecordingOrigin()
        let folder = try TemporaryFolder()
        defer { origin.stop() }
        let program = try RunningProgram(
            config(origin, ["room.rate": "1/h", "room.burst": 1, "server.state_dir": .text(folder.path("state"))]),
            folder: folder)
        defer { program.stop() }
        let admin = try AdminPort(program)
        _ = try program.enter()
        try eventually("the burst is used up") { try admin.room().number("totals.admitted") == 1 }
        let page = try program.ask("/", ["Accept: text/html", "Sec-Fetch-Dest: document"])
        #expect(page["Set-Cookie"]?.hasPrefix("wr_ticket=") ?? false)
        let parts: [(String, [String])] = [
            ("/favicon.ico", [Self.icon]), ("/favicon.ico", ["Accept: */*"]), ("/apple-touch-icon-precomposed.png", []),
            ("/a.css", ["Accept: text/css,*/*;q=0.1"]), ("/a.js", ["Accept: */*", "Sec-Fetch-Dest: script"]),
            ("/manifest.json", ["Sec-Fetch-Dest: manifest"]),
            ("/x", ["Accept: text/html", "Sec-Purpose: prefetch;prerender"]),
            ("/x", ["Sec-Fetch-Dest: document", "Sec-Purpose: prefetch"]),
        ]
        for (target, fields) in parts {
            let answer = try program.ask(target, fields)
            #expect(
                answer.status == 503 && answer["Set-Cookie"] == nil && answer["Retry-After"] == "10", "\(target) \(fields)")
            #expect(answer["Content-Type"] == "application/problem+json" && answer.text.contains("urn:waitingroom:part"))
            // With the page's cookie it is the visitor's.
            #expect(try program.ask(target, fields + [cookies(page)]).text.contains("urn:waitingroom:part") == false)
        }
        // Who says nothing of itself is a visitor.
        let visitors: [(String, String, [String])] = [
            ("GET", "/", []), ("GET", "/", ["Accept: */*"]), ("GET", "/api", ["Accept: application/json"]),
            ("GET", "/api", ["Sec-Fetch-Dest: empty", "Accept: */*"]), ("POST", "/favicon.ico", [Self.icon]),
        ]
        for (method, target, fields) in visitors {
            let answer = try program.ask(target, fields, method: method)
            #expect(answer["Set-Cookie"]?.hasPrefix("wr_ticket=") ?? false, "\(method) \(target) \(fields)")
        }
        try eventually("each visitor stands there once") { try admin.room().number("waiting") == 6 }
        #expect(try admin.room().number("totals.entered") == 7)
    }

    @Test func thePartsOfAPageGoThroughWhereThereIsRoomAndKeepNothing() throws {
        let origin = try RecordingOrigin()
        let folder = try TemporaryFolder()
        defer { origin.stop() }
        let program = try RunningProgram(
            config(
                origin,
                [
                    "room.state": "auto", "room.max_active": 2, "room.burst": 100,
                    "server.state_dir": .text(folder.path("state")),
                ]),
            folder: folder)
        defer { program.stop() }
        let admin = try AdminPort(program)
        try eventually("the loops know the room") {
            try program.ask("/favicon.ico", [Self.icon]).text == RecordingOrigin.mark
        }
        #expect(try program.ask("/").text == RecordingOrigin.mark)
        for _ in 0..<5 {
            var answer = try program.ask("/favicon.ico", [Self.icon])
            try eventually("the one before is gone") {
                if answer.text != RecordingOrigin.mark { answer = try program.ask("/favicon.ico", [Self.icon]) }
                return answer.text == RecordingOrigin.mark
            }
            #expect(answer["Set-Cookie"] == nil)
        }
        try eventually("one is inside") { try admin.room().number("active") == 1 }
        #expect(try program.ask("/").text == RecordingOrigin.mark)
        try eventually("two are inside") { try admin.room().number("active") == 2 }
        try eventually("there is no room for a part") { try program.ask("/favicon.ico", [Self.icon]).status == 503 }
        try eventually("and nobody waits") { try admin.room().number("waiting") == 0 }
    }

    /// One slot: whoever waits is let in when the one inside is done.
    @Test func aSlotIsFreeAsSoonAsItIsReleased() throws {
        let origin = try RecordingOrigin()
        defer { origin.stop() }
        let program = try RunningProgram(config(origin, ["room.state": "auto", "room.max_active": 1]))
        defer { program.stop() }
        let first = try program.ask("/")
        #expect(first.text == RecordingOrigin.mark)
        let waits = try program.ask("/", ["Accept: text/html"])
        #expect(waits.text != RecordingOrigin.mark)
        #expect(try program.ask("/done", [cookies(first)]).text == RecordingOrigin.mark)
        try eventually("the other is let in") { try program.ask("/in", [cookies(waits)]).text == RecordingOrigin.mark }
        #expect(origin.lines == ["GET /", "GET /done", "GET /in"])
    }

    /// A process that is started anew, by hand or by a signal, with what it has written down.
    @Test(arguments: [false, true]) func placesAndSessionsOutliveTheProcess(_ byTakeover: Bool) throws {
        let origin = try RecordingOrigin()
        let keys = try TestKeys.folder()
        defer { origin.stop() }
        let config = config(
            origin,
            [
                "room.state": "auto", "room.max_active": 1, "tokens.keys_file": .text(keys.path("keys")),
                "server.state_dir": .text(keys.path("state")),
            ])
        var program = try RunningProgram(config)
        defer { program.stop() }
        let inside = cookies(try program.ask("/"))
        let waiting = try (0..<3).map { _ in cookies(try program.ask("/", ["Accept: text/html"])) }
        let gone = "Cookie: wr_pass=\(try TestKeys().pass(9, room: "main"))"
        #expect(try program.ask("/done", [gone]).text == RecordingOrigin.mark)
        try eventually("they stand one behind the other") {
            try waiting.map { try behind(program, $0) } == [2, 1, 0]
        }
        if byTakeover {
            let old = "\(program.pid)"
            program.signal(SIGUSR2)
            try program.log.wait("serving") { $0["pid"] != old }
            #expect(try program.waitForEnd() == 0)
        } else {
            program.signal(SIGTERM)
            #expect(try program.waitForEnd() == 0)
            program = try RunningProgram(config)
        }
        try eventually("everybody stands where it stood") {
            try waiting.reversed().map { try behind(program, $0) } == [0, 1, 2]
        }
        #expect(try program.ask("/inside", [inside]).text == RecordingOrigin.mark)
        var refused = 0
        try eventually("who was done before is still done") {
            refused = try program.ask("/again", [gone]).text == RecordingOrigin.mark ? 0 : refused + 1
            return refused == 20
        }
    }
}
