import TestSupport
import Testing

@testable import Relay

/// What is tried again, where, and what is not.
@Suite struct RetryTests {
    /// A proxy with a kept connection to the origin, the origin's end of it, and a client.
    private func warm(
        _ origin: TestOrigin, _ change: (inout RelaySettings) -> Void = { _ in }
    ) throws -> (RelaySite, Peer, Peer) {
        let proxy = try RelaySite([origin.endpoint], change)
        let client = try proxy.client(get("/warm"))
        let kept = try origin.accept()
        _ = try kept.receiveHead()
        try kept.send(ok("warm"))
        #expect(try client.receiveAnswer().text == "warm")
        return (proxy, client, kept)
    }

    @Test func aKeptConnectionThatClosesIsNoFailureForAGet() throws {
        let origin = try TestOrigin()
        let (proxy, client, kept) = try warm(origin)
        try client.send(get("/again"))
        _ = try kept.receiveHead()
        kept.finishSending()
        let fresh = try origin.accept()
        #expect(try fresh.receiveHead().hasPrefix("GET /again "))
        try fresh.send(ok("second try"))
        #expect(try client.receiveAnswer().text == "second try")
        #expect(proxy.retries == 1)
        // Nor is it held against the server.
        #expect(try proxy.run { $0.pool.slots[0].ejection.failuresInARow } == 0)
    }

    @Test func aPostIsNotSentTwice() throws {
        let origin = try TestOrigin()
        let (proxy, client, kept) = try warm(origin)
        try client.send(post("buy"))
        _ = try kept.receiveHead()
        #expect(text(try kept.receiveExactly(3)) == "buy")
        kept.finishSending()
        #expect(try client.receiveAnswer().status == 502)
        try proxy.loop.settle()
        #expect(origin.isLonely && proxy.retries == 0)
    }

    @Test func aConnectionThatClosedWhileIdleIsNotUsed() throws {
        let origin = try TestOrigin()
        let (proxy, client, kept) = try warm(origin)
        kept.finishSending()
        try proxy.wait { $0.pool.slots[0].connectionCount == 0 }
        try client.send(post("buy"))
        let fresh = try origin.accept()
        _ = try fresh.receiveHead()
        #expect(text(try fresh.receiveExactly(3)) == "buy")
        try fresh.send(ok("sold"))
        #expect(try client.receiveAnswer().text == "sold")
        #expect(proxy.retries == 0)
    }

    @Test func theSecondTryIsOnAConnectionThatCannotBeStale() throws {
        // Two kept connections, both about to be closed, as when the origin restarts.
        let origin = try TestOrigin()
        let proxy = try RelaySite([origin.endpoint])
        let clients = [try proxy.client(get("/a")), try proxy.client(get("/b"))]
        let kept = [try origin.accept(), try origin.accept()]
        for upstream in kept {
            _ = try upstream.receiveHead()
            try upstream.send(ok("warm"))
        }
        for client in clients { _ = try client.receiveAnswer() }
        try clients[0].send(get("/again"))
        // One of the two has it; that one closes.
        let fresh: Peer
        try proxy.wait { $0.pool.slots[0].outstanding == 1 }
        try proxy.loop.settle()
        let taken = kept[0].isSilent ? kept[1] : kept[0]
        _ = try taken.receiveHead()
        taken.finishSending()
        fresh = try origin.accept()
        #expect(try fresh.receiveHead().hasPrefix("GET /again "))
        try fresh.send(ok("done"))
        #expect(try clients[0].receiveAnswer().text == "done")
    }

    @Test(arguments: ["Content-Length: 5\r\n\r\nhello", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"])
    func aSmallBodyIsSentWithTheSecondTry(_ rest: String) throws {
        let origin = try TestOrigin()
        let (proxy, client, kept) = try warm(origin)
        try client.send("GET /again HTTP/1.1\r\nHost: a\r\n\(rest)")
        _ = try kept.receiveHead()
        kept.finishSending()
        let fresh = try origin.accept()
        let isChunked = try fresh.receiveHead().contains("Transfer-Encoding: chunked\n")
        #expect(text(try isChunked ? fresh.receiveChunks() : fresh.receiveExactly(5)) == "hello")
        try fresh.send(ok("done"))
        #expect(try client.receiveAnswer().text == "done")
        #expect(proxy.retries == 1)
    }

    @Test func aBodyThatComesWhileTheSecondTryConnectsIsNotLost() throws {
        let (origin, silent) = (try TestOrigin(), try TestOrigin(.silent))
        let proxy = try RelaySite([origin.endpoint, silent.endpoint]) {
            $0.retriesMax = 2
            $0.ejectAfter = 1000
        }
        try proxy.run { relay in relay.pool.setDown(true, server: relay.pool.slots[1].target.name) }
        let client = try proxy.client(get("/warm"))
        let kept = try origin.accept()
        _ = try kept.receiveHead()
        try kept.send(ok("warm"))
        _ = try client.receiveAnswer()
        // As much as is gathered before an origin is asked, and no more.
        let body = pattern(OutgoingRequest.gatheredBytesMax + 5)
        try client.send("GET /again HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.count)\r\n\r\n")
        try client.send(Array(body.dropLast(5)))
        _ = try kept.receiveHead()
        _ = try kept.receiveExactly(body.count - 5)
        try proxy.run { relay in relay.pool.setDown(false, server: relay.pool.slots[1].target.name) }
        kept.finishSending()
        // The second try goes to the one that does not answer, the third one back.
        try proxy.wait { $0.pool.slots[1].connectionCount == 1 }
        try client.send(Array(body.suffix(5)))
        try proxy.loop.advance(seconds: 2.1)
        let fresh = try origin.accept()
        #expect(try fresh.receiveHead().contains("Content-Length: \(body.count)\n"))
        #expect(try fresh.receiveExactly(body.count) == body)
        try fresh.send(ok("done"))
        #expect(try client.receiveAnswer().text == "done")
    }

    @Test func theEndOfABodyThatHasGoneIsNotForgotten() throws {
        let origin = try TestOrigin()
        let (proxy, client, kept) = try warm(origin)
        // All of the body is gathered, but its end comes when it is on its way already.
        let body = pattern(OutgoingRequest.gatheredBytesMax)
        try client.send("GET /again HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        try client.send(Array("\(String(body.count, radix: 16))\r\n".utf8) + body + Array("\r\n".utf8))
        _ = try kept.receiveHead()
        try client.send("0\r\n\r\n")
        #expect(try kept.receiveChunks() == body)
        kept.finishSending()
        #expect(try client.receiveAnswer().status == 502)
        #expect(proxy.retries == 0)
    }

    @Test func whoRefusesIsPassedOver() throws {
        let dead = try TestOrigin(.refusing)
        let origin = try TestOrigin()
        let proxy = try RelaySite([dead.endpoint, origin.endpoint]) { $0.ejectAfter = 1000 }
        var upstream: Peer?
        for number in 0..<20 {
            // Also a POST: nothing of it had been sent.
            let client = try proxy.client(post("\(number)"))
            if upstream == nil { upstream = try origin.accept() }
            #expect(try upstream?.receiveHead().hasPrefix("POST ") == true)
            _ = try upstream?.receiveExactly("\(number)".utf8.count)
            try upstream?.send(ok("fine"))
            #expect(try client.receiveAnswer().text == "fine")
        }
        #expect(proxy.retries > 0)
    }

    @Test func retriesEndWithTheBudget() throws {
        let dead = [try TestOrigin(.refusing), try TestOrigin(.refusing)]
        let proxy = try RelaySite(dead.map(\.endpoint)) {
            $0.retryPercent = 0
            $0.ejectAfter = 1000
        }
        for _ in 0..<15 {
            #expect(try proxy.client(get()).receiveAnswer().status == 502)
        }
        #expect(proxy.retries == 10)
    }

    @Test func onlySoManyAttemptsAreMade() throws {
        let dead = try (0..<5).map { _ in try TestOrigin(.refusing) }
        let proxy = try RelaySite(dead.map(\.endpoint)) { $0.retriesMax = 3 }
        #expect(try proxy.client(get()).receiveAnswer().status == 502)
        #expect(proxy.retries == 3)
    }

    @Test func aFailingServerIsLeftAloneAndComesBack() throws {
        let origin = try TestOrigin()
        let proxy = try RelaySite([origin.endpoint]) {
            $0.retriesMax = 0
            $0.ejectAfter = 3
            $0.ejectFor = 2_000_000_000
        }
        for _ in 0..<3 {
            let client = try proxy.client(get())
            let upstream = try origin.accept()
            _ = try upstream.receiveHead()
            try upstream.reset()
            #expect(try client.receiveAnswer().status == 502)
        }
        #expect(proxy.ejections == 1)
        #expect(try proxy.run { $0.pool.report[0].isUsable } == false)
        // It is the only one, so it is tried all the same.
        let client = try proxy.client(get())
        let upstream = try origin.accept()
        _ = try upstream.receiveHead()
        try upstream.send(ok("well"))
        #expect(try client.receiveAnswer().text == "well")
        try proxy.loop.advance(seconds: 2.1)
        let isBack = try proxy.run { $0.pool.report[0].isUsable }
        #expect(isBack)
    }

    @Test func whileOneIsEjectedTheOtherHasItAll() throws {
        let origins = [try TestOrigin(), try TestOrigin()]
        let proxy = try RelaySite(origins.map(\.endpoint))
        try proxy.run { relay in relay.pool.setDown(true, server: relay.pool.slots[0].target.name) }
        var upstream: Peer?
        for _ in 0..<10 {
            let client = try proxy.client(get())
            if upstream == nil { upstream = try origins[1].accept() }
            _ = try upstream?.receiveHead()
            try upstream?.send(ok("second"))
            #expect(try client.receiveAnswer().text == "second")
        }
        #expect(origins[0].isLonely)
        try proxy.run { relay in
            relay.pool.setDown(false, server: relay.pool.slots[0].target.name)
            relay.pool.setDown(true, server: relay.pool.slots[1].target.name)
        }
        let client = try proxy.client(get())
        let back = try origins[0].accept()
        _ = try back.receiveHead()
        try back.send(ok("first"))
        #expect(try client.receiveAnswer().text == "first")
    }
}
