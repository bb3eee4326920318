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

    private static let rates: [String: ConfigText.Value] = [
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

    @Test func twoNodesHaveOneValue() throws {
        let redis = try RedisServer.start()
        defer { redis.close() }
        let origin = try MoodyOrigin()
        defer { origin.stop() }
        let shared = try TemporaryFolder()
        let keys = try shared.write("keys", "key0 \(String(repeating: "QUJD", count: 12))\n")
        let folders = [try TemporaryFolder(), try TemporaryFolder()]
        let nodes = try folders.enumerated().map { at, folder in
            let more: [String: ConfigText.Value] = [
                "store.place": "redis", "store.redis": .text("redis://127.0.0.1:\(redis.port)"),
                "store.node": .text("node-\(at)"), "tokens.keys_file": .text(keys),
            ]
            return try RunningProgram(
                .room(upstream: origin.port, in: folder, with: more.merging(Self.rates) { $1 }), folder: folder)
        }
        defer { for node in nodes { node.stop() } }
        let admins = try nodes.map(AdminPort.init)
        for admin in admins { try eventually("both are heard") { (try admin.room()["nodes"] as? [String])?.count == 2 } }
        #expect(try admins[0].room().text("adaptation.reason") == "configured")
        #expect(try admins[0].room().text("adaptation.min") == "2/s")
        let cookie = try pass(nodes[0])

        // It hangs: known as soon as more are open for too long than there should be, though none is answered.
        origin.mood.change { $0 = .hanging }
        let open = try (0..<24).map { at in
            let connection = try nodes[0].connect()
            try connection.send("GET /slow/\(at) HTTP/1.1\r\nHost: site.test\r\n\(cookie)\r\n\r\n")
            return connection
        }
        for admin in admins {
            try eventually("lowered, whoever is asked") { try admin.room().text("adaptation.reason") == "slow" }
            let room = try admin.room()
            #expect(room.text("rate") == "7/s" && room.text("adaptation.configured") == "10/s")
        }
        let (ours, theirs) = (try nodes[0].log.wait("rate.adapted"), try nodes[1].log.wait("rate.adapted"))
        #expect(ours["rate"] == "7/s" && ours["slow"] == "24" && theirs["reason"] == "slow" && theirs["slow"].isEmpty)
        origin.mood.change { $0 = .well }
        for connection in open { #expect(try connection.receiveAnswer().status == 200) }

        // All is well again.
        try eventually("raised") {
            try ask(25, nodes[1], cookie)
            return try admins[0].room().text("adaptation.reason") == "well"
        }
        let raised = try #require(try admins[0].room().number("ratePerSecond"))
        #expect(raised > 7 && raised <= 10)

        // It fails, as the other node sees.
        origin.mood.change { $0 = .failing }
        try eventually("lowered again") {
            try ask(25, nodes[1], cookie)
            return try admins[0].room().text("rate") == "2/s"
        }
        #expect(try admins[1].room().text("adaptation.reason") == "failing")
        let page = try admins[0].ask("/metrics").text
        #expect(page.contains("waitingroom_room_rate{room=\"main\"} 2\n"))
        #expect(page.contains("waitingroom_room_rate_reason{room=\"main\",reason=\"failing\"} 1\n"))
        #expect(page.contains("waitingroom_room_rate_bound{room=\"main\",bound=\"max\"} 40\n"))
        let shown = try Tool.run([
            RunningProgram.executable, "room", "main", "status", "--admin", "http://127.0.0.1:\(admins[0].port)",
            "--token-file",
            folders[0].path("state/admin-token"),
        ])
        #expect(
            shown.output.contains("lowered, since more than 5 % of the requests failed"), "\(shown.output)\(shown.errors)")
        #expect(shown.output.contains("between 2/s and 40/s, configured 10/s"), "\(shown.output)")

        // An operator's word wins until it is taken back.
        #expect(try admins[1].post("/api/rooms/main/controls", "{\"rate\":\"90/s\"}").status == 200)
        try eventually("it is in force") { try admins[0].room().text("rate") == "90/s" }
        #expect(try admins[0].room().text("adaptation.reason") == "live")
        #expect(try admins[1].post("/api/rooms/main/controls", "{\"rate\":null}").status == 200)
        try eventually("it follows again") { try admins[0].room().text("rate") == "2/s" }
        #expect(try admins[0].room().text("adaptation.reason") == "failing")
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
