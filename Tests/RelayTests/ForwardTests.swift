import TestSupport
import Testing

@testable import Relay
@testable import Web

/// What goes through, both ways.
@Suite struct ForwardTests {
    /// The proxy's connection to the origin, with a request's head read from it.
    private func accepted(_ origin: TestOrigin, _ start: String = "GET / HTTP/1.1") throws -> Peer {
        let upstream = try origin.accept()
        #expect(try upstream.receiveHead().hasPrefix(start + "\n"))
        return upstream
    }

    @Test func requestAndAnswerGoThrough() throws {
        let origin = try TestOrigin()
        let proxy = try RelaySite([origin.endpoint])
        let client = try proxy.client(get("/a?b=c", "X-Mine: 1\r\n"))
        let upstream = try origin.accept()
        let head = try upstream.receiveHead()
        #expect(head.hasPrefix("GET /a?b=c HTTP/1.1\n") && head.contains("X-Mine: 1\n"))
        try upstream.send(ok("hello", "X-Theirs: 2\r\n"))
        let answer = try client.receiveAnswer()
        #expect(answer.status == 200 && answer.text == "hello" && answer["x-theirs"] == "2")
        #expect(answer["connection"] == nil)
    }

    @Test func oneUpstreamConnectionCarriesManyRequests() throws {
        let origin = try TestOrigin()
        let proxy = try RelaySite([origin.endpoint])
        let clients = [try proxy.connect(), try proxy.connect()]
        var upstream: Peer?
        for number in 0..<10 {
            let client = clients[number % 2]
            try client.send(get("/\(number)"))
            if upstream == nil { upstream = try origin.accept() }
            #expect(try upstream?.receiveHead().hasPrefix("GET /\(number) ") == true)
            try upstream?.send(ok("\(number)"))
            #expect(try client.receiveAnswer().text == "\(number)")
        }
        #expect(origin.isLonely)
    }

    @Test func bodiesOfRequestsGoThroughInTheirFraming() throws {
        let origin = try TestOrigin()
        let proxy = try RelaySite([origin.endpoint])
        let client = try proxy.client(post("hello"))
        let upstream = try accepted(origin, "POST / HTTP/1.1")
        #expect(text(try upstream.receiveExactly(5)) == "hello")
        try upstream.send(ok(""))
        #expect(try client.receiveAnswer().status == 200)
        try client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n")
        try client.send("3\r\ncde\r\n0\r\n\r\n")
        #expect(try upstream.receiveHead().contains("Transfer-Encoding: chunked\n"))
        #expect(text(try upstream.receiveChunks()) == "abcde")
        try upstream.send(ok("done"))
        #expect(try client.receiveAnswer().text == "done")
        try client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
        _ = try upstream.receiveHead()
        #expect(try upstream.receiveChunks().isEmpty)
        try upstream.send(ok("empty"))
        #expect(try client.receiveAnswer().text == "empty")
    }

    @Test func bodiesOfAnswersComeInEveryFraming() throws {
        let origin = try TestOrigin()
        let proxy = try RelaySite([origin.endpoint])
        let client = try proxy.client(get())
        var upstream = try accepted(origin)
        try upstream.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
        #expect(try client.receiveAnswerHead()["transfer-encoding"] == "chunked")
        #expect(try client.receiveLine() == "3")
        try upstream.send("2\r\nde\r\n0\r\nX-Trailer: dropped\r\n\r\n")
        #expect(text(try client.receiveExactly(5)) == "abc\r\n")
        #expect(text(try client.receiveChunks()) == "de")
        try client.send(get())
        _ = try upstream.receiveHead()
        // Until the close: the client gets chunks, and keeps its connection.
        try upstream.send("HTTP/1.1 200 OK\r\n\r\nup to")
        try upstream.send(" the end")
        upstream.finishSending()
        #expect(try client.receiveAnswer().text == "up to the end")
        #expect(try upstream.receive() == .end)
        try client.send(get())
        upstream = try accepted(origin)
        try upstream.send(ok("again"))
        #expect(try client.receiveAnswer().text == "again")
    }

    @Test func anOldClientGetsAnswersItUnderstands() throws {
        let origin = try TestOrigin()
        let proxy = try RelaySite([origin.endpoint])
        let client = try proxy.client(get("/", "Connection: keep-alive\r\n", version: "1.0"))
        let upstream = try accepted(origin)
        try upstream.send(
            "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        try upstream.send("3\r\nabc\r\n0\r\n\r\n")
        let answer = try client.receiveAnswer()
        #expect(answer.status == 200 && answer["transfer-encoding"] == nil && answer["connection"] == "close")
        #expect(answer.text == "abc")
    }

    @Test func answersWithoutBodyHaveNone() throws {
        let origin = try TestOrigin()
        let proxy = try RelaySite([origin.endpoint])
        let client = try proxy.client("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
        let upstream = try accepted(origin, "HEAD / HTTP/1.1")
        try upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n")
        #expect(try client.receiveAnswer(toHead: true)["content-length"] == "1234")
        for status in ["204 No Content", "304 Not Modified"] {
            try client.send(get())
            _ = try upstream.receiveHead()
            try upstream.send("HTTP/1.1 \(status)\r\nETag: \"1\"\r\n\r\n")
            let answer = try client.receiveAnswer()
            #expect(
                answer.status == Int(status.prefix(3)) && answer["etag"] == "\"1\"" && answer["transfer-encoding"] == nil)
        }
        try client.send(get())
        _ = try upstream.receiveHead()
        try upstream.send(ok("next"))
        #expect(try client.receiveAnswer().text == "next")
    }

    @Test func interimAnswersPass() throws {
        let origin = try TestOrigin()
        let proxy = try RelaySite([origin.endpoint])
        let client = try proxy.client(
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
        // The edge asks for the body itself, so that a client that waits holds no connection to the origin.
        #expect(try client.receiveAnswer().status == 100)
        #expect(origin.isLonely)
        try client.send("hello")
        let upstream = try accepted(origin, "POST / HTTP/1.1")
        try upstream.send("HTTP/1.1 100 Continue\r\n\r\n")
        #expect(text(try upstream.receiveExactly(5)) == "hello")
        try upstream.send("HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n")
        let hints = try client.receiveAnswer()
        #expect(hints.status == 103 && hints["link"] == "</style.css>")
        try upstream.send(ok("done"))
        #expect(try client.receiveAnswer().text == "done")
        #expect(try proxy.upstreamCount == 1)
    }

    @Test func anAnswerMayComeBeforeTheBodyIsComplete() throws {
        let origin = try TestOrigin()
        let proxy = try RelaySite([origin.endpoint])
        let client = try proxy.client("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n")
        let begin = pattern(OutgoingRequest.gatheredBytesMax)
        try client.send(begin)
        let upstream = try accepted(origin, "POST / HTTP/1.1")
        #expect(try upstream.receiveExactly(begin.count) == begin)
        try upstream.send("HTTP/1.1 413 Too Much\r\nContent-Length: 2\r\n\r\nno")
        let answer = try client.receiveAnswer()
        #expect(answer.status == 413 && answer.text == "no")
        // The rest was owed to a request that is over: neither connection is used again.
        #expect(try upstream.receive() == .end)
        #expect(try client.receive() == .end)
    }

    @Test func aBodyThatTricklesHoldsNoOrigin() throws {
        let origin = try TestOrigin()
        let proxy = try RelaySite([origin.endpoint])
        let client = try proxy.client("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345")
        try proxy.site.wait { tenant in tenant.server.connections.contains { $0?.exchange?.bodyBytesIn == 5 } }
        #expect(origin.isLonely)
        try client.send("67890")
        let upstream = try accepted(origin, "POST / HTTP/1.1")
        #expect(text(try upstream.receiveExactly(10)) == "1234567890")
        try upstream.send(ok("whole"))
        #expect(try client.receiveAnswer().text == "whole")
    }

    @Test func slowClientsLeaveTheConnectionsToTheOrigin() throws {
        let origin = try TestOrigin()
        let proxy = try RelaySite([origin.endpoint]) { settings in
            settings.connectionsMax = 1
            settings.clientPacedMax = 2
        }
        // An upload that has begun and stands still: the origin waits for the client and has no work with it.
        let slow = try proxy.client("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n")
        try slow.send(pattern(OutgoingRequest.gatheredBytesMax))
        _ = try accepted(origin, "POST / HTTP/1.1")
        let client = try proxy.client(get("/quick"))
        let upstream = try accepted(origin, "GET /quick HTTP/1.1")
        try upstream.send(ok("quick"))
        #expect(try client.receiveAnswer().text == "quick")
    }

    @Test func aClientThatClosedItsSideGetsItsAnswer() throws {
        let origin = try TestOrigin()
        let proxy = try RelaySite([origin.endpoint])
        let client = try proxy.client(post("hello"))
        client.finishSending()
        let upstream = try accepted(origin, "POST / HTTP/1.1")
        #expect(text(try upstream.receiveExactly(5)) == "hello")
        try upstream.send(ok("for you"))
        #expect(try client.receiveAnswer().text == "for you")
        #expect(try client.receive() == .end)
    }

    @Test func aClientThatGoesEndsTheWork() throws {
        let origin = try TestOrigin()
        let proxy = try RelaySite([origin.endpoint])
        let client = try proxy.client(get())
        let upstream = try accepted(origin)
        try upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nbegin")
        _ = try client.receiveAnswerHead()
        try client.reset()
        #expect(try upstream.receiveAll().bytes.isEmpty)
        try proxy.waitUntilAtRest()
        #expect(try proxy.upstreamCount == 0)
    }

    @Test func moreThanWasAskedForIsNobodysAnswer() throws {
        let origin = try TestOrigin()
        let proxy = try RelaySite([origin.endpoint])
        let client = try proxy.client(get())
        let upstream = try accepted(origin)
        try upstream.send(ok("mine") + ok("smuggled"))
        #expect(try client.receiveAnswer().text == "mine")
        _ = try upstream.receiveAll()
        try client.send(get("/next"))
        let other = try accepted(origin, "GET /next HTTP/1.1")
        try other.send(ok("right"))
        #expect(try client.receiveAnswer().text == "right")
        // Also when it comes later, while the connection waits for its next request.
        try other.send(ok("smuggled"))
        _ = try other.receiveAll()
        #expect(try proxy.upstreamCount == 0)
    }
}
