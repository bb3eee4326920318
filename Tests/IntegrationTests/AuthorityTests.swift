import Foundation
import Testing

/// The waiting room as an authority that is asked, without a proxy: what it is told, and what it answers.
@Suite struct AuthorityTests {
    private let origin: RecordingOrigin
    private let folder: TemporaryFolder
    private let keys: TestKeys

    init() throws {
        origin = try RecordingOrigin()
        folder = try TestKeys.folder()
        keys = try TestKeys()
    }

    private func start(_ more: [String: ConfigText.Value] = [:]) throws -> RunningProgram {
        let config = ConfigText(
            upstream: origin.port,
            with: [
                "rooms.event.path": "/tickets", "rooms.event.state": "paused", "rooms.other.path": "/other",
                "tokens.keys_file": .text(folder.path("keys")),
                "server.loops": 2, "server.trusted_proxies": "127.0.0.1",
            ])
        return try RunningProgram(config.with(more))
    }

    private let whose = "X-Forwarded-For: 203.0.113.7"

    private func original(_ uri: String, _ method: String = "GET") -> [String] {
        [whose, "X-Original-Method: \(method)", "X-Original-URI: \(uri)"]
    }

    private let authorize = "/api/queue/authorize"

    @Test func whoHasAPassMayGoOn() throws {
        let program = try start()
        defer { program.stop() }
        let pass = try keys.pass()
        for shown in ["Cookie: wr_pass.event=\(pass)", "Waiting-Room-Pass: \(pass)"] {
            let answer = try program.ask(authorize, original("/tickets/buy") + [shown])
            #expect(answer.status == 200 && answer.body.isEmpty && answer["Set-Cookie"] == nil)
            #expect(answer["Waiting-Room-Pass"] == pass && answer["Waiting-Room-Id"]?.isEmpty == false)
        }
        // Half of its life is over.
        let old = try keys.pass(2, agoSeconds: 70)
        let renewed = try program.ask(authorize, original("/tickets") + ["Cookie: wr_pass.event=\(old)"])
        #expect(renewed.status == 200 && renewed["Set-Cookie"]?.hasPrefix("wr_pass.event=ey") == true)
        #expect(renewed["Waiting-Room-Pass"] == old)
        #expect(origin.lines.isEmpty)
        #expect(try program.metric("waitingroom_authorize_total") == 3)
        #expect(try program.metric("waitingroom_authorize_granted_total") == 3)
        let line = try program.access.wait("access") { $0["target"] == "/tickets/buy" }
        #expect(line["client"] == "203.0.113.7" && line["reason"] == "authorized")
    }

    @Test func whoNeedsNoneIsToldSoWithEmptyFields() throws {
        let program = try start(["rooms.event.bypass_paths": "/tickets/static/*"])
        defer { program.stop() }
        for path in ["/free", "/tickets/static/a.css"] {
            let answer = try program.ask(
                authorize, original(path) + ["Waiting-Room-Id: forged", "Waiting-Room-Pass: forged"])
            #expect(answer.status == 200)
            #expect(answer.all("Waiting-Room-Pass") == [""] && answer.all("Waiting-Room-Id") == [""])
        }
        #expect(try program.ask(authorize, original("/tickets/static/../buy")).status == 503)
    }

    @Test func theRefusalIsThePageForWhoWasRefused() throws {
        let program = try start(["rooms.event.page_status": 200])
        defer { program.stop() }
        let page = try program.ask(authorize, original("/tickets/a%20b?c=d") + ["Accept: text/html"])
        // Whatever is below 300 would let it through.
        #expect(page.status == 503 && page["Retry-After"] != nil && page["Waiting-Room"] == "waiting")
        #expect(page["Set-Cookie"]?.hasPrefix("wr_ticket.event=ey") == true)
        #expect(page.text.contains("</html>") && page.text.contains("back=/tickets/a%20b?c=d"))
        let problem = try program.ask(authorize, original("/tickets", "POST") + ["Accept: application/json"])
        #expect(problem.status == 503 && problem["Content-Type"] == "application/problem+json")
        let limited = try program.ask(authorize + "?deny=429", original("/tickets"))
        #expect(limited.status == 429 && limited.text.contains("</html>") && limited["Retry-After"] != nil)
        // A visitor's query, which some proxies leave where it is.
        #expect(try program.ask(authorize + "?a=b", original("/tickets?a=b")).status == 503)
        // By path, as Envoy asks, which takes 5xx for a fault.
        let byPath = try program.ask(authorize + "/tickets/b?deny=401", [whose], method: "POST")
        #expect(byPath.status == 429 && byPath.text.contains("</html>"))
        #expect(origin.lines.isEmpty)
    }

    /// As nginx asks: it takes a status, and then asks for the page.
    @Test func inTwoStepsNobodyJoinsTwice() throws {
        let program = try start(["server.loops": 1])
        defer { program.stop() }
        let denied = try program.ask(authorize + "?deny=401", original("/tickets"))
        #expect(denied.status == 401 && denied.body.isEmpty && denied["WWW-Authenticate"] == nil)
        let ticket = try #require(denied["Waiting-Room-Ticket"])
        let page = try program.ask("/api/queue/wait", original("/tickets") + ["Waiting-Room-Ticket: \(ticket)"])
        #expect(page.status == 200 && page["Waiting-Room"] == "waiting" && page.text.contains("</html>"))
        let cookie = try #require(page["Set-Cookie"]?.prefix { $0 != ";" })
        try eventually("one is in line") {
            try program.metric("waitingroom_room_waiting{room=\"event\",lane=\"general\"}") == 1
        }
        let again = try program.ask(authorize + "?deny=403", original("/tickets") + ["Cookie: \(cookie)"])
        #expect(again.status == 403 && again["Waiting-Room-Ticket"] != nil)
        #expect(try program.metric("waitingroom_room_entered_total{room=\"event\"}") == 1)
    }

    @Test func whoMayGoOnMeanwhileIsLedBack() throws {
        let program = try start()
        defer { program.stop() }
        let pass = ["Cookie: wr_pass.event=\(try keys.pass(agoSeconds: 70))"]
        for (uri, location) in [
            ("/tickets/a?b=c", "/tickets/a?b=c"), ("//evil.test/../tickets", "/.//evil.test/../tickets"),
            ("/\\evil.test/../../tickets", "/./\\evil.test/../../tickets"),
        ] {
            let back = try program.ask("/api/queue/wait", original(uri, "POST") + pass)
            #expect(back.status == 307 && back["Location"] == location && back["Set-Cookie"] != nil, "\(uri)")
        }
        #expect(try program.ask("/api/queue/wait", original("/free")).status == 307)
    }

    @Test func aTurnComesInTheAnswer() throws {
        let program = try start(["rooms.event.state": "auto", "server.loops": 1])
        defer { program.stop() }
        let first = try program.ask(authorize, original("/tickets"))
        let pass = try #require(first["Waiting-Room-Pass"])
        #expect(first.status == 200 && first["Set-Cookie"]?.hasPrefix("wr_pass.event=\(pass);") == true)
        #expect(first["Set-Cookie"]?.contains("Secure") == false)
        let secure = try program.ask(authorize, original("/tickets") + ["X-Forwarded-Proto: https"])
        #expect(secure["Set-Cookie"]?.contains("; Secure") == true)
        // Said by the site itself, since nobody here sees its answers.
        let shown = "Waiting-Room-Pass: \(pass)"
        #expect(try program.ask("/api/queue?room=event", [whose, shown], method: "DELETE").status == 204)
        let second = try program.ask(authorize, original("/tickets") + [shown])
        #expect(second["Waiting-Room-Id"] != first["Waiting-Room-Id"])
    }

    @Test func theNetworkIsTheVisitors() throws {
        let program = try start(["rooms.event.state": "auto", "rooms.event.bind_network": true])
        defer { program.stop() }
        let pass = try #require(try program.ask(authorize, original("/tickets"))["Waiting-Room-Pass"])
        let shown = "Waiting-Room-Pass: \(pass)"
        let near = ["X-Forwarded-For: 203.0.113.9", "X-Original-Method: GET", "X-Original-URI: /tickets", shown]
        #expect(try program.ask(authorize, near)["Waiting-Room-Pass"] == pass)
        let far = ["X-Forwarded-For: 198.51.100.9"] + near.dropFirst()
        #expect(try program.ask(authorize, far)["Waiting-Room-Pass"] != pass)
    }

    @Test func nobodyElseMayAsk() throws {
        let program = try start(["server.trusted_proxies": "192.0.2.1"])
        defer { program.stop() }
        let pass = ["Waiting-Room-Pass: \(try keys.pass())"]
        for path in [authorize, authorize + "?deny=401", authorize + "/tickets", "/api/queue/wait"] {
            let answer = try program.ask(path, original("/free") + pass)
            #expect(answer.status == 403 && answer.text.contains("trusted_proxies"), "\(path)")
            #expect(answer["Waiting-Room-Pass"] == nil)
        }
        #expect(origin.lines.isEmpty)
    }

    @Test func whatIsMissingIsSaid() throws {
        let program = try start()
        defer { program.stop() }
        for (target, fields, word) in [
            (authorize, ["X-Original-Method: GET", "X-Original-URI: /"], "X-Forwarded-For"),
            (authorize, [whose], "X-Original-URI"), (authorize + "?deny=200", original("/"), "deny=STATUS"),
            (authorize + "?deny=401", original("/") + ["X-Forwarded-Uri: /"], "in two ways"),
        ] {
            let answer = try program.ask(target, fields)
            #expect(answer.status == 400 && answer.text.contains(word), "\(answer.text)")
        }
        // What a visitor can bring about is refused in the way that its proxy knows.
        for uri in ["/free#x", "/a b", "/api/queue/status", "/api/queue/../tickets"] {
            #expect(try program.ask(authorize + "?deny=401", original(uri)).status == 401, "\(uri)")
            let shown = try program.ask("/api/queue/wait", original(uri))
            #expect([400, 404].contains(shown.status), "\(uri)")
        }
    }

    @Test func whoAsksTooMuchIsRefusedInTheWayOfItsProxy() throws {
        let program = try start(["limits.per_address": "2/h", "limits.burst": 2, "server.loops": 1])
        defer { program.stop() }
        for _ in 0..<2 { #expect(try program.ask(authorize, original("/free")).status == 200) }
        #expect(try program.ask(authorize, original("/free")).status == 429)
        #expect(try program.ask(authorize + "?deny=401", original("/free")).status == 401)
        #expect(try program.ask("/api/queue/wait", original("/free"))["Retry-After"] != nil)
        let other = ["X-Forwarded-For: 203.0.113.8"] + original("/free").dropFirst()
        #expect(try program.ask(authorize, other).status == 200)
    }
}
