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
