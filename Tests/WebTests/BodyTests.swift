import TestSupport
import Testing

@testable import Web

/// Bodies: read as they come, held back, thrown away.
@Suite struct BodyTests {
    @Test func bodiesOfBothFramingsArrive() throws {
        let site = try Site.scripted()
        let client = try site.connect()
        let body = pattern(3_000_000)
        let head = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.count)\r\n\r\n"
        let sender = try client.sendMeanwhile(Array(head.utf8) + body)
        #expect(try client.receiveAnswer().text == "3000000 bytes")
        sender.join()
        #expect(try site.handler { $0.held.removeFirst().body } == body)
        try client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        try client.send("3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n")
        #expect(try client.receiveAnswer().text == "7 bytes")
        #expect(try site.handler { $0.held.removeFirst().body } == Array("abcdefg".utf8))
        #expect(try client.get("/next").text == "/next")
    }

    @Test func aPausedBodyWaitsAndThenArrivesWhole() throws {
        let site = try Site.scripted()
        let client = try site.connect()
        let body = pattern(5_000_000)
        try client.send("POST /pause HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.count)\r\n\r\n")
        let sender = try client.sendMeanwhile(body)
        try site.wait(untilHandler: { $0.connection.map { $0.kept.count >= ServerSettings.keptBytesMax } ?? false })
        try site.loop.settle()
        // Not a byte handed on, and not more kept than the ceiling and one read beyond it.
        #expect(try site.handler { $0.held.first?.body.isEmpty } == true)
        #expect(try site.handler { $0.connection?.kept.count ?? 0 } < ServerSettings.keptBytesMax + 65536)
        try site.handler {
            $0.held.first?.answersAtEnd = true
            $0.held.first?.connection.resumeReading()
        }
        #expect(try client.receiveAnswer().text == "5000000 bytes")
        sender.join()
        #expect(try site.handler { $0.held.first?.body } == body)
    }

    @Test(arguments: ["Content-Length: 5\r\n\r\nhello", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"])
    func aBodyThatHadComeBeforeThePauseDoesNotHang(_ rest: String) throws {
        let site = try Site.scripted()
        let client = try site.connect()
        try client.send("POST /pause HTTP/1.1\r\nHost: a\r\n\(rest)")
        try site.wait(untilHandler: { $0.held.count == 1 })
        try site.loop.settle()
        try site.handler {
            $0.held.first?.answersAtEnd = true
            $0.held.first?.connection.resumeReading()
        }
        #expect(try client.receiveAnswer().text == "5 bytes")
    }

    @Test func aPauseBehindTheLastByteDoesNotHang() throws {
        let site = try Site.scripted()
        let client = try site.connect()
        try client.send("POST /hold HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n")
        try site.wait(untilHandler: { $0.held.count == 1 })
        // The responder has enough when the last byte has come; that the request is complete is still to be said.
        try site.handler { handler in handler.held.first?.pausesAtBody = true }
        try client.send("hello")
        try site.wait(untilHandler: { $0.held.first?.body.count == 5 })
        try site.loop.settle()
        #expect(try site.handler { $0.held.first?.events } == [])
        try site.handler {
            $0.held.first?.answersAtEnd = true
            $0.held.first?.connection.resumeReading()
        }
        #expect(try client.receiveAnswer().text == "5 bytes")
    }

    @Test func anAnswerDuringAPauseEndsIt() throws {
        let site = try Site.scripted()
        let client = try site.connect()
        try client.send("POST /hold HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n")
        try site.wait(untilHandler: { $0.held.count == 1 })
        try site.handler { $0.held.first?.pausesAtBody = true }
        try client.send("hello")
        try site.wait(untilHandler: { $0.held.first?.body.count == 5 })
        try site.answerHeld("early")
        #expect(try client.receiveAnswer().text == "early")
        // The exchange is over although nobody resumed: nothing is left to time out as a slow body.
        try site.wait(untilHandler: { $0.log.last == "finished" })
        #expect(try client.get("/next").text == "/next")
    }

    @Test func aSmallBodyBehindAnEarlyAnswerIsThrownAway() throws {
        let site = try Site.scripted()
        let client = try site.connect()
        try client.send("POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n")
        let early = try client.receiveAnswer()
        #expect(early.status == 403 && early["connection"] == nil)
        try client.send(pattern(60000))
        #expect(try client.get("/next").text == "/next")
    }

    @Test func aLargeBodyBehindAnEarlyAnswerClosesTheConnection() throws {
        let site = try Site.scripted()
        let client = try site.connect()
        try client.send("POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: 70000\r\n\r\n")
        let early = try client.receiveAnswer()
        #expect(early.status == 403 && early["connection"] == "close")
        #expect(try client.receive() == .end)
        // Who sends it nevertheless is not reset before the answer was read.
        try client.send(pattern(70000))
    }

    @Test func whoExpectsToBeAskedIsAnsweredWithoutItsBody() throws {
        let site = try Site.scripted()
        let client = try site.connect()
        try client.send("POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n")
        let early = try client.receiveAnswer()
        // Whether the body still comes cannot be known, so the connection cannot be used on.
        #expect(early.status == 403 && early["connection"] == "close")
        #expect(try client.receive() == .end)
    }

    @Test func aClientThatSendsAheadIsNotReadWithoutBound() throws {
        let site = try Site.scripted()
        let client = try site.connect()
        try client.send("GET /hold HTTP/1.1\r\nHost: a\r\n\r\n")
        try site.wait(untilHandler: { $0.held.count == 1 })
        let ahead = Array(String(repeating: "GET /x HTTP/1.1\r\nHost: a\r\n\r\n", count: 1_000_000).utf8)
        let sent = client.sendUntilBlocked(ahead)
        #expect(sent < ahead.count, "the kernel's buffers took it all: the test is too small")
        try site.loop.settle()
        let (kept, footprint) = try site.handler { ($0.connection?.kept.count ?? 0, $0.connection?.kept.footprint ?? 0) }
        #expect(kept >= ServerSettings.keptBytesMax && kept < ServerSettings.keptBytesMax + 65536)
        #expect(footprint <= 4 * ServerSettings.keptBytesMax)
        try site.answerHeld()
        #expect(try client.receiveAnswer().text == "held")
        #expect(try client.receiveAnswer().text == "/x")
    }

    @Test func whoAsksWithoutReadingIsNotAnsweredWithoutBound() throws {
        let site = try Site.scripted { $0.requestsPerConnectionMax = .max }
        let client = try site.connect(receiveBuffer: 4096)
        let request = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n"
        let sent = client.sendUntilBlocked(Array(String(repeating: request, count: 200_000).utf8))
        try site.wait(untilHandler: { $0.connection?.isOutputFull == true })
        try site.loop.settle()
        let (pending, kept) = try site.handler { ($0.connection?.wire.pending ?? 0, $0.connection?.kept.count ?? 0) }
        #expect(pending < ServerSettings.outputBytesMax + 65536)
        #expect(kept < ServerSettings.keptBytesMax + 65536)
        // Whoever reads gets all of the answers, which are all alike.
        let first = try client.receiveHead()
        #expect(text(try client.receiveExactly(2)) == "/x")
        let size = first.utf8.count + first.utf8.count { $0 == 10 } + 2 + 2
        let rest = try client.receiveExactly((sent / request.utf8.count - 1) * size)
        #expect(rest.suffix(6).elementsEqual("\r\n\r\n/x".utf8))
        #expect(try site.connectionCount == 1)
    }

    @Test func askingDoesNotExcuseFromReading() throws {
        let site = try Site.scripted { $0.writeTimeout = 10_000_000_000 }
        let client = try site.connect(receiveBuffer: 4096)
        try client.send("GET /size/8000000 HTTP/1.1\r\nHost: a\r\n\r\n")
        try site.wait(untilHandler: { $0.connection?.wire.isBlocked == true })
        for piece in [
            "GET /next HT", "TP/1.1\r\n", "X: 1\r\n", "X: 2\r\n", "X: 3\r\n", "X: 4\r\n", "X: 5\r\n", "X: 6\r\n", "X: 7\r\n",
        ] {
            try? client.send(piece)
            try site.loop.advance(seconds: 3)
        }
        #expect(try site.connectionCount == 0)
    }

    @Test func aStreamStopsAtTheCeiling() throws {
        let site = try Site.scripted()
        let client = try site.connect(receiveBuffer: 4096)
        try client.send("GET /stream/50000000 HTTP/1.1\r\nHost: a\r\n\r\n")
        try site.wait(untilHandler: { $0.connection?.isOutputFull == true })
        try site.loop.settle()
        #expect(try site.handler { $0.connection?.wire.pending ?? 0 } < ServerSettings.outputBytesMax + 65536)
        let answer = try client.receiveAnswer()
        #expect(answer.body.count == 50_000_000 && answer.body.allSatisfy { $0 == 46 })
        #expect(try site.handler { $0.held.first?.events.contains("can take more") } == true)
        #expect(try client.get("/next").text == "/next")
        // An idle connection keeps no memory.
        #expect(try site.handler { ($0.connection?.wire.output.footprint ?? 1) + ($0.connection?.kept.footprint ?? 1) } == 0)
    }
}
