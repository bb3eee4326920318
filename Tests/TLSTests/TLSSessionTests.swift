import Bytes
import TLS
import Testing

@Suite struct TLSSessionTests {
    @Test(arguments: [TLSVersion.tls12, .tls13], [Int.max, 1, 2, 7, 100])
    func carriesBytesHoweverTheyAreCut(version: TLSVersion, pieceBytes: Int) throws {
        let wiring = try connected(clientMaximum: version, pieceBytes: pieceBytes)
        #expect(wiring.server.state == .open)
        #expect(wiring.client.state == .open)
        #expect(wiring.server.protocolName == (version == .tls12 ? "TLSv1.2" : "TLSv1.3"))
        let question = Array("GET / HTTP/1.1\r\nHost: www.example.test\r\n\r\n".utf8)
        wiring.clientSends(question)
        #expect(wiring.serverGot == question)
        let answer = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        wiring.serverSends(answer)
        #expect(wiring.clientGot == answer)
        wiring.clientSends(answer)
        #expect(wiring.serverGot == question + answer)
        wiring.clientCloses()
        #expect(wiring.server.state == .closedByPeer)
        wiring.serverSends([1, 2, 3])
        #expect(wiring.clientGot == answer + [1, 2, 3])
        wiring.serverCloses()
        #expect(wiring.client.state == .closedByPeer)
        #expect(wiring.server.fault == nil && wiring.client.fault == nil)
    }

    @Test func tellsWhatWasAgreed() throws {
        let wiring = try connected()
        #expect(wiring.server.serverName == "www.example.test")
        #expect(wiring.server.cipherName == "TLS_AES_128_GCM_SHA256")
        #expect(wiring.server.applicationProtocol == "http/1.1")
        #expect(wiring.client.applicationProtocol == "http/1.1")
        #expect(wiring.client.peerSubject == "site")
        #expect(!wiring.server.isResumed)
        #expect(wiring.server.isEstablished)
    }

    @Test func anEndWithoutCloseNotifyIsATruncation() throws {
        let wiring = try connected()
        wiring.clientSends([1])
        #expect(wiring.server.endOfInput() == .failed)
        #expect(wiring.server.fault == .truncated)
        #expect(wiring.server.fault?.blame == .network)

        let closed = try connected()
        closed.clientCloses()
        #expect(closed.server.endOfInput() == .closedByPeer)
        #expect(closed.server.fault == nil)

        let authority = try TestAuthority.shared.get()
        let server = try TLSServer(certificates: [authority.site], ticketKeys: .random())
        let early = try server.session()
        #expect(early.endOfInput() == .failed)
        #expect(early.fault == .endedInHandshake)
    }

    /// Each bit of a record flipped: refused, and nothing of it handed out.
    @Test(arguments: [TLSVersion.tls12, .tls13]) func alteredRecordsAreRefused(version: TLSVersion) throws {
        let wiring = try connected(clientMaximum: version)
        var record = ByteBuffer()
        wiring.client.send(Array("secret".utf8).span, out: &record)
        var altered = record.span.array
        altered[altered.count - 1] ^= 1
        var plain = ByteBuffer()
        var out = ByteBuffer()
        #expect(wiring.server.receive(altered.span, plain: &plain, out: &out) == .failed)
        #expect(plain.count == 0)
        #expect(out.count > 0, "an alert tells the peer")
        guard case .protocolViolation = wiring.server.fault else {
            Issue.record("\(String(describing: wiring.server.fault))")
            return
        }
        // It stays failed, whatever comes and is asked for.
        let sent = out.count
        #expect(wiring.server.receive(record.span, plain: &plain, out: &out) == .failed)
        #expect(wiring.server.send(record.span, out: &out) == .failed)
        wiring.server.close(out: &out)
        #expect(plain.count == 0)
        #expect(out.count == sent)
    }

    @Test func plainHTTPIsRecognised() throws {
        for text in ["GET / HTTP/1.1\r\nHost: a\r\n\r\n", "POST /x HTTP/1.1\r\n\r\n", "HEAD / HTTP/1.0\r\n\r\n"] {
            #expect(try faultOfServer(given: Array(text.utf8)) == .plainHTTP)
        }
    }

    /// More of it than any record has room for, so that nothing is left to wait for.
    @Test func garbageIsRefused() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var state = seed
        for round in 0..<100 {
            let bytes = (0..<70_000).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return UInt8(truncatingIfNeeded: state >> 33)
            }
            #expect(try faultOfServer(given: bytes) != nil, "seed \(seed) round \(round)")
        }
    }

    private func faultOfServer(given bytes: [UInt8]) throws -> TLSFault? {
        let authority = try TestAuthority.shared.get()
        let session = try TLSServer(certificates: [authority.site], ticketKeys: .random()).session()
        var plain = ByteBuffer()
        var out = ByteBuffer()
        _ = session.receive(bytes.span, plain: &plain, out: &out)
        #expect(plain.count == 0)
        return session.fault
    }

    /// A hello that never ends: handshake records of the greatest size, of one message announced as 128 KB.
    @Test func anEndlessHandshakeIsCutOff() throws {
        let authority = try TestAuthority.shared.get()
        let session = try TLSServer(certificates: [authority.site], ticketKeys: .random()).session()
        var plain = ByteBuffer()
        var out = ByteBuffer()
        var fed = 0
        var body: [UInt8] = [1, 0x01, 0xff, 0x00] + [UInt8](repeating: 3, count: 16_380)
        while session.state == .handshaking, fed < 1_000_000 {
            let record: [UInt8] = [22, 3, 1, 0x40, 0x00] + body
            _ = session.receive(record.span, plain: &plain, out: &out)
            fed += record.count
            body = [UInt8](repeating: 3, count: 16_384)
        }
        #expect(session.state == .failed)
        #expect(fed <= TLSSession.handshakeBytesMax + 32_768)
    }

    @Test func keysAreRenewedButNotForever() throws {
        let wiring = try connected()
        for _ in 0..<10 {
            wiring.client.renewKeys(ofPeerToo: true)
            wiring.clientSends([1, 2, 3])
            wiring.serverSends([4, 5, 6])
        }
        #expect(wiring.serverGot.count == 30)
        #expect(wiring.clientGot.count == 30)
        for _ in 0..<TLSSession.interruptionsMax where wiring.server.state == .open {
            wiring.client.renewKeys(ofPeerToo: true)
            wiring.clientSends([1])
        }
        #expect(wiring.server.fault == .tooManyInterruptions)
    }

    @Test func sendBeforeTheHandshakeDoesNothing() throws {
        let authority = try TestAuthority.shared.get()
        let client = try TLSClient(trust: .authorities(authority.root, name: "root.pem"))
        let session = try client.session(host: "www.example.test")
        var out = ByteBuffer()
        #expect(session.send([1, 2, 3].span, out: &out) == .handshaking)
        session.close(out: &out)
        #expect(out.count == 0)
    }

    /// Sessions of one server take turns on one wire; what one is in the middle of must not disturb another.
    @Test func sessionsOfOneServerDoNotMeet() throws {
        let authority = try TestAuthority.shared.get()
        let server = try TLSServer(certificates: [authority.site], ticketKeys: .random())
        let client = try TLSClient(trust: .authorities(authority.root, name: "root.pem"))
        let pairs = try (0..<20).map { _ in
            try Wiring(server: server, client: client, host: "example.test", pieceBytes: 50)
        }
        for pair in pairs { pair.run() }
        for (number, pair) in pairs.enumerated() { pair.clientSends([UInt8](repeating: UInt8(number), count: 30_000)) }
        for (number, pair) in pairs.enumerated() {
            #expect(pair.serverGot == [UInt8](repeating: UInt8(number), count: 30_000))
        }
    }
}
