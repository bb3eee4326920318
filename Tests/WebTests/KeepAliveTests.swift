import HTTP
import TestSupport
import Testing

@testable import Web

/// Which connections stay, and in which order requests are answered.
@Suite struct KeepAliveTests {
    @Test func oneConnectionCarriesManyRequests() throws {
        let site = try Site.scripted()
        let client = try site.connect()
        for number in 0..<20 {
            let answer = try client.get("/\(number)")
            #expect(answer.status == 200 && answer.text == "/\(number)")
            #expect(answer["connection"] == nil)
        }
        #expect(try site.connectionCount == 1)
    }

    @Test func pipelinedRequestsAreAnsweredInOrder() throws {
        let site = try Site.scripted()
        let client = try site.connect()
        let requests = (0..<200).map { "GET /\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined()
        try client.send(requests)
        for number in 0..<200 { #expect(try client.receiveAnswer().text == "/\(number)") }
    }

    @Test func theNextRequestWaitsUntilTheOneBeforeIsAnswered() throws {
        let site = try Site.scripted()
        let client = try site.connect()
        try client.send("GET /hold HTTP/1.1\r\nHost: a\r\n\r\nGET /second HTTP/1.1\r\nHost: a\r\n\r\n")
        try site.wait(untilHandler: { !$0.held.isEmpty })
        try site.loop.settle()
        #expect(try site.handler { $0.log } == ["GET /hold"])
        #expect(client.isSilent)
        try site.answerHeld("first")
        #expect(try client.receiveAnswer().text == "first")
        #expect(try client.receiveAnswer().text == "/second")
        #expect(try site.handler { $0.log } == ["GET /hold", "finished", "GET /second", "finished"])
    }

    @Test func heldRequestsInARowAreEachAnswered() throws {
        let site = try Site.scripted()
        let client = try site.connect()
        try client.send(String(repeating: "GET /hold HTTP/1.1\r\nHost: a\r\n\r\n", count: 50))
        for number in 0..<50 {
            try site.answerHeld("answer \(number)")
            #expect(try client.receiveAnswer().text == "answer \(number)")
        }
    }

    @Test func oldClientsAreClosedUnlessTheyAskToStay() throws {
        let site = try Site.scripted()
        let leaving = try site.connect()
        try leaving.send("GET /a HTTP/1.0\r\n\r\n")
        let last = try leaving.receiveAnswer()
        #expect(last.text == "/a" && last["connection"] == "close")
        #expect(try leaving.receive() == .end)
        let staying = try site.connect()
        for _ in 0..<3 {
            try staying.send("GET /b HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            let answer = try staying.receiveAnswer()
            #expect(answer.text == "/b" && answer["connection"] == "keep-alive")
        }
    }

    @Test func whoAsksToBeClosedIsClosed() throws {
        let site = try Site.scripted()
        let client = try site.connect()
        // What follows such a request is not answered.
        try client.send("GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n")
        let answer = try client.receiveAnswer()
        #expect(answer.text == "/a" && answer["connection"] == "close")
        #expect(try client.receive() == .end)
        #expect(try site.handler { $0.log } == ["GET /a", "finished"])
    }

    @Test func aConnectionHasSoManyRequests() throws {
        let site = try Site.scripted { $0.requestsPerConnectionMax = 3 }
        let client = try site.connect()
        for number in 1...3 {
            #expect(try client.get("/a")["connection"] == (number == 3 ? "close" : nil))
        }
        #expect(try client.receive() == .end)
    }

    @Test func anAnswerToHeadHasNoBody() throws {
        let site = try Site.scripted()
        let client = try site.connect()
        try client.send("HEAD /size/1000 HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n")
        let head = try client.receiveAnswer(toHead: true)
        #expect(head["content-length"] == "1000")
        #expect(try client.receiveAnswer().text == "/next")
    }

    @Test func preparedAnswersAreWhole() throws {
        final class Prepared: Handler {
            let answer = PreparedAnswer(200, contentType: "text/plain", body: Array("ready".utf8))
            func handle(_ head: RequestHead, _ bytes: Span<UInt8>, on connection: ServerConnection) {
                answer.send(on: connection)
            }
            func refused(_ refusal: Refusal, on connection: ServerConnection) {}
            func finished(_ connection: ServerConnection) {}
        }
        let site = try Site(makeHandler: { _ in Prepared() })
        let client = try site.connect()
        for _ in 0..<2 { #expect(try client.get("/").text == "ready") }
        try client.send("HEAD / HTTP/1.0\r\n\r\n")
        let head = try client.receiveAnswer(toHead: true)
        #expect(head["content-length"] == "5" && head["connection"] == "close")
        #expect(head["date"]?.hasSuffix("GMT") == true)
        #expect(try client.receive() == .end)
    }
}
