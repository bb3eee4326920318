import Address
import Admission
import Bytes
import HTTP
import Testing

@testable import Gate

struct GateTests {
    static let secret = [UInt8](repeating: 7, count: 32)
    static let client = IPAddress(v4: 0xc000_0201)
    static let now: UInt64 = 1_800_000_000

    static func room(_ name: String, bypass: Bypass = Bypass(), bindsNetwork: Bool = false) throws -> GateRoom {
        GateRoom(
            name: try #require(RoomName(name)), lanes: [try #require(LaneName("vip")), try #require(LaneName("general"))],
            ticketCookie: "wr_ticket.\(name)", passCookie: "wr_pass.\(name)", passLifeSeconds: 120, sessionMaxSeconds: 7200,
            bindsNetwork: bindsNetwork, bypass: bypass)
    }

    static func gate(_ bypass: Bypass = Bypass(), bindsNetwork: Bool = false) throws -> Gate {
        Gate(
            rooms: [try room("a", bypass: bypass, bindsNetwork: bindsNetwork), try room("b")],
            map: RoomMap([
                .init(host: .any, path: Array("/".utf8), room: 0), .init(host: .any, path: Array("/b".utf8), room: 1),
            ]), keys: try KeyRing([TokenKey(identifier: "k", secret: secret)]), apiPrefix: "/api/queue")
    }

    static func decide(_ gate: Gate, _ request: String, limit: Verdict? = nil, now: UInt64 = now) throws -> GateAction {
        let bytes = Array(request.replacing("\n", with: "\r\n").utf8)
        var stream = RequestStream()
        var head = RequestHead()
        let step = stream.next(bytes.span, head: &head, limits: RequestLimits())
        guard case .head = step.event else {
            Issue.record("not a request: \(request)")
            return .refuse(.ambiguousPath)
        }
        return gate.decide(head, bytes.span, Gate.Visit(client: client, now: now, limit: limit))
    }

    static func token(_ gate: Gate, room: Int = 0, issued: UInt64 = now, sessionStart: UInt64 = now) -> String {
        var text: [UInt8] = []
        let pass = Pass(
            ticket: TicketID(high: 1, low: 2), issued: issued, lifetimeSeconds: 120, sessionStart: sessionStart)
        gate.sign(pass, room: room, client: client, into: &text)
        return String(decoding: text, as: UTF8.self)
    }

    private func word(_ action: GateAction) -> String {
        switch action {
        case .limited: "limited"
        case .refuse(let why): "refuse \(why.reason)"
        case .api(let endpoint): "api \(endpoint)"
        case .forward(let why): "forward \(why.rawValue)"
        case .admit(let room, _, _, let renews): "admit \(room)\(renews ? " renews" : "")"
        case .place(let room, let ticket, let refused):
            "place \(room)\(ticket == nil ? "" : " ticket")\(refused.map { " \($0.rawValue)" } ?? "")"
        }
    }

    @Test func withoutAPassTheLineIsAsked() throws {
        let gate = try Self.gate()
        #expect(word(try Self.decide(gate, "GET / HTTP/1.1\nHost: h\n\n")) == "place 0")
        #expect(word(try Self.decide(gate, "POST /b/x HTTP/1.1\nHost: h\nContent-Length: 3\n\n")) == "place 1")
        #expect(word(try Self.decide(gate, "OPTIONS * HTTP/1.1\nHost: h\n\n")) == "place 0")
    }

    @Test func aPassIsForItsRoom() throws {
        let gate = try Self.gate()
        let pass = Self.token(gate)
        #expect(word(try Self.decide(gate, "GET / HTTP/1.1\nHost: h\nCookie: x=1; wr_pass.a=\(pass)\n\n")) == "admit 0")
        #expect(word(try Self.decide(gate, "GET / HTTP/1.1\nHost: h\nWaiting-Room-Pass: \(pass)\n\n")) == "admit 0")
        #expect(
            word(try Self.decide(gate, "GET /b HTTP/1.1\nHost: h\nWaiting-Room-Pass: \(pass)\n\n")) == "place 1 otherRoom")
        #expect(word(try Self.decide(gate, "GET /b HTTP/1.1\nHost: h\nCookie: wr_pass.a=\(pass)\n\n")) == "place 1")
        // Of two cookies of one name, either may be the good one.
        let two = "wr_pass.a=old; wr_pass.a=\(pass)"
        #expect(word(try Self.decide(gate, "GET / HTTP/1.1\nHost: h\nCookie: \(two)\n\n")) == "admit 0")
        #expect(word(try Self.decide(gate, "GET / HTTP/1.1\nHost: h\nCookie: xwr_pass.a=\(pass)\n\n")) == "place 0")
        #expect(
            word(try Self.decide(gate, "GET / HTTP/1.1\nHost: h\nCookie: wr_pass.a=\(pass)x\n\n"))
                == "place 0 malformed")
    }

    @Test func halfWayThroughAPassIsRenewed() throws {
        let gate = try Self.gate()
        let request = "GET / HTTP/1.1\nHost: h\nCookie: wr_pass.a=\(Self.token(gate))\n\n"
        #expect(word(try Self.decide(gate, request, now: Self.now + 59)) == "admit 0")
        #expect(word(try Self.decide(gate, request, now: Self.now + 60)) == "admit 0 renews")
        #expect(word(try Self.decide(gate, request, now: Self.now + 120)) == "place 0 expired")
        let old = Self.token(gate, sessionStart: Self.now - 7200 + 60)
        let late = "GET / HTTP/1.1\nHost: h\nCookie: wr_pass.a=\(old)\n\n"
        // Too old a session goes on to the end of its pass, and no further.
        #expect(word(try Self.decide(gate, late, now: Self.now + 60)) == "admit 0")
    }

    @Test func aPassMayBeBoundToItsNetwork() throws {
        let gate = try Self.gate(bindsNetwork: true)
        var text: [UInt8] = []
        let pass = Pass(ticket: TicketID(high: 1, low: 2), issued: Self.now, lifetimeSeconds: 120, sessionStart: Self.now)
        gate.sign(pass, room: 0, client: IPAddress(v4: 0x0102_0304), into: &text)
        let other = String(decoding: text, as: UTF8.self)
        #expect(
            word(try Self.decide(gate, "GET / HTTP/1.1\nHost: h\nCookie: wr_pass.a=\(other)\n\n")) == "place 0 otherNetwork")
        #expect(
            word(try Self.decide(gate, "GET / HTTP/1.1\nHost: h\nCookie: wr_pass.a=\(Self.token(gate))\n\n")) == "admit 0")
    }

    @Test func aTicketIsReadAndAForgedOneIsNone() throws {
        let gate = try Self.gate()
        var text: [UInt8] = []
        let lane = try #require(LaneName("vip"))
        gate.sign(
            Ticket(id: TicketID(high: 3, low: 4), lane: lane, place: Place(epoch: 1, number: 5), issued: Self.now), room: 0,
            into: &text)
        let ticket = String(decoding: text, as: UTF8.self)
        for shown in ["Cookie: wr_ticket.a=\(ticket)", "Waiting-Room-Ticket: \(ticket)"] {
            #expect(word(try Self.decide(gate, "GET / HTTP/1.1\nHost: h\n\(shown)\n\n")) == "place 0 ticket")
        }
        #expect(
            word(try Self.decide(gate, "GET / HTTP/1.1\nHost: h\nCookie: wr_ticket.a=\(ticket.dropLast())\n\n")) == "place 0"
        )
        // A ticket is no pass.
        #expect(
            word(try Self.decide(gate, "GET / HTTP/1.1\nHost: h\nCookie: wr_pass.a=\(ticket)\n\n"))
                == "place 0 unknownHeader")
    }

    @Test func bypassesAreTakenByTheLetter() throws {
        let gate = try Self.gate(
            Bypass(
                paths: [(Array("/health".utf8), false), (Array("/static/".utf8), true)], methods: [Array("OPTIONS".utf8)],
                networks: []))
        func of(_ target: String, _ method: String = "GET") throws -> String {
            word(try Self.decide(gate, "\(method) \(target) HTTP/1.1\nHost: h\n\n"))
        }
        #expect(
            try of("/health") == "forward path" && of("/health?a=1") == "forward path"
                && of("/static/a.css") == "forward path")
        #expect(try of("/x", "OPTIONS") == "forward method")
        for target in [
            "/health/", "/healthy", "/Health", "/static", "/static/../tickets", "/static/%2e%2e/tickets", "/static//x",
            "/static/a;b", "/static/..%2ftickets", "/static/.x", "/static\\..\\tickets", "//health", "/static/x/..",
        ] { #expect(try of(target) == "place 0", "\(target)") }

        let inside = try Self.gate(Bypass(networks: [try #require(Network("192.0.2.0/24"))]))
        #expect(word(try Self.decide(inside, "GET / HTTP/1.1\nHost: h\n\n")) == "forward network")
    }

    @Test func aCrawlerIsOneByNameAndNetwork() throws {
        let crawler = Bypass.Crawler(agent: "Googlebot", networks: [try #require(Network("192.0.2.0/24"))])
        let elsewhere = Bypass.Crawler(agent: "bingbot", networks: [try #require(Network("198.51.100.0/24"))])
        let gate = try Self.gate(Bypass(crawlers: [crawler, elsewhere]))
        func of(_ agent: String, _ gate: Gate) throws -> String {
            word(try Self.decide(gate, "GET /x HTTP/1.1\nHost: h\n\(agent)\n"))
        }
        for agent in [
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "GOOGLEBOT", "Googlebot-Image/1.0",
        ] { #expect(try of("User-Agent: \(agent)\n", gate) == "forward crawler", "\(agent)") }
        for agent in [
            "User-Agent: Google bot\n", "User-Agent: Googlebo\n", "User-Agent: \n", "", "X-User-Agent: Googlebot\n",
        ] {
            #expect(try of(agent, gate) == "place 0", "\(agent)")
        }
        // By its name alone, from a network that is not its own.
        #expect(try of("User-Agent: bingbot/2.0\n", gate) == "place 0")
        // Two names, of which one fits its network.
        #expect(try of("User-Agent: bingbot Googlebot\n", gate) == "forward crawler")
    }

    @Test func aMonitorNeedNotWait() throws {
        let gate = try Self.gate()
        let ring = try KeyRing([TokenKey(identifier: "k", secret: Self.secret)])
        func of(_ mark: String) throws -> String {
            word(try Self.decide(gate, "GET /b HTTP/1.1\nHost: h\nWaiting-Room-Monitor: \(mark)\n\n"))
        }
        #expect(try of(ring.monitorMark(until: Self.now + 1)) == "forward monitor")
        #expect(try of(ring.monitorMark(until: Self.now)) == "place 1" && of("1") == "place 1")
    }

    @Test func whatIsOursNeverReachesTheOrigin() throws {
        let gate = try Self.gate()
        func of(_ target: String, _ method: String = "GET") throws -> String {
            word(try Self.decide(gate, "\(method) \(target) HTTP/1.1\nHost: h\n\n"))
        }
        #expect(try of("/api/queue/status?room=a") == "api status" && of("/api/queue/position", "HEAD") == "api position")
        #expect(try of("/api/queue/enter", "POST") == "api enter" && of("/api/queue", "DELETE") == "api leave")
        #expect(try of("/api/queue/events") == "api events")
        for target in [
            "/api/queue/", "/api/queue/x", "/API/queue/status", "/api/queue//status", "/api/./queue/status",
            "/api/queue/status/",
            "/api%2fqueue/status", "/x/../api/queue/enter",
        ] { #expect(try of(target) == "api unknown", "\(target)") }
        for (target, method) in [("/api/queue/enter", "GET"), ("/api/queue/status", "POST"), ("/api/queue", "GET")] {
            #expect(try of(target, method).hasPrefix("api wrongMethod"))
        }
        #expect(try of("/api/queues") == "place 0")
    }

    @Test func whoAsksTooMuchIsToldSoFirst() throws {
        let refused = Verdict.refused(retryAfterNanoseconds: 1, resetNanoseconds: 2)
        #expect(
            word(try Self.decide(try Self.gate(), "GET /api/queue/status HTTP/1.1\nHost: h\n\n", limit: refused))
                == "limited")
    }
}
