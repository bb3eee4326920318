import Foundation
import TestSupport
import Testing

/// What is said while a store is away: to whoever listens, and to the balancer.
@Suite struct StoreAwayTests {
    private func events(of ticket: String, _ program: RunningProgram) throws -> RawConnection {
        let stream = try program.connect()
        try stream.send("GET /api/queue/events HTTP/1.1\r\nHost: site.test\r\nWaiting-Room-Ticket: \(ticket)\r\n\r\n")
        let head = try stream.receiveHead()
        #expect(head.isChunked && head["Content-Type"] == "text/event-stream")
        return stream
    }

    /// The next event's `state`, whatever comments come before it.
    private func state(_ stream: RawConnection) throws -> String? {
        while let chunk = try stream.receiveChunk() {
            guard chunk.starts(with: Array("data: ".utf8)) else { continue }
            let status = try JSONSerialization.jsonObject(with: Data(chunk.dropFirst(6))) as? [String: Any]
            return status?["state"] as? String
        }
        return nil
    }

    @Test func whoListensIsToldThatItsPlaceIsHeld() throws {
        let redis = try RedisServer.start()
        defer { redis.close() }
        let program = try RunningProgram(
            ConfigText(
                upstream: 9,
                with: [
                    "room.state": "paused", "server.loops": 1, "store.place": "redis",
                    "store.redis": .text("redis://127.0.0.1:\(redis.port)"),
                ]))
        defer { program.stop() }
        var ticket: String?
        try eventually("somebody waits") {
            ticket = try program.enter()
            return ticket != nil
        }
        let stream = try events(of: try #require(ticket), program)
        #expect(try state(stream) == "paused")
        #expect(try program.askAdmin("/readyz").text.contains("store main: primary\nstore: ok\n"))
        redis.close()
        // No tick of the room comes any more.
        var told = try state(stream)
        while told == "paused" { told = try state(stream) }
        #expect(told == "held")
        try eventually("it is said which store is in use") {
            try program.askAdmin("/readyz").text.contains("store main: none: hold\nstore: ok\n")
        }
        #expect(try program.askAdmin("/readyz").status == 200, "no other node could do better")
    }

    @Test func theStoreInMemoryIsSaid() throws {
        let program = try RunningProgram(ConfigText(upstream: 9))
        defer { program.stop() }
        #expect(try program.askAdmin("/readyz").text.contains("store main: memory\nstore: ok\n"))
    }
}
