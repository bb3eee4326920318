import Foundation
import Synchronization
import Telemetry
import TestSupport
import Testing

@testable import Web

/// The end of a server, and shortage: who is let go, and who is not.
@Suite struct DrainTests {
    private final class Drained: Sendable {
        let count = Atomic<Int>(0)
        var times: Int { count.load(ordering: .sequentiallyConsistent) }
    }

    private func drain(_ site: Site) throws -> Drained {
        let drained = Drained()
        try site.run { tenant in
            tenant.server.onDrained = { drained.count.wrappingAdd(1, ordering: .sequentiallyConsistent) }
            tenant.server.drain()
        }
        return drained
    }

    @Test func whatIsInFlightIsFinishedAndTheIdleAreClosed() throws {
        let site = try Site.scripted()
        let idle = try site.connect()
        _ = try idle.get("/a")
        let busy = try site.connect()
        try busy.send("GET /hold HTTP/1.1\r\nHost: a\r\n\r\n")
        try site.wait(untilHandler: { $0.held.count == 1 })
        let drained = try drain(site)
        try site.loop.settle()
        #expect(idle.isSilent, "a request may be on its way; it has a moment")
        try site.loop.advance(seconds: 1.1)
        #expect(try idle.receive() == .end)
        #expect(drained.times == 0)
        try site.answerHeld()
        let answer = try busy.receiveAnswer()
        #expect(answer.text == "held" && answer["connection"] == "close")
        #expect(try busy.receive() == .end)
        busy.hangUp()
        try site.waitUntilEmpty()
        #expect(drained.times == 1)
    }

    @Test func aRequestInTheLastMomentIsAnswered() throws {
        let site = try Site.scripted()
        let client = try site.connect()
        _ = try client.get("/a")
        let drained = try drain(site)
        let answer = try client.get("/b")
        #expect(answer.text == "/b" && answer["connection"] == "close")
        client.hangUp()
        try site.waitUntilEmpty()
        #expect(drained.times == 1)
    }

    @Test func anAnswerOnItsWayIsNotCut() throws {
        let site = try Site.scripted()
        let client = try site.connect(receiveBuffer: 4096)
        try client.send("GET /size/8000000 HTTP/1.1\r\nHost: a\r\n\r\n")
        try site.wait(untilHandler: { $0.connection?.wire.isBlocked == true })
        let drained = try drain(site)
        try site.loop.advance(seconds: 1.1)
        #expect(drained.times == 0)
        #expect(try client.receiveAnswer().body.count == 8_000_000)
        #expect(try client.receive() == .end)
        client.hangUp()
        try site.waitUntilEmpty()
        #expect(drained.times == 1)
    }

    @Test func whoHasNobodyIsDrainedAtOnce() throws {
        let site = try Site.scripted()
        #expect(try drain(site).times == 1)
    }

    @Test func anAbortEndsEverything() throws {
        let site = try Site.scripted()
        let busy = try site.connect()
        try busy.send("GET /hold HTTP/1.1\r\nHost: a\r\n\r\n")
        try site.wait(untilHandler: { $0.held.count == 1 })
        let drained = try drain(site)
        try site.run { $0.server.abort() }
        #expect(try site.handler { $0.held.first?.events } == ["ended", "gone: drained"])
        #expect(drained.times == 1)
        #expect(try busy.receiveAll().bytes.isEmpty)
    }

    @Test func idleConnectionsMakeRoomAndBusyOnesStay() throws {
        let site = try Site.scripted()
        let idle = try (0..<5).map { _ in try site.connect() }
        for client in idle { _ = try client.get("/a") }
        let busy = try site.connect()
        try busy.send("GET /hold HTTP/1.1\r\nHost: a\r\n\r\n")
        let beginning = try site.connect()
        try beginning.send("GET /a HT")
        try site.wait { tenant in
            tenant.server.connectionCount == 7
                && (tenant.handler as? ScriptedHandler)?.held.count == 1
                && tenant.server.connections.contains { $0?.phase == .head }
        }
        #expect(try site.run { $0.server.evictIdle(3) } == 3)
        #expect(try site.run { $0.server.evictIdle(32) } == 2)
        #expect(try site.run { $0.server.evictIdle(32) } == 0)
        for client in idle { #expect(try client.receive() == .end) }
        try site.answerHeld()
        #expect(try busy.receiveAnswer().text == "held")
        try beginning.send("TP/1.1\r\nHost: a\r\n\r\n")
        #expect(try beginning.receiveAnswer().text == "/a")
    }

    @Test func everyExchangeIsALineOfTheAccessLog() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("access-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let writer = try LogWriter(to: .file(path), format: .json)
        let site = try Site.scripted(configure: { $0.accessLog = AccessLog(writer) })
        let client = try site.connect()
        _ = try client.get("/first?x=1", fields: "User-Agent: tester\r\nReferer: http://r.test/\r\n")
        try client.send("POST /echo HTTP/1.1\r\nHost: b\r\nContent-Length: 5\r\n\r\nhello")
        _ = try client.receiveAnswer()
        try client.send("GET /hold HTTP/1.1\r\nHost: a\r\n\r\n")
        try site.wait(untilHandler: { $0.held.count == 2 })
        try client.reset()
        try site.waitUntilEmpty()
        let bad = try site.connect()
        try bad.send("GET / HTTP/1.1\r\n\r\n")
        _ = try bad.receiveAnswer()
        try site.run { $0.server.accessLog?.flush() }
        #expect(writer.close(millisecondsMax: patienceSeconds * 1000))
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        let entries = try lines.map { try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] ?? [:] }
        #expect(entries.map { $0["target"] as? String } == ["/first?x=1", "/echo", "/hold", nil] || entries.count == 4)
        #expect(entries.map { $0["status"] as? Int ?? 0 } == [200, 200, 0, 400])
        #expect(entries.first?["user_agent"] as? String == "tester")
        #expect(entries[2]["reason"] as? String == "the client reset the connection")
        #expect(entries[3]["reason"] as? String == "HTTP/1.1 requires a Host field")
    }
}
