import Foundation
import TestSupport
import Testing

/// The rate of a room follows its origin's health: on two nodes as one value, shown with its reason, and an operator's word wins.
@Suite struct AdaptedRateTests {
    /// Answers well, with errors, or not at all until it is told to.
    private final class MoodyOrigin: Sendable {
        enum Mood { case well, failing, hanging }

        let mood = Shared(Mood.well)
        /// Requests that have come.
        let asked = Shared(0)
        private let origin: ScriptedOrigin

        init() throws {
            let (mood, asked) = (mood, asked)
            origin = try ScriptedOrigin { connection in
                while true {
                    let request = try connection.receiveRequest()
                    asked.change { $0 += 1 }
                    try mood.wait(for: "the origin to go on") { $0 != .hanging }
                    if mood.current == .failing {
                        try connection.send("HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n")
                    } else {
                        try connection.answer(request.target)
                    }
                }
            }
        }

        var port: UInt16 { origin.port }

        func stop() {
            mood.change { $0 = .well }
            origin.stop()
        }
    }

    fileprivate static let rates: [String: ConfigText.Value] = [
        "room.rate": "10/s", "room.rate_min": "2/s", "room.rate_max": "40/s", "room.rate_target_latency": "300ms",
        "room.max_active": "off", "server.loops": 2,
    ]

    /// Somebody comes and gets a pass.
    private func pass(_ program: RunningProgram) throws -> String {
        let answer = try program.ask("/first")
        return "Cookie: \(try #require(answer["Set-Cookie"]?.split(separator: ";").first))"
    }

    private func ask(_ count: Int, _ program: RunningProgram, _ cookie: String) throws {
        for at in 0..<count { _ = try program.ask("/\(at)", [cookie]) }
    }

    /// Two nodes on one Redis, in front of one origin.
    private final class Pair {
        let origin: MoodyOrigin
        let redis: RedisServer
        let folders: [TemporaryFolder]
        let nodes: [RunningProgram]
        let admins: [AdminPort]
        private let shared: TemporaryFolder

        init() throws {
            let (redis, origin, shared) = (try RedisServer.start(), try MoodyOrigin(), try TemporaryFolder())
            let keys = try shared.write("keys", "key0 \(String(repeating: "QUJD", count: 12))\n")
            folders = [try TemporaryFolder(), try TemporaryFolder()]
            nodes = try folders.enumerated().map { at, folder in
                let more: [String: ConfigText.Value] = [
                    "store.place": "redis", "store.redis": .text("redis://127.0.0.1:\(redis.port)"),
                    "store.node": .text("node-\(at)"), "tokens.keys_file": .text(keys),
                ]
                return try RunningProgram(
                    .room(upstream: origin.port, in: folder, with: more.merging(rates) { $1 }), folder: folder)
            }
            admins = try nodes.map(AdminPort.init)
            (self.redis, self.origin, self.shared) = (redis, origin, shared)
        }

        func close() {
            for node in nodes { node.stop() }
            origin.stop()
            redis.close()
        }

        func reason(_ node: Int) throws -> String? { try admins[node].room().text("adaptation.reason") }
        func rate(_ node: Int) throws -> String? { try admins[node].room().text("rate") }

        func set(_ rate: String, at node: Int) throws {
            #expect(try admins[node].post("/api/rooms/main/controls", "{\"rate\":\(rate)}").status == 200)
        }

        func status(_ node: Int) throws -> String {
            let shown = try Tool.run([
                RunningProgram.executable, "room", "main", "status", "--admin", "http://127.0.0.1:\(admins[node].port)",
                "--token-file", folders[node].path("state/admin-token"),
            ])
            return shown.output + shown.errors
        }
    }

    @Test func twoNodesHaveOneValue() throws {
        let pair = try Pair()
        defer { pair.close() }
        for admin in pair.admins {
            try eventually("both are heard") { (try admin.room()["nodes"] as? [String])?.count == 2 }
        }
        #expect(try pair.reason(0) == "configured" && pair.admins[0].room().text("adaptation.min") == "2/s")
        let cookie = try pass(pair.nodes[0])
        try hang(pair, cookie)

        // All is well again.
        try eventually("raised") {
            try ask(25, pair.nodes[1], cookie)
            return try pair.reason(0) == "well"
        }
        let raised = try #require(try pair.admins[0].room().number("ratePerSecond"))
        #expect(raised > 7 && raised <= 10)

        // It fails, as the other node sees.
        pair.origin.mood.change { $0 = .failing }
        try eventually("lowered again") {
            try ask(25, pair.nodes[1], cookie)
            return try pair.rate(0) == "2/s"
        }
        #expect(try pair.reason(1) == "failing")
        let page = try pair.admins[0].ask("/metrics").text
        #expect(page.contains("waitingroom_room_rate{room=\"main\"} 2\n"))
        #expect(page.contains("waitingroom_room_rate_reason{room=\"main\",reason=\"failing\"} 1\n"))
        #expect(page.contains("waitingroom_room_rate_bound{room=\"main\",bound=\"max\"} 40\n"))
        let status = try pair.status(0)
        #expect(status.contains("lowered, since more than 5 % of the requests failed"), "\(status)")
        #expect(status.contains("between 2/s and 40/s, configured 10/s"), "\(status)")

        // An operator's word wins until it is taken back.
        try pair.set("\"90/s\"", at: 1)
        try eventually("it is in force") { try pair.rate(0) == "90/s" }
        #expect(try pair.reason(0) == "live")
        try pair.set("null", at: 1)
        try eventually("it follows again") { try pair.rate(0) == "2/s" }
        #expect(try pair.reason(0) == "failing")
    }

    /// The first node's requests hang: known as soon as more are open for too long than there should be, though none is answered.
    private func hang(_ pair: Pair, _ cookie: String) throws {
        pair.origin.mood.change { $0 = .hanging }
        let open = try (0..<24).map { at in
            let connection = try pair.nodes[0].connect()
            try connection.send("GET /slow/\(at) HTTP/1.1\r\nHost: site.test\r\n\(cookie)\r\n\r\n")
            return connection
        }
        for node in 0..<2 {
            try eventually("lowered, whoever is asked") { try pair.reason(node) == "slow" }
            #expect(try pair.rate(node) == "7/s")
        }
        let logged = try pair.nodes.map { try $0.log.wait("rate.adapted") }
        #expect(logged.map { $0["rate"] } == ["7/s", "7/s"] && logged.map { $0["reason"] } == ["slow", "slow"])
        // Who has proposed it says what it had seen.
        #expect(!logged[0]["slow"].isEmpty && logged[1]["slow"].isEmpty)
        pair.origin.mood.change { $0 = .well }
        for connection in open { #expect(try connection.receiveAnswer().status == 200) }
    }

    @Test func itOutlivesTheProcess() throws {
        let origin = try MoodyOrigin()
        defer { origin.stop() }
        let folder = try TemporaryFolder()
        let config = ConfigText.room(upstream: origin.port, in: folder, with: Self.rates)
        let program = try RunningProgram(config, folder: folder)
        defer { program.stop() }
        let cookie = try pass(program)
        origin.mood.change { $0 = .failing }
        try eventually("lowered") {
            try ask(25, program, cookie)
            return try AdminPort(program).room().text("rate") == "2/s"
        }
        program.stop()
        let next = try RunningProgram(config, folder: folder)
        defer { next.stop() }
        try eventually("as it was") { try AdminPort(next).room().text("rate") == "2/s" }
        #expect(try AdminPort(next).room().text("adaptation.reason") == "failing")
        // Without bounds it means nothing.
        try next.write(config.with(["room.rate_min": "off", "room.rate_max": "off"]))
        try next.log.wait("reload.done")
        try eventually("as configured") { try AdminPort(next).room().text("rate") == "10/s" }
        #expect(try AdminPort(next).room()["adaptation.reason"] == nil)
    }
}
