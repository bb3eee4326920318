import TestSupport
import Testing

@testable import Web

/// Clients that close their side and still read, and clients that are gone.
@Suite struct HalfClosedTests {
    @Test func theAnswerStillComes() throws {
        let site = try Site.scripted()
        let client = try site.connect()
        try client.send("GET /hold HTTP/1.1\r\nHost: a\r\n\r\n")
        client.finishSending()
        try site.wait(untilHandler: { $0.connection?.inputEnded == true })
        try site.answerHeld()
        let answer = try client.receiveAnswer()
        #expect(answer.text == "held" && answer["connection"] == "close")
        #expect(try client.receive() == .end)
        try site.waitUntilEmpty()
    }

    @Test func theAnswerToAnUploadStillComes() throws {
        // Head, body and FIN are all there before the body is wanted, as when an upstream has first to be connected to.
        let site = try Site.scripted()
        let client = try site.connect()
        try client.send("POST /pause HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello")
        client.finishSending()
        try site.wait(untilHandler: { $0.held.count == 1 })
        try site.loop.settle()
        try site.handler {
            $0.held.first?.answersAtEnd = true
            $0.held.first?.connection.resumeReading()
        }
        #expect(try client.receiveAnswer().text == "5 bytes")
        #expect(try client.receive() == .end)
        try site.waitUntilEmpty()
    }

    @Test func aBodyThatIsCutShortIsNoRequest() throws {
        let site = try Site.scripted()
        let client = try site.connect()
        try client.send("POST /pause HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nhello")
        client.finishSending()
        try site.wait(untilHandler: { $0.held.count == 1 })
        try site.loop.settle()
        try site.handler { $0.held.first?.connection.resumeReading() }
        try site.wait(untilHandler: { $0.held.first?.events == ["gone: closed"] })
        try site.waitUntilEmpty()
        _ = try client.receiveAll()
    }

    @Test func aBodyThatIsCutShortIsNoticedAtOnceWhileItIsRead() throws {
        let site = try Site.scripted()
        let client = try site.connect()
        try client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nhello")
        client.finishSending()
        try site.wait(untilHandler: { $0.held.first?.events == ["gone: closed"] })
    }

    @Test func aLongAnswerIsTakenWhole() throws {
        // Complete for the server and blocked on the way when the FIN comes.
        for closing in ["", "Connection: close\r\n"] {
            let site = try Site.scripted()
            let client = try site.connect(receiveBuffer: 4096)
            try client.send("GET /size/8000000 HTTP/1.1\r\nHost: a\r\n\(closing)\r\n")
            try site.wait(untilHandler: { $0.connection?.wire.isBlocked == true })
            client.finishSending()
            try site.wait(untilHandler: { $0.connection?.inputEnded == true })
            #expect(try client.receiveAnswer().body.count == 8_000_000)
            // And the connection does not linger for a client that can ask nothing more.
            #expect(try client.receive() == .end)
            try site.waitUntilEmpty()
        }
    }

    @Test func everythingThatWasAskedBeforeIsAnswered() throws {
        let site = try Site.scripted()
        let client = try site.connect()
        try client.send(
            "GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\nGET /c HTTP/1.1\r\nHost: a\r\n\r\n")
        client.finishSending()
        for path in ["/a", "/b", "/c"] { #expect(try client.receiveAnswer().text == path) }
        #expect(try client.receive() == .end)
    }

    @Test func everythingThatWasAskedBeforeIsAnsweredInItsTime() throws {
        let site = try Site.scripted()
        let client = try site.connect()
        try client.send(String(repeating: "GET /hold HTTP/1.1\r\nHost: a\r\n\r\n", count: 3))
        client.finishSending()
        try site.wait(untilHandler: { $0.connection?.inputEnded == true })
        for number in 1...3 {
            try site.answerHeld("answer \(number)")
            #expect(try client.receiveAnswer().text == "answer \(number)")
        }
        #expect(try client.receive() == .end)
        try site.waitUntilEmpty()
    }

    @Test func whoGoesInTheMiddleOfAHeadIsForgotten() throws {
        let site = try Site.scripted()
        let client = try site.connect()
        try client.send("GET /a HTTP/1.1\r\nHo")
        client.finishSending()
        #expect(try client.receive() == .end)
        try site.waitUntilEmpty()
    }

    @Test func aResetIsToldToWhoAnswers() throws {
        let site = try Site.scripted()
        let client = try site.connect()
        try client.send("GET /hold HTTP/1.1\r\nHost: a\r\n\r\n")
        try site.wait(untilHandler: { $0.held.count == 1 })
        try client.reset()
        try site.wait(untilHandler: { $0.held.first?.events == ["ended", "gone: reset"] })
        try site.waitUntilEmpty()
        #expect(try site.handler { $0.log.last } == "finished")
    }

    @Test func aClientThatHalfClosedAndThenWentIsNoticed() throws {
        let site = try Site.scripted()
        let client = try site.connect()
        try client.send("GET /hold HTTP/1.1\r\nHost: a\r\n\r\n")
        client.finishSending()
        try site.wait(untilHandler: { $0.connection?.inputEnded == true })
        try client.reset()
        try site.wait(untilHandler: { $0.held.first?.events == ["ended", "gone: reset"] })
    }
}
