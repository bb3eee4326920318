import Foundation
import TestSupport
import Testing

/// The rate of a room changes while people wait, by the file and by the shell, on one node and on two.
@Suite struct LiveRateTests {
    private static let slow: [String: ConfigText.Value] = ["room.rate": "1/h", "room.burst": 1, "room.max_active": "off"]
    private static let quick: [String: ConfigText.Value] = slow.merging(["room.rate": "20/s", "room.burst": 4]) { $1 }

    /// What a node says of each second: admissions within any of them, as the store counted.
    private func admissions(_ admin: AdminPort) throws -> [(at: Int, count: Int)] {
        let history = try Answered(try admin.ask("/api/rooms/main/history"))
        let times = (history["at"] as? [NSNumber] ?? []).map(\.intValue)
        let counts = (history["admitted"] as? [Any] ?? []).map { ($0 as? NSNumber)?.intValue ?? 0 }
        return zip(times, counts).map { ($0, $1) }
    }

    private func state(_ ticket: String, _ program: RunningProgram) throws -> String {
        let answer = try Answered(try program.ask("/api/queue/status", ["Waiting-Room-Ticket: \(ticket)"]))
        return answer["canEnter"] as? Bool == true ? "in" : answer.text("state") ?? "\(answer.value)"
    }

    @Test func theFileChangesItWithoutLosingAnybody() throws {
        let folder = try TemporaryFolder()
        let program = try RunningProgram(.room(upstream: 9, in: folder, with: Self.slow), folder: folder)
        defer { program.stop() }
        let admin = try AdminPort(program)
        _ = try program.enter()
        let tickets = try (0..<40).map { _ in try #require(try program.enter()) }
        try eventually("all wait") { try admin.room().number("waiting") == 40 }
        #expect(try admin.room().number("totals.admitted") == 1)
        try program.write(.room(upstream: 9, in: folder, with: Self.quick))
        let reload = try program.log.wait("reload.done")
        #expect(reload["changed"] == "room.rate room.burst" || reload["changed"] == "room.burst room.rate", "\(reload)")
        try eventually("all are let in") { try admin.room().number("totals.admitted") == 41 }
        #expect(try admin.room().text("rate") == "20/s")
        for ticket in tickets { try eventually("\(ticket) is in") { try state(ticket, program) == "in" } }
        let seconds = try admissions(admin).drop { $0.count == 0 }
        let total = seconds.reduce(0) { $0 + $1.count }
        let span = try #require(seconds.last { $0.count > 0 }).at - (try #require(seconds.first).at) + 2
        #expect(total <= 20 * span + 4, "\(total) in \(span) s")
    }

    @Test func twoNodesOnOneRedisTakeItTogether() throws {
        let redis = try RedisServer.start()
        defer { redis.close() }
        let store: [String: ConfigText.Value] = [
            "store.place": "redis", "store.redis": .text("redis://127.0.0.1:\(redis.port)"),
        ]
        func config(_ folder: TemporaryFolder, _ more: [String: ConfigText.Value]) -> ConfigText {
            .room(
                upstream: 9, in: folder, with: store.merging(more) { $1 }.merging(["tokens.keys_file": .text(keys)]) { $1 })
        }
        let shared = try TemporaryFolder()
        let keys = try shared.write("keys", "key0 \(String(repeating: "QUJD", count: 12))\n")
        let folders = [try TemporaryFolder(), try TemporaryFolder()]
        let nodes = try folders.enumerated().map { at, folder in
            try RunningProgram(
                config(folder, Self.slow.merging(["store.node": .text("node-\(at)")]) { $1 }), folder: folder)
        }
        defer { for node in nodes { node.stop() } }
        let admins = try nodes.map(AdminPort.init)
        try eventually("both are heard") { try (admins[0].room()["nodes"] as? [String]) == ["node-0", "node-1"] }
        _ = try nodes[0].enter()
        let tickets = try (0..<30).map { try #require(try nodes[$0 % 2].enter()) }
        for admin in admins { try eventually("all wait, whoever is asked") { try admin.room().number("waiting") == 30 } }
        // By the shell, at one of them.
        let set = try Tool.run([
            RunningProgram.executable, "room", "main", "set", "rate=10", "--admin", "http://127.0.0.1:\(admins[0].port)",
            "--token-file", folders[0].path("state/admin-token"),
        ])
        #expect(set.exitCode == 0, "\(set.errors)")
        try eventually("the other has heard") { try admins[1].room().text("rate") == "10/s" }
        #expect(try admins[1].room().text("controls.live.rate.configured") == "1/h")
        try eventually("some are let in") { try admins[1].room().number("totals.admitted") ?? 0 > 5 }
        // By the file, at both: what is live wins until it is taken back.
        for (at, node) in nodes.enumerated() {
            try node.write(config(folders[at], Self.quick.merging(["store.node": .text("node-\(at)")]) { $1 }))
            try node.log.wait("reload.done")
        }
        #expect(try admins[1].room().text("rate") == "10/s")
        #expect(try admins[1].post("/api/rooms/main/controls", "{\"rate\":null}").status == 200)
        for admin in admins { try eventually("as configured") { try admin.room().text("rate") == "20/s" } }
        try eventually("all are let in") { try admins[0].room().number("totals.admitted") == 31 }
        // Each may come to any node.
        for (at, ticket) in tickets.enumerated() {
            try eventually("\(at) is in") { try state(ticket, nodes[(at + 1) % 2]) == "in" }
        }
    }
}
