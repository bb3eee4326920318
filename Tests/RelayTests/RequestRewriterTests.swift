import Address
import Bytes
import HTTP
import Testing

@testable import Relay

/// Whatever can be read is written so that it is read again as one request, the same, and nothing besides.
@Suite struct RequestRewriterTests {
    /// Printed with every failure; put it here to repeat one.
    static let seed = UInt64.random(in: .min ... .max)

    private func accepted() throws -> [(name: String, request: ReadRequest)] {
        try CorpusFile.cases("requests").flatMap { item in
            ReadRequest.all(in: item.bytes).requests.map { (item.description, $0) }
        }
    }

    @Test func theCorpusIsRewritten() throws {
        let all = try accepted()
        #expect(all.count >= 200)
        for (name, request) in all {
            for trusted in [false, true] { try judge(request, .made(trusted: trusted), name) }
        }
    }

    @Test func whatIsNearTheCorpusIsRewritten() throws {
        var numbers = SeededNumbers(state: Self.seed)
        print("seed of the rewritten mutations: \(Self.seed)")
        var taken = 0
        for item in try CorpusFile.cases("requests") where item.bytes.count <= 4096 {
            for _ in 0..<8 {
                for request in ReadRequest.all(in: numbers.mutate(item.bytes)).requests {
                    taken += 1
                    try judge(request, .made(trusted: taken % 2 == 0), "seed \(Self.seed), near \(item)")
                }
            }
        }
        #expect(taken > 100)
    }

    private func judge(_ request: ReadRequest, _ origin: RequestRewriter.Origin, _ name: String) throws {
        let output = request.rewritten(origin)
        let (requests, isClean) = ReadRequest.all(in: output)
        #expect(isClean && requests.count == 1, "\(name): \(request.bytes) became \(output)")
        let written = try #require(requests.first, "\(name)")
        #expect(written.method == request.method && written.path == request.path, "\(name)")
        #expect(written.head.isAsterisk == request.head.isAsterisk, "\(name)")
        #expect(written.body == request.body && written.head.framing == request.head.framing, "\(name)")
        #expect(written.head.minorVersion == 1 && written.head.keepsAlive, "\(name)")
        // The edge has answered the expectation itself.
        #expect(written.values("expect").isEmpty, "\(name)")
        #expect(
            written.bytes.span[written.head.upgrade].array == request.bytes.span[request.head.upgrade].array, "\(name)")
        #expect(written.host == (request.host.isEmpty ? Array(ReadRequest.authority.utf8) : request.host), "\(name)")
        judgeFields(written, of: request, origin, name)
        // Written once more it is the same, but that a request without Host has one by then.
        let again = written.rewritten(.made(secure: origin.isSecure))
        if !request.host.isEmpty, !origin.peerIsTrusted {
            #expect(again == output, "\(name)")
        } else {
            #expect(ReadRequest.all(in: again).requests.first?.rewritten(.made()) == again, "\(name)")
        }
    }

    private func judgeFields(
        _ written: ReadRequest, of request: ReadRequest, _ origin: RequestRewriter.Origin, _ name: String
    ) {
        let isUpgrade = !request.head.upgrade.isEmpty
        for field in written.head.fields {
            let text = written.bytes.span[field.name].string
            #expect(field.known != .lookAlike, "\(name): \(text)")
            let isOfUpgrade = isUpgrade && (field.known == .connection || field.known == .upgrade)
            let isFraming = field.known == .contentLength || field.known == .transferEncoding
            #expect(!HopByHop.covers(field.known) || isOfUpgrade || isFraming, "\(name): \(text)")
            let letters = text.lowercased().filter { $0.isASCII && $0.isLetter }
            #expect(isFraming || (letters != "contentlength" && letters != "transferencoding"), "\(name): \(text)")
        }
        #expect(written.values("host").count == 1, "\(name)")
        #expect(
            written.values("x-request-id") == ["0123456789abcdef"] && written.values("traceparent").count == 1, "\(name)")
        let last = written.values("x-forwarded-for")
        #expect(last.count == 1 && last.first?.hasSuffix("192.0.2.7") == true, "\(name): \(last)")
        #expect(written.values("forwarded").count == 1, "\(name)")
        #expect(!written.values("x-forwarded-proto").isEmpty, "\(name)")
        if origin.peerIsTrusted { return }
        #expect(last == ["192.0.2.7"] && written.values("x-forwarded-proto") == ["http"], "\(name)")
        let host = String(decoding: request.host, as: UTF8.self)
        #expect(written.values("x-forwarded-host") == (host.isEmpty ? [] : [host]), "\(name)")
        #expect(
            written.values("forwarded") == ["for=192.0.2.7;proto=http" + (host.isEmpty ? "" : ";host=\"\(host)\"")],
            "\(name)")
        let ours: Set<String> = ["x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"]
        for field in written.head.fields {
            let text = written.bytes.span[field.name].string.lowercased()
            #expect(!text.hasPrefix("x-forwarded") || ours.contains(text), "\(name): \(text)")
            #expect(field.known != .xRealIP, "\(name)")
        }
    }
}

/// What is written of single requests, word for word.
@Suite struct RewrittenFieldTests {
    private func written(_ lines: String..., from origin: RequestRewriter.Origin = .made()) throws -> ReadRequest {
        let bytes = Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
        let request = try #require(ReadRequest.all(in: bytes).requests.first)
        return try #require(ReadRequest.all(in: request.rewritten(origin)).requests.first)
    }

    @Test func theWholeHead() throws {
        let bytes = Array("GET http://u:p@a:81?b HTTP/1.0\r\nHost: c\r\nX: y\r\n\r\n".utf8)
        let request = try #require(ReadRequest.all(in: bytes).requests.first)
        #expect(
            String(decoding: request.rewritten(.made(secure: true)), as: UTF8.self) == """
                GET /?b HTTP/1.1\r
                Host: a:81\r
                X: y\r
                X-Forwarded-For: 192.0.2.7\r
                X-Forwarded-Proto: https\r
                X-Forwarded-Host: a:81\r
                Forwarded: for=192.0.2.7;proto=https;host="a:81"\r
                X-Request-ID: 0123456789abcdef\r
                traceparent: 00-00000000000000010000000000000002-0000000000000003-02\r
                \r

                """)
    }

    @Test func anAddressOfIPv6IsQuoted() throws {
        let peer = try #require(IPAddress("2001:db8::1"))
        let request = try written("GET / HTTP/1.1", "Host: a", from: .made(peer: peer))
        #expect(request.values("x-forwarded-for") == ["2001:db8::1"])
        #expect(request.values("forwarded") == ["for=\"[2001:db8::1]\";proto=http;host=\"a\""])
    }

    @Test func connectionNamesFields() throws {
        let request = try written(
            "GET / HTTP/1.1", "Host: a", "Connection: X-One,\tx-two , close, Host, Content-Length, X-Forwarded-For",
            "X-One: 1",
            "X-TWO: 2", "X-Three: 3")
        #expect(request.values("x-one").isEmpty && request.values("x-two").isEmpty && request.values("connection").isEmpty)
        #expect(request.values("x-three") == ["3"] && request.values("host") == ["a"])
        #expect(request.values("x-forwarded-for") == ["192.0.2.7"])
    }

    @Test func connectionDoesNotTakeAwayWhatATrustedPeerSays() throws {
        let request = try written(
            "GET / HTTP/1.1", "Host: a", "Connection: X-Forwarded-Proto, X-Forwarded-Host, X-Real-IP, X-Forwarded-For",
            "X-Forwarded-Proto: https", "X-Forwarded-Host: b", "X-Real-IP: 192.0.2.1", "X-Forwarded-For: 192.0.2.1",
            from: .made(trusted: true))
        #expect(request.values("x-forwarded-proto") == ["https"] && request.values("x-forwarded-host") == ["b"])
        #expect(request.values("x-real-ip") == ["192.0.2.1"])
        #expect(request.values("x-forwarded-for") == ["192.0.2.1, 192.0.2.7"])
    }

    @Test func imitationsAreDropped() throws {
        let names = [
            "X_Forwarded_For", "X-Forwarded_For", "X.Forwarded.Proto", "X-Forwarded-Ssl", "x_forwarded_prefix",
            "X-Forwarded",
            "Content_Length", "ContentLength", "Content--Length", "Content-Length1", "-Content-Length", "TransferEncoding",
            "Transfer.Encoding", "X-Real-IP", "X-Forwarded-Port",
        ]
        for name in names {
            let request = try written("GET / HTTP/1.1", "Host: a", "\(name): 6")
            #expect(request.values(name.lowercased()).allSatisfy { $0 != "6" }, "\(name)")
        }
        for name in [
            "X-Content-Length", "Content-Lengths", "Content-Lengt", "X-Forwarde", "Y-Forwarded-For", "Content-Type",
        ] {
            let request = try written("GET / HTTP/1.1", "Host: a", "\(name): 6")
            #expect(request.values(name.lowercased()) == ["6"], "\(name)")
        }
    }

    @Test func aTrustedPeerMaySayMore() throws {
        let request = try written(
            "GET / HTTP/1.1", "Host: a", "X-Forwarded-Ssl: on", "X-Forwarded-For: 192.0.2.1", "X-Forwarded-For: 192.0.2.2",
            "Forwarded: for=192.0.2.1", "X_Forwarded_For: 6", from: .made(trusted: true))
        #expect(request.values("x-forwarded-ssl") == ["on"])
        #expect(request.values("x-forwarded-for") == ["192.0.2.1, 192.0.2.2, 192.0.2.7"])
        #expect(request.values("forwarded") == ["for=192.0.2.1, for=192.0.2.7;proto=http;host=\"a\""])
        #expect(request.values("x_forwarded_for").isEmpty)
    }

    /// Behind an open quotation our own words would be part of the client's.
    @Test func anOpenQuotationIsNotContinued() throws {
        for open in ["for=\"", "for=\"a\\\"", "\"\"\"", "for=a;by=\"b, for=c"] {
            let request = try written(
                "GET / HTTP/1.1", "Host: a", "Forwarded: \(open)", "Forwarded: for=\"x\\\"y\"", from: .made(trusted: true))
            #expect(request.values("forwarded") == ["for=\"x\\\"y\", for=192.0.2.7;proto=http;host=\"a\""], "\(open)")
        }
    }

    @Test func hostRules() throws {
        var origin = RequestRewriter.Origin.made()
        origin.hostRule = .upstream
        #expect(try written("GET / HTTP/1.1", "Host: a", from: origin).values("host") == ["origin.example:9000"])
        origin.hostRule = .literal("site.example")
        let request = try written("GET http://b/ HTTP/1.1", "Host: a", from: origin)
        #expect(request.values("host") == ["site.example"] && request.values("x-forwarded-host") == ["b"])
    }
}
