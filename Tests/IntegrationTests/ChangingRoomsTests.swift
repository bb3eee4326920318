import Foundation
import TestSupport
import Testing

/// What operators do to rooms while somebody is in the middle of a question.
@Suite struct ChangingRoomsTests {
    /// Rooms go while the store is silent: whoever waits for its word, in a room that goes and in one that is another number from
    /// then on, is told something, and the program goes on.
    @Test func roomsThatGoLeaveNoQuestionOpen() throws {
        let redis = try RedisServer.start()
        defer { redis.close() }
        let origin = try RecordingOrigin()
        defer { origin.stop() }
        let folder = try TemporaryFolder()
        func config(_ rooms: [String]) -> ConfigText {
            let paths = rooms.map { ("rooms.\($0).path", ConfigText.Value.text("/\($0)")) }
            return .room(
                upstream: origin.port, in: folder,
                with: [
                    "store.place": "redis", "store.redis": .text("redis://127.0.0.1:\(redis.port)"), "server.loops": 1,
                    "room.state": "queue", "room.rate": "1/h", "room.burst": 1,
                ]
            ).with(Dictionary(uniqueKeysWithValues: paths))
        }
        let program = try RunningProgram(config(["a", "b", "c"]), folder: folder)
        defer { program.stop() }
        for room in ["a", "b", "c"] {
            try eventually("room \(room) has its line") { try program.ask("/\(room)")["Waiting-Room"] == "waiting" }
        }
        redis.freeze()
        defer { redis.thaw() }
        let open = try ["a", "b", "c"].map { room in
            let connection = try program.connect()
            try connection.send("GET /\(room) HTTP/1.1\r\nHost: site.test\r\n\r\n")
            return connection
        }
        try program.write(config(["b", "c"]))
        _ = try program.log.wait("reload.done")
        for connection in open { #expect([200, 503].contains(try connection.receiveAnswer().status)) }
        #expect(try program.ask("/a").text == RecordingOrigin.mark)
        #expect(origin.lines == ["GET /a"])
    }

    /// A pass that was taken back is no ticket to a new place.
    @Test func whoIsTakenBackIsToldSoAndGetsNoOtherPlace() throws {
        let origin = try RecordingOrigin()
        defer { origin.stop() }
        let folder = try TemporaryFolder()
        let program = try RunningProgram(
            .room(upstream: origin.port, in: folder, with: ["room.state": "auto", "server.loops": 1]), folder: folder)
        defer { program.stop() }
        let admin = try AdminPort(program)
        let first = try program.ask("/")
        #expect(first.text == RecordingOrigin.mark)
        let cookie = "Cookie: \(try #require(first["Set-Cookie"]?.split(separator: ";").first))"
        let ticket = try #require(origin.all.last?["Waiting-Room-Id"])
        let revoked = try admin.post("/api/rooms/main/revoke", "{\"ticket\":\"\(ticket)\",\"for\":\"10m\"}")
        #expect(revoked.status == 200)
        let before = origin.lines.count
        let again = try program.ask("/", [cookie])
        #expect(again.status == 403 && again["Waiting-Room"] == "revoked" && again["Set-Cookie"] == nil)
        #expect(origin.lines.count == before)
    }
}
