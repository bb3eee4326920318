import TestSupport
import Testing

@testable import Web

/// After an upgrade: bytes as they are. The scripted tunnel sends back what comes.
@Suite struct TunnelTests {
    private func open(_ site: Site, _ behind: String = "") throws -> Peer {
        let client = try site.connect()
        try client.send("GET /tunnel HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n\(behind)")
        #expect(try client.receiveAnswerHead().status == 101)
        return client
    }

    @Test func bytesGoBothWays() throws {
        let site = try Site.scripted()
        let client = try open(site, "right behind ")
        try client.send("GET / HTTP/9")
        #expect(text(try client.receiveExactly(25)) == "right behind GET / HTTP/9")
        // No request, no deadline.
        try site.loop.advance(seconds: 100_000)
        try client.send("!")
        #expect(text(try client.receiveExactly(1)) == "!")
    }

    @Test func theEndIsSaidOnceAndBehindTheLastByte() throws {
        let site = try Site.scripted()
        let client = try open(site)
        try client.send("last")
        client.finishSending()
        try site.wait(untilHandler: { $0.held.first?.events == ["ended"] })
        #expect(try site.handler { $0.held.first?.body } == Array("last".utf8))
        // The other direction stays open until its own end.
        try site.handler { $0.held.first?.connection.send(Array("more".utf8).span) }
        #expect(text(try client.receiveExactly(8)) == "lastmore")
        try site.handler { $0.held.first?.connection.finishTunnel() }
        #expect(try client.receive() == .end)
        try site.waitUntilEmpty()
        #expect(try site.handler { $0.held.first?.events } == ["ended"])
    }

    @Test func theEndWaitsForWhatIsHeldBack() throws {
        let site = try Site.scripted()
        let client = try open(site)
        try site.handler { $0.held.first?.connection.pauseReading() }
        try client.send("held back")
        client.finishSending()
        try site.wait(untilHandler: { $0.connection?.inputEnded == true })
        try site.loop.settle()
        #expect(try site.handler { $0.held.first?.events } == [])
        try site.handler { $0.held.first?.connection.resumeReading() }
        try site.wait(untilHandler: { $0.held.first?.events == ["ended"] })
        #expect(try site.handler { $0.held.first?.body } == Array("held back".utf8))
    }

    @Test func anEndThatCameBeforeTheTunnelIsToldInIt() throws {
        let site = try Site.scripted()
        let client = try site.connect()
        try client.send("GET /hold HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\nearly")
        client.finishSending()
        try site.wait(untilHandler: { $0.connection?.inputEnded == true })
        try site.handler { $0.held.first?.openTunnel() }
        #expect(try client.receiveAnswerHead().status == 101)
        #expect(text(try client.receiveExactly(5)) == "early")
        // First the request's end, then the tunnel's.
        try site.wait(untilHandler: { $0.held.first?.events == ["ended", "ended"] })
    }

    @Test func aPausedTunnelIsReadNoFurtherThanTheCeiling() throws {
        let site = try Site.scripted()
        let client = try open(site)
        try site.handler { $0.held.first?.connection.pauseReading() }
        _ = client.sendUntilBlocked(pattern(50_000_000))
        try site.loop.settle()
        let kept = try site.handler { $0.connection?.kept.count ?? 0 }
        #expect(kept >= ServerSettings.keptBytesMax && kept < ServerSettings.keptBytesMax + 65536)
    }
}
