import Address
import HTTP
import TestSupport
import Testing

@testable import Web

/// What cannot be taken is answered, so that the client gets to read why.
@Suite struct RefusalTests {
    @Test(arguments: [
        ("GET / HTTP/1.1\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        ("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "y", count: 40000))\r\n\r\n", 431),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\n", 413),
        ("BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 501),
    ]) func isAnsweredAndClosedInOrder(_ request: String, _ status: Int) throws {
        let site = try Site.scripted { $0.limits.bodyBytesMax = 4000 }
        let client = try site.connect()
        try client.send(request)
        let answer = try client.receiveAnswer()
        #expect(answer.status == status && answer["connection"] == "close")
        #expect(try client.receive() == .end)
        #expect(try site.handler { $0.log.contains("refused \(status)") && !$0.log.contains { $0.hasPrefix("GET") } })
        client.hangUp()
        try site.waitUntilEmpty()
    }

    @Test func theAnswerArrivesWhileTheClientStillSends() throws {
        let site = try Site.scripted()
        let client = try site.connect()
        let flood = Array("GET / HTTP/1.1\r\nHost: a b\r\n\r\n".utf8) + pattern(4 << 20)
        let sender = try client.sendMeanwhile(flood)
        // All of it is taken, and no reset destroys what was answered before.
        sender.join()
        #expect(try client.receiveAnswer().status == 400)
        #expect(try client.receive() == .end)
    }

    @Test func whoGoesOnSendingForEverIsCut() throws {
        let site = try Site.scripted()
        let client = try site.connect()
        try client.send("nonsense\r\n\r\n")
        #expect(try client.receiveAnswer().status == 400)
        #expect(try client.receive() == .end)
        #expect(try site.connectionCount == 1)
        try client.send("more")
        try site.loop.advance(seconds: 2.1)
        #expect(try site.connectionCount == 0)
    }

    @Test func requestsBeforeItAreAnsweredFirst() throws {
        let site = try Site.scripted()
        let client = try site.connect()
        try client.send("GET /hold HTTP/1.1\r\nHost: a\r\n\r\nnonsense\r\n\r\n")
        try site.answerHeld("fine")
        #expect(try client.receiveAnswer().text == "fine")
        #expect(try client.receiveAnswer().status == 400)
        #expect(try client.receive() == .end)
    }

    @Test func aMalformedChunkIsToldToWhoAnswers() throws {
        let site = try Site.scripted()
        let client = try site.connect()
        try client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n")
        #expect(try client.receiveAnswer().status == 400)
        #expect(try client.receive() == .end)
        #expect(try site.handler { $0.held.first?.events } == ["gone: badBody"])
    }

    @Test func aBodyThatGrowsBeyondTheLimitIsRefused() throws {
        let site = try Site.scripted { $0.limits.bodyBytesMax = 100 }
        let client = try site.connect()
        try client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        try client.send("40\r\n\(String(repeating: "x", count: 64))\r\n40\r\n")
        #expect(try client.receiveAnswer().status == 413)
        #expect(try site.handler { $0.held.first?.events } == ["gone: tooLarge"])
    }

    @Test func aPolicyTurnsConnectionsAway() throws {
        final class Full: ConnectionPolicy {
            var admitted = 0
            var released: [UInt64] = []
            func admit(_ address: IPAddress) -> UInt64? {
                if admitted == 1 { return nil }
                admitted += 1
                return 42
            }
            func release(_ token: UInt64) { released.append(token) }
        }
        let site = try Site.scripted(configure: { $0.policy = Full() })
        let welcome = try site.connect()
        #expect(try welcome.get("/a").status == 200)
        let unwelcome = try site.connect()
        let answer = try unwelcome.receiveAnswer()
        #expect(answer.status == 503 && answer["retry-after"] == "1")
        #expect(try unwelcome.receive() == .end)
        // Gone at once, though the client still holds its end: it takes no descriptor from those who may stay.
        #expect(try site.run { $0.server.connectionCount } == 1)
        unwelcome.hangUp()
        welcome.hangUp()
        try site.waitUntilEmpty()
        #expect(try site.run { ($0.server.policy as? Full)?.released } == [42])
        #expect(site.metrics.value(of: site.names.connectionsRefused) == 1)
    }
}
