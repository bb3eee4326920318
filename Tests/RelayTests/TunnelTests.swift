import TestSupport
import Testing

@testable import Relay
@testable import Web

/// WebSocket and its like: after the 101, bytes as they are.
@Suite struct TunnelTests {
    private static let upgrade = get("/chat", "Connection: Upgrade\r\nUpgrade: websocket\r\n")
    private static let switched =
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX: y\r\n\r\n"

    private func tunnel(
        clientBuffer: Int32? = nil, _ change: (inout RelaySettings) -> Void = { _ in }
    ) throws -> (RelaySite, Peer, Peer) {
        let origin = try TestOrigin()
        let proxy = try RelaySite([origin.endpoint], change)
        let client = try proxy.connect(receiveBuffer: clientBuffer)
        try client.send(Self.upgrade)
        let upstream = try origin.accept()
        #expect(try upstream.receiveHead().lowercased().contains("upgrade: websocket\n"))
        try upstream.send(Self.switched)
        let answer = try client.receiveAnswerHead()
        #expect(answer.status == 101 && answer["upgrade"] == "websocket" && answer["x"] == "y")
        return (proxy, client, upstream)
    }

    @Test func bytesGoBothWays() throws {
        let (proxy, client, upstream) = try tunnel()
        for number in 0..<50 {
            try client.send("ping \(number)")
            #expect(text(try upstream.receiveExactly("ping \(number)".utf8.count)) == "ping \(number)")
            try upstream.send("pong \(number)")
            #expect(text(try client.receiveExactly("pong \(number)".utf8.count)) == "pong \(number)")
        }
        #expect(try proxy.upstreamCount == 1)
    }

    /// The kernel said "closed" while reading was paused, and by the time it is told reading goes on.
    @Test func anEndThatIsToldLateDoesNotOvertakeBytes() throws {
        let (proxy, client, upstream) = try tunnel()
        let find = { @Sendable (server: Server) -> UpstreamConnection? in
            server.connections.lazy.compactMap { ($0?.exchange?.responder as? Forward)?.upstream }.first
        }
        try proxy.site.run { find($0.server)?.pauseReading() }
        try upstream.send("before the end")
        upstream.finishSending()
        try proxy.site.run { tenant in
            let connection = find(tenant.server)
            connection?.resumeReading()
            connection?.ready(.broken)
        }
        #expect(text(try client.receiveExactly("before the end".utf8.count)) == "before the end")
    }

    @Test func whatComesRightBehindIsPartOfIt() throws {
        let origin = try TestOrigin()
        let proxy = try RelaySite([origin.endpoint])
        let client = try proxy.client(Self.upgrade + "client first")
        let upstream = try origin.accept()
        _ = try upstream.receiveHead()
        try proxy.loop.settle()
        // Until it is answered it may still be a request.
        #expect(upstream.isSilent)
        try upstream.send(Self.switched + "origin first")
        #expect(try client.receiveAnswerHead().status == 101)
        #expect(text(try client.receiveExactly(12)) == "origin first")
        #expect(text(try upstream.receiveExactly(12)) == "client first")
    }

    @Test func anotherAnswerIsAnAnswer() throws {
        let origin = try TestOrigin()
        let proxy = try RelaySite([origin.endpoint])
        let client = try proxy.client(Self.upgrade)
        let upstream = try origin.accept()
        _ = try upstream.receiveHead()
        try upstream.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno")
        #expect(try client.receiveAnswer().status == 403)
        try client.send(get("/next"))
        #expect(try upstream.receiveHead().hasPrefix("GET /next "))
    }

    @Test func theClientMayCloseItsSide() throws {
        let (proxy, client, upstream) = try tunnel()
        try client.send("bye")
        client.finishSending()
        #expect(text(try upstream.receiveAll().bytes) == "bye")
        try upstream.send("goodbye")
        #expect(text(try client.receiveExactly(7)) == "goodbye")
        upstream.finishSending()
        #expect(try client.receive() == .end)
        try proxy.waitUntilAtRest()
    }

    @Test func allThatWasSentBeforeTheEndArrives() throws {
        let (proxy, client, upstream) = try tunnel()
        let bytes = pattern(12_000_000)
        // The origin reads late, so that much of it lies on the way when the end comes.
        let sender = try client.sendMeanwhile(bytes, thenFinish: true)
        try proxy.site.wait { tenant in tenant.server.connections.contains { $0?.isReadingPaused == true } }
        try proxy.loop.settle()
        #expect(try proxy.site.run { $0.server.connections.compactMap { $0?.kept.count }.max() ?? 0 } < 131_072)
        let (received, ending) = try upstream.receiveAll()
        sender.join()
        #expect(received == bytes && ending == .end)
    }

    @Test func theEndDoesNotOvertakeWhatIsStillToBeSent() throws {
        let (proxy, client, upstream) = try tunnel()
        // In small steps, until the origin's side is blocked and holds something, but not so much that the client is paused.
        var sent: [UInt8] = []
        let piece = pattern(16384)
        while try !proxy.isUpstreamBlocked {
            try client.send(piece)
            sent += piece
            try proxy.loop.settle()
        }
        client.finishSending()
        try proxy.site.wait { tenant in tenant.server.connections.contains { $0?.isTunnelEndTold == true } }
        let (received, ending) = try upstream.receiveAll()
        #expect(received == sent && ending == .end)
    }

    @Test func allThatTheOriginSentBeforeItsEndArrives() throws {
        let (proxy, client, upstream) = try tunnel(clientBuffer: 4096)
        let bytes = pattern(12_000_000)
        let sender = try upstream.sendMeanwhile(bytes, thenFinish: true)
        try proxy.site.wait { tenant in tenant.server.connections.contains { $0?.isOutputFull == true } }
        let (received, ending) = try client.receiveAll()
        sender.join()
        #expect(received == bytes && ending == .end)
        try proxy.waitUntilAtRest()
    }

    @Test func aResetOfEitherSideEndsBoth() throws {
        let (first, client, upstream) = try tunnel()
        try client.reset()
        _ = try upstream.receiveAll()
        try first.waitUntilAtRest()
        let (second, other, gone) = try tunnel()
        try gone.reset()
        _ = try other.receiveAll()
        try second.waitUntilAtRest()
    }

    @Test func anIdleTunnelEnds() throws {
        let (proxy, client, upstream) = try tunnel { $0.tunnelIdleTimeout = 600_000_000_000 }
        for _ in 0..<2 {
            try proxy.loop.advance(seconds: 599)
            try client.send("a")
            _ = try upstream.receiveExactly(1)
            try proxy.loop.advance(seconds: 599)
            try upstream.send("b")
            _ = try client.receiveExactly(1)
        }
        try proxy.loop.advance(seconds: 600.1)
        #expect(try client.receive() == .end)
        #expect(try upstream.receive() == .end)
    }

    @Test func aTunnelThatWasHeldUpIsTimedAgain() throws {
        let (proxy, client, upstream) = try tunnel { $0.tunnelIdleTimeout = 600_000_000_000 }
        let bytes = pattern(12_000_000)
        let sender = try client.sendMeanwhile(bytes)
        try proxy.site.wait { tenant in tenant.server.connections.contains { $0?.isReadingPaused == true } }
        #expect(try upstream.receiveExactly(bytes.count) == bytes)
        sender.join()
        try proxy.loop.settle()
        try proxy.loop.advance(seconds: 600.1)
        #expect(try upstream.receive() == .end)
        #expect(try client.receive() == .end)
    }
}

extension RelaySite {
    /// The only upstream connection holds bytes that the origin has not taken.
    fileprivate var isUpstreamBlocked: Bool {
        get throws { try site.run { self.isBlocked($0) } }
    }

    fileprivate func isBlocked(_ tenant: Site.Tenant) -> Bool {
        tenant.server.connections.contains { ($0?.exchange?.responder as? Forward)?.upstream?.wire.isBlocked == true }
    }
}
