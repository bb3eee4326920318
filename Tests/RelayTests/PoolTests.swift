import TestSupport
import Testing

@testable import Relay

/// Ceilings of connections, the line before them, and servers that change.
@Suite struct PoolTests {
    /// A proxy whose one upstream connection is taken; the client that has it and the origin's end of it.
    private func busy(
        _ origin: TestOrigin, _ change: (inout RelaySettings) -> Void = { _ in }
    ) throws -> (RelaySite, Peer, Peer) {
        let proxy = try RelaySite([origin.endpoint]) {
            $0.connectionsMax = 1
            change(&$0)
        }
        let client = try proxy.client(get("/first"))
        let upstream = try origin.accept()
        _ = try upstream.receiveHead()
        return (proxy, client, upstream)
    }

    private func waiting(_ proxy: RelaySite, _ count: Int) throws { try proxy.wait { $0.pool.waitingCount == count } }

    @Test func whoWaitsIsServedInOrder() throws {
        let origin = try TestOrigin()
        let (proxy, first, upstream) = try busy(origin)
        var clients: [Peer] = []
        for number in 1...5 {
            clients.append(try proxy.client(get("/\(number)")))
            try waiting(proxy, number)
        }
        try upstream.send(ok("first"))
        #expect(try first.receiveAnswer().text == "first")
        for (index, client) in clients.enumerated() {
            #expect(try upstream.receiveHead().hasPrefix("GET /\(index + 1) "))
            try upstream.send(ok("\(index + 1)"))
            #expect(try client.receiveAnswer().text == "\(index + 1)")
        }
        #expect(origin.isLonely)
        try proxy.waitUntilAtRest()
    }

    @Test func aConnectionThatIsLostMakesRoomToo() throws {
        let origin = try TestOrigin()
        let (proxy, first, upstream) = try busy(origin)
        let second = try proxy.client(get("/second"))
        try waiting(proxy, 1)
        try upstream.send(ok("first", "Connection: close\r\n"))
        #expect(try first.receiveAnswer().text == "first")
        let other = try origin.accept()
        #expect(try other.receiveHead().hasPrefix("GET /second "))
        try other.send(ok("second"))
        #expect(try second.receiveAnswer().text == "second")
        #expect(try proxy.upstreamCount == 1)
    }

    @Test func tooManyAreToldToComeBack() throws {
        let origin = try TestOrigin()
        let (proxy, first, upstream) = try busy(origin) { $0.waitMax = 2 }
        let patient = [try proxy.client(get()), try proxy.client(get())]
        try waiting(proxy, 2)
        let answer = try proxy.client(get()).receiveAnswer()
        #expect(answer.status == 503 && answer["retry-after"] == "1")
        for client in patient + [first] { #expect(client.isSilent) }
        #expect(upstream.isSilent)
    }

    @Test func whoWaitsTooLongIsToldToComeBack() throws {
        let origin = try TestOrigin()
        let (proxy, first, upstream) = try busy(origin) { $0.waitTimeout = 5_000_000_000 }
        let second = try proxy.client(get("/second"))
        try waiting(proxy, 1)
        try proxy.loop.advance(seconds: 4.9)
        #expect(second.isSilent)
        try proxy.loop.advance(seconds: 0.2)
        #expect(try second.receiveAnswer().status == 503)
        #expect(try proxy.run { $0.pool.waitingCount } == 0)
        // It is the line that was too long, not the server that failed.
        #expect(try proxy.run { $0.pool.slots[0].ejection.failuresInARow } == 0)
        try upstream.send(ok("first"))
        #expect(try first.receiveAnswer().text == "first")
    }

    @Test func whoLeavesTheLineIsNotServed() throws {
        let origin = try TestOrigin()
        let (proxy, first, upstream) = try busy(origin)
        let leaving = try proxy.client(get("/leaving"))
        try waiting(proxy, 1)
        let staying = try proxy.client(get("/staying"))
        try waiting(proxy, 2)
        try leaving.reset()
        try waiting(proxy, 1)
        try upstream.send(ok("first"))
        _ = try first.receiveAnswer()
        #expect(try upstream.receiveHead().hasPrefix("GET /staying "))
        try upstream.send(ok("staying"))
        #expect(try staying.receiveAnswer().text == "staying")
    }

    @Test func aBodyWaitsInLineWithItsRequest() throws {
        let origin = try TestOrigin()
        let (proxy, first, upstream) = try busy(origin)
        let second = try proxy.client(post("hello"))
        second.finishSending()
        try waiting(proxy, 1)
        try proxy.loop.settle()
        try upstream.send(ok("first"))
        _ = try first.receiveAnswer()
        _ = try upstream.receiveHead()
        #expect(text(try upstream.receiveExactly(5)) == "hello")
        try upstream.send(ok("second"))
        #expect(try second.receiveAnswer().text == "second")
    }

    @Test func idleConnectionsAreFewAndGoInTime() throws {
        let origin = try TestOrigin()
        let proxy = try RelaySite([origin.endpoint]) {
            $0.idleMax = 2
            $0.idleTimeout = 50_000_000_000
        }
        let clients = try (0..<4).map { _ in try proxy.client(get()) }
        let upstreams = try clients.map { _ in try origin.accept() }
        for upstream in upstreams {
            _ = try upstream.receiveHead()
            try upstream.send(ok("x"))
        }
        for client in clients { _ = try client.receiveAnswer() }
        #expect(try proxy.upstreamCount == 2)
        try proxy.loop.advance(seconds: 49.9)
        #expect(try proxy.upstreamCount == 2)
        try proxy.loop.advance(seconds: 0.2)
        #expect(try proxy.upstreamCount == 0)
        for upstream in upstreams { #expect(try upstream.receive() == .end) }
    }

    @Test func aReloadLetsEverybodyFinishWhereTheyAre() throws {
        let (old, new) = (try TestOrigin(), try TestOrigin())
        let (proxy, first, upstream) = try busy(old)
        let second = try proxy.client(get("/second"))
        try waiting(proxy, 1)
        try proxy.run { relay in
            relay.replace(pool: RelaySite.pool([new.endpoint], RelaySettings(), relay.loop))
        }
        let third = try proxy.client(get("/third"))
        let modern = try new.accept()
        #expect(try modern.receiveHead().hasPrefix("GET /third "))
        try upstream.send(ok("first"))
        #expect(try first.receiveAnswer().text == "first")
        // Who had waited for the old servers is served by them; no connection to them is kept.
        #expect(try upstream.receive() == .end)
        let last = try old.accept()
        #expect(try last.receiveHead().hasPrefix("GET /second "))
        try last.send(ok("second"))
        #expect(try second.receiveAnswer().text == "second")
        #expect(try last.receive() == .end)
        try modern.send(ok("third"))
        #expect(try third.receiveAnswer().text == "third")
    }

    @Test func aReloadClosesWhatIsIdle() throws {
        let (old, new) = (try TestOrigin(), try TestOrigin())
        let (proxy, first, upstream) = try busy(old)
        try upstream.send(ok("first"))
        _ = try first.receiveAnswer()
        try proxy.run { relay in
            relay.replace(pool: RelaySite.pool([new.endpoint], RelaySettings(), relay.loop))
        }
        #expect(try upstream.receive() == .end)
        try first.send(get("/next"))
        let modern = try new.accept()
        _ = try modern.receiveHead()
        try modern.send(ok("next"))
        #expect(try first.receiveAnswer().text == "next")
    }
}
