import Address
import TestSupport
import Testing

@testable import Relay
@testable import Web

/// Origins that do not answer as they should: the client hears of it at the right time, and the next request is served.
@Suite struct FailureTests {
    @Test(arguments: [
        "garbage\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Le",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    ]) func aBadAnswerIsABadGateway(_ answer: String) throws {
        let origin = try TestOrigin()
        let proxy = try RelaySite([origin.endpoint])
        let client = try proxy.client(get())
        let upstream = try origin.accept()
        _ = try upstream.receiveHead()
        try upstream.send(answer)
        upstream.finishSending()
        let page = try client.receiveAnswer()
        #expect(page.status == 502 && page.text.contains("502"))
        let other: Peer
        try client.send(get("/next"))
        other = try origin.accept()
        _ = try other.receiveHead()
        try other.send(ok("fine"))
        #expect(try client.receiveAnswer().text == "fine")
        try proxy.waitUntilAtRest()
    }

    @Test(arguments: ["Content-Length: 10\r\n\r\nhello", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"])
    func aTruncatedAnswerCutsTheClient(_ rest: String) throws {
        for byReset in [false, true] {
            let origin = try TestOrigin()
            let proxy = try RelaySite([origin.endpoint])
            let client = try proxy.client(get())
            let upstream = try origin.accept()
            _ = try upstream.receiveHead()
            try upstream.send("HTTP/1.1 200 OK\r\n\(rest)")
            _ = try client.receiveAnswerHead()
            if byReset { try upstream.reset() } else { upstream.finishSending() }
            // Whatever had come, it must not look whole.
            #expect(try client.receiveAll().ending == .reset)
            try proxy.waitUntilAtRest()
        }
    }

    @Test func aReaderOfAnswersUntilTheCloseIsNotFooledByAReset() throws {
        let origin = try TestOrigin()
        let proxy = try RelaySite([origin.endpoint])
        let client = try proxy.client(get("/", version: "1.0"))
        let upstream = try origin.accept()
        _ = try upstream.receiveHead()
        try upstream.send("HTTP/1.1 200 OK\r\n\r\nhello")
        _ = try client.receiveAnswerHead()
        #expect(text(try client.receiveExactly(5)) == "hello")
        try upstream.reset()
        #expect(try client.receive() == .reset)
    }

    @Test func whoCannotBeReachedInTimeIs504() throws {
        let silent = try TestOrigin(.silent)
        let proxy = try RelaySite([silent.endpoint]) {
            $0.connectTimeout = 2_000_000_000
            $0.retriesMax = 0
        }
        let client = try proxy.client(get())
        try proxy.wait { $0.pool.slots[0].outstanding == 1 }
        try proxy.loop.advance(seconds: 1.9)
        #expect(client.isSilent)
        try proxy.loop.advance(seconds: 0.2)
        #expect(try client.receiveAnswer().status == 504)
        try proxy.waitUntilAtRest()
        #expect(try proxy.upstreamCount == 0)
    }

    @Test func whoDoesNotAnswerInTimeIs504() throws {
        let origin = try TestOrigin()
        let proxy = try RelaySite([origin.endpoint]) { $0.firstByteTimeout = 60_000_000_000 }
        let client = try proxy.client(post("hello"))
        let upstream = try origin.accept()
        _ = try upstream.receiveHead()
        #expect(text(try upstream.receiveExactly(5)) == "hello")
        try proxy.loop.advance(seconds: 59.9)
        #expect(client.isSilent)
        // A part of a head is no answer.
        try upstream.send("HTTP/1.1 200 OK\r\nX: y")
        try proxy.loop.advance(seconds: 0.2)
        #expect(try client.receiveAnswer().status == 504)
        #expect(proxy.retries == 0)
        #expect(try upstream.receiveAll().bytes.isEmpty)
    }

    @Test func anAnswerThatStallsCutsTheClient() throws {
        let origin = try TestOrigin()
        let proxy = try RelaySite([origin.endpoint]) { $0.readTimeout = 60_000_000_000 }
        let client = try proxy.client(get())
        let upstream = try origin.accept()
        _ = try upstream.receiveHead()
        try upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n")
        _ = try client.receiveAnswerHead()
        for byte in "abc".utf8 {
            try proxy.loop.advance(seconds: 59)
            try upstream.send([byte])
            #expect(try client.receiveExactly(1) == [byte])
        }
        try proxy.loop.advance(seconds: 60.1)
        #expect(try client.receive() == .reset)
        try proxy.waitUntilAtRest()
    }

    @Test func anAnswerThatStallsAfterASlowUploadIsCutToo() throws {
        // The answer begins while the upload is held up; when that goes on, the answer still has its deadline.
        let origin = try TestOrigin()
        let proxy = try RelaySite([origin.endpoint]) { $0.readTimeout = 60_000_000_000 }
        let body = pattern(12_000_000)
        let client = try proxy.client("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.count)\r\n\r\n")
        let sender = try client.sendMeanwhile(body)
        let upstream = try origin.accept()
        _ = try upstream.receiveHead()
        try proxy.site.wait { tenant in tenant.server.connections.contains { $0?.isReadingPaused == true } }
        try upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
        _ = try client.receiveAnswerHead()
        _ = try upstream.receiveExactly(body.count)
        sender.join()
        #expect(text(try client.receiveExactly(5)) == "hello")
        try proxy.site.wait { tenant in tenant.server.connections.contains { $0?.exchange?.isRequestComplete == true } }
        try proxy.loop.advance(seconds: 60.1)
        #expect(try client.receive() == .reset)
    }

    @Test func anOriginThatTakesNothingIs504() throws {
        let origin = try TestOrigin()
        let proxy = try RelaySite([origin.endpoint]) { $0.writeTimeout = 30_000_000_000 }
        let body = pattern(30_000_000)
        let client = try proxy.client("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.count)\r\n\r\n")
        let sender = try client.sendMeanwhile(body)
        let upstream = try origin.accept()
        _ = try upstream.receiveHead()
        try proxy.site.wait { tenant in tenant.server.connections.contains { $0?.isReadingPaused == true } }
        for _ in 0..<3 { try proxy.loop.advance(seconds: 30.1) }
        #expect(try client.receiveAnswer().status == 504)
        // The client is not read for ever, so that it comes to an end of its own.
        try proxy.loop.advance(seconds: 2.1)
        sender.join()
        try proxy.waitUntilAtRest()
    }

    @Test func withoutAServerNothingIsPromised() throws {
        let proxy = try RelaySite([])
        let client = try proxy.client(get())
        let answer = try client.receiveAnswer()
        #expect(answer.status == 503 && answer["retry-after"] == "1")
    }
}
