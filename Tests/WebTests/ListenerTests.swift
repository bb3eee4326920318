import Address
import Glibc
import TestSupport
import Testing

@testable import Web

/// What comes before the first request: PROXY headers and TLS.
@Suite struct ListenerTests {
    private static let loopback = Network("127.0.0.0/8")

    @Test(arguments: [
        ("PROXY TCP4 203.0.113.7 192.0.2.1 4711 80\r\n", "203.0.113.7:4711"),
        ("PROXY TCP6 2001:db8::7 2001:db8::1 4711 80\r\n", "[2001:db8::7]:4711"),
    ]) func aTrustedPeerSpeaksForAnother(_ header: String, _ source: String) throws {
        let network = try #require(Self.loopback)
        let site = try Site.scripted { $0.proxyNetworks = [network] }
        let whole = try site.connect()
        try whole.send(header + "GET /source HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try whole.receiveAnswer().text == source)
        #expect(try whole.get("/source").text == source)
        let pieces = try site.connect()
        for byte in Array(header.utf8) {
            try pieces.send([byte])
            try site.loop.settle()
        }
        #expect(try pieces.get("/source").text == source)
    }

    @Test func aBinaryHeaderIsReadToo() throws {
        let network = try #require(Self.loopback)
        let site = try Site.scripted { $0.proxyNetworks = [network] }
        let client = try site.connect()
        let signature: [UInt8] = [13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10]
        try client.send(signature + [0x21, 0x11, 0, 12, 203, 0, 113, 7, 192, 0, 2, 1, 0x12, 0x67, 0, 80])
        #expect(try client.get("/source").text == "203.0.113.7:4711")
    }

    @Test func aPeerThatHasToSpeakForAnotherIsHeldToIt() throws {
        let network = try #require(Self.loopback)
        let site = try Site.scripted {
            $0.proxyNetworks = [network]
            $0.headTimeout = 10_000_000_000
        }
        let client = try site.connect()
        try client.send("GET /source HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.receiveAll().bytes.isEmpty)
        #expect(try site.handler { $0.log } == [])
        let silent = try site.connect()
        try site.wait { $0.server.connectionCount == 1 }
        try site.loop.advance(seconds: 10.1)
        #expect(try silent.receive() == .end)
    }

    @Test func fromEverybodyElseAHeaderIsABadRequest() throws {
        let site = try Site.scripted()
        let client = try site.connect()
        try client.send("PROXY TCP4 203.0.113.7 192.0.2.1 4711 80\r\nGET /source HTTP/1.1\r\nHost: a\r\n\r\n")
        // Refused as the unknown method that it is.
        #expect(try client.receiveAnswer().status == 501)
        #expect(try site.handler { $0.log.contains { $0.hasPrefix("GET") } } == false)
    }

    @Test func aPolicyJudgesWhomThePeerSpeaksFor() throws {
        final class Ban: ConnectionPolicy {
            func admit(_ address: IPAddress) -> UInt64? { address == IPAddress("203.0.113.7") ? nil : 1 }
            func release(_ token: UInt64) {}
        }
        let network = try #require(Self.loopback)
        let site = try Site.scripted({ $0.proxyNetworks = [network] }, configure: { $0.policy = Ban() })
        let banned = try site.connect()
        try banned.send("PROXY TCP4 203.0.113.7 192.0.2.1 4711 80\r\nGET /a HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try banned.receiveAnswer().status == 503)
        let welcome = try site.connect()
        try welcome.send("PROXY TCP4 203.0.113.8 192.0.2.1 4711 80\r\nGET /a HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try welcome.receiveAnswer().status == 200)
        #expect(try site.handler { $0.log } == ["GET /a", "finished"])
    }

    @Test func tlsIsSpoken() throws {
        let site = try Site.secure()
        let client = try SecurePeer(try site.connect())
        for path in ["/first", "/second"] {
            try client.send("GET \(path) HTTP/1.1\r\nHost: site.test\r\n\r\n")
            #expect(try client.receive(until: path).hasPrefix("HTTP/1.1 200 OK\r\n"))
        }
        try client.send("GET /last HTTP/1.1\r\nHost: site.test\r\nConnection: close\r\n\r\n")
        let (text, saidGoodbye) = try client.receiveAll()
        #expect(text.hasSuffix("/last") && saidGoodbye)
    }

    @Test func aLongAnswerGoesThroughTLSWhole() throws {
        let site = try Site.secure()
        let client = try SecurePeer(try site.connect(receiveBuffer: 4096))
        try client.send("GET /stream/12000000 HTTP/1.1\r\nHost: site.test\r\nConnection: close\r\n\r\n")
        try site.wait(untilHandler: { $0.connection?.isOutputFull == true })
        #expect(try site.handler { $0.connection?.wire.pending ?? 0 } < ServerSettings.outputBytesMax + 131_072)
        let (text, saidGoodbye) = try client.receiveAll()
        #expect(text.utf8.count > 12_000_000 && text.hasSuffix("....") && saidGoodbye)
    }

    @Test func whoSpeaksPlainHTTPToTLSIsTold() throws {
        let site = try Site.secure()
        let client = try site.connect()
        try client.send("GET / HTTP/1.1\r\nHost: site.test\r\n\r\n")
        let answer = try client.receiveAnswer()
        #expect(answer.status == 400 && answer.text.contains("https://"))
        #expect(try client.receive() == .end)
        #expect(site.metrics.value(of: site.names.handshakesFailed) == 1)
    }

    @Test func withoutCertificatesATLSPortServesNobody() throws {
        let site = try Site.scripted(isSecure: true)
        let client = try site.connect()
        #expect(try client.receive() != .bytes([]))
        #expect(try site.connectionCount == 0)
    }
}
