import Foundation
import TestSupport
import Testing

/// Visitors whom the site knows, by tokens that PyJWT signs, through the real program and its stores.
@Suite struct PersonTests {
    private static let people = (0..<4).map { "person \($0)" }

    private func config(_ site: TokenSite, _ folder: TemporaryFolder, _ origin: RecordingOrigin) throws -> ConfigText {
        try folder.write("site.key", site.key)
        try folder.write("keys", TestKeys.line)
        return ConfigText(
            upstream: origin.port,
            with: [
                "room.state": "auto", "room.max_active": 1, "server.loops": 2,
                "tokens.keys_file": .text(folder.path("keys")),
                "people.key_file": .text(folder.path("site.key")), "people.cookie": "session",
                "people.issuer": "https://shop.example", "people.audience": "shop",
            ])
    }

    /// What the API says: entering, as an app does that sends its token and keeps nothing.
    private func enter(_ program: RunningProgram, _ token: String?, _ more: [String] = []) throws -> Answered {
        let fields = token.map { ["Authorization: Bearer \($0)"] } ?? []
        return try Answered(try program.ask("/api/queue/enter", fields + more, method: "POST"))
    }

    /// The ticket's name, out of the ticket.
    private func id(_ ticket: String?) throws -> String {
        let claims = String(try #require(ticket).split(separator: ".")[1])
        let letters = claims.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
        let padded = letters.padding(toLength: (letters.count + 3) / 4 * 4, withPad: "=", startingAt: 0)
        let object = try JSONSerialization.jsonObject(with: try #require(Data(base64Encoded: padded)))
        return try #require((object as? [String: Any])?["sub"] as? String)
    }

    @Test(arguments: ["HS256", "RS256", "ES256"]) func allDevicesHaveOneTicket(_ algorithm: String) throws {
        let site = try TokenSite.make(algorithm, people: Self.people)
        let (folder, origin) = (try TemporaryFolder(), try RecordingOrigin())
        defer { origin.stop() }
        let program = try RunningProgram(
            try config(site, folder, origin).with(["people.algorithm": .text(algorithm)]))
        defer { program.stop() }
        let inside = try enter(program, try site.token(of: Self.people[0]))
        #expect(inside["canEnter"] as? Bool == true)
        // Connections come to both loops.
        var tickets: [String: Set<String>] = [:]
        for _ in 0..<6 {
            for who in Self.people[1...] {
                tickets[who, default: []].insert(try id(try enter(program, try site.token(of: who)).text("ticket")))
            }
        }
        #expect(tickets.values.map(\.count) == [1, 1, 1] && Set(tickets.values.joined()).count == 3)
        // The browser of one of them, by its cookie, and with the page's ticket from then on.
        let page = try program.ask(
            "/", ["Cookie: a=b; session=\(try site.token(of: Self.people[2]))", "Accept: text/html"])
        let cookie = try #require(page["Set-Cookie"]?.split(separator: ";").first)
        #expect(try id(String(cookie.dropFirst("wr_ticket=".count))) == tickets[Self.people[2]]?.first)
        // Who is inside is inside on the other device, too.
        let other = try enter(program, try site.token(of: Self.people[0]))
        #expect(other["canEnter"] as? Bool == true)
        let both = try [inside, other].map { try id($0.text("token")) }
        #expect(both[0] == both[1])
        try eventually("both count as one") { try AdminPort(program).room().number("active") == 1 }
        #expect(try program.metric("waitingroom_people_known_total") >= 20)
        #expect(try program.metric("waitingroom_people_refused_total") == 0)
        // It leaves on one: on both.
        #expect(try program.ask("/again", ["Waiting-Room-Pass: \(other.text("token") ?? "")"]).text == RecordingOrigin.mark)
        let left = try program.ask(
            "/api/queue", ["Waiting-Room-Pass: \(inside.text("token") ?? "")"], method: "DELETE")
        #expect(left.status == 204)
        try eventually("its pass is refused on the other device") {
            try program.ask("/again", ["Waiting-Room-Pass: \(other.text("token") ?? "")", "Accept: text/html"]).text
                != RecordingOrigin.mark
        }
        let again = try enter(program, try site.token(of: Self.people[0]))
        #expect(try id(again.text("ticket")) != both[0] && again["behind"] as? Int == 0)
    }

    @Test func whatIsNotRightCountsAsNone() throws {
        let site = try TokenSite.make("RS256", people: Self.people, forgeries: true)
        let (folder, origin) = (try TemporaryFolder(), try RecordingOrigin())
        defer { origin.stop() }
        let program = try RunningProgram(
            try config(site, folder, origin).with(["people.algorithm": "RS256", "room.state": "paused"]))
        defer { program.stop() }
        let own = try id(try enter(program, try site.token(of: Self.people[0])).text("ticket"))
        var seen: Set<String> = [own]
        let forged = site.tokens.filter { $0.refusal != nil && !$0.token.contains("\n") && !$0.token.isEmpty }
        #expect(forged.count > 30)
        for token in forged {
            // A new one each time: nobody's.
            let answer = try program.ask("/api/queue/enter", ["Authorization: Bearer \(token.token)"], method: "POST")
            #expect(answer.status == 200, "\(token.name)")
            let new = try id(try Answered(answer).text("ticket"))
            #expect(seen.insert(new).inserted, "\(token.name)")
        }
        // Beside the right one, it does no harm.
        let good = try site.token(of: Self.people[0])
        let both = try enter(program, forged[0].token, ["Cookie: session=\(forged[1].token); session=\(good)"])
        #expect(try id(both.text("ticket")) == own)
        #expect(try program.metric("waitingroom_people_refused_total") == Double(forged.count + 2))
    }

    /// Nodes that share nothing but their store.
    @Test(arguments: ["redis", "postgres"]) func aDeviceComesToAnotherNode(_ place: String) throws {
        let site = try TokenSite.make("HS256", people: Self.people)
        let (shared, origin) = (try TemporaryFolder(), try RecordingOrigin())
        defer { origin.stop() }
        let redis = place == "redis" ? try RedisServer.start() : nil
        let postgres = place == "postgres" ? try PostgresServer() : nil
        defer {
            redis?.close()
            postgres?.close()
        }
        var store: [String: ConfigText.Value] = [
            "store.place": .text(place), "people.algorithm": "HS256", "server.loops": 1,
        ]
        if let redis { store["store.redis"] = .text("redis://127.0.0.1:\(redis.port)") }
        if let postgres { store["store.postgres"] = .text(postgres.url("postgres")) }
        let config = try config(site, shared, origin).with(store)
        let nodes = try (0..<2).map { try RunningProgram(config.with(["store.node": .text("node-\($0)")])) }
        defer { for node in nodes { node.stop() } }
        var inside: [Answered] = []
        try eventually("somebody is let in") {
            inside = [try enter(nodes[0], try site.token(of: Self.people[0]))]
            return inside[0]["canEnter"] as? Bool == true
        }
        let tickets = try Self.people[1...].map { try id(try enter(nodes[0], try site.token(of: $0)).text("ticket")) }
        #expect(try Self.people[1...].map { try id(try enter(nodes[1], try site.token(of: $0)).text("ticket")) } == tickets)
        let other = try enter(nodes[1], try site.token(of: Self.people[0]))
        #expect(try id(other.text("token")) == id(inside[0].text("token")))
        // It is done: the next device's turn is the next person's, and the person goes to the end on both nodes.
        _ = try nodes[1].ask("/api/queue", ["Waiting-Room-Pass: \(other.text("token") ?? "")"], method: "DELETE")
        try eventually("the next one is in, on the node where it never was") {
            try enter(nodes[1], try site.token(of: Self.people[1]))["canEnter"] as? Bool == true
        }
        let last = try nodes.map { try id(try enter($0, try site.token(of: Self.people[0])).text("ticket")) }
        #expect(last[0] == last[1] && !tickets.contains(last[0]))
    }
}
