import Admission
import Bytes
import HTTP
import Testing

@testable import Gate

/// What a proxy says of a request is read as the request itself would be, or not at all.
struct DescribedRequestTests {
    private let whose = "X-Forwarded-For: 192.0.2.1\n"

    private func describe(
        _ fields: String, to target: String = "/api/queue/authorize", method: String = "GET"
    ) throws -> Result<String, DescriptionFault> {
        let gate = try GateTests.gate()
        let bytes = Array("\(method) \(target) HTTP/1.1\nHost: asked\n\(fields)\n".replacing("\n", with: "\r\n").utf8)
        var (stream, head) = (RequestStream(), RequestHead())
        guard case .head = stream.next(bytes.span, head: &head, limits: RequestLimits()).event else {
            throw DescriptionFault.unreadable(.badRequestLine)
        }
        guard case .authorize(let form)? = gate.api.endpoint(head.path(in: bytes.span), head.method) else {
            throw DescriptionFault.nothing
        }
        return Result { () throws(DescriptionFault) in
            let request = try gate.described(head, bytes.span, in: form)
            let text = request.bytes.span
            let names = request.head.fields.dropFirst().map { text[$0.name].string }
            let words = [request.head.methodName, request.head.host, request.head.pathAndQuery].map { text[$0].string }
            return (words + names).joined(separator: " ")
        }
    }

    @Test func eachProxyHasItsWay() throws {
        #expect(
            try describe(whose + "X-Original-Method: POST\nX-Original-URI: /b%2fc?d=e\nCookie: a=b\n")
                == .success("POST asked /b%2fc?d=e X-Forwarded-For Cookie"))
        #expect(
            try describe(whose + "X-Original-Method: GET\nX-Original-URL: https://shop.test/b?c\n")
                == .success("GET shop.test /b?c X-Forwarded-For"))
        #expect(
            try describe(whose + "X-Forwarded-Method: PUT\nX-Forwarded-Host: shop.test\nX-Forwarded-Uri: //b/../c\n")
                == .success("PUT shop.test //b/../c X-Forwarded-For X-Forwarded-Host"))
        #expect(
            try describe(whose, to: "/api/queue/authorize//b/%2e%2e/c?d", method: "DELETE")
                == .success("DELETE asked //b/%2e%2e/c?d X-Forwarded-For"))
        #expect(
            try describe(whose, to: "http://shop.test/api/queue/authorize/b")
                == .success("GET shop.test /b X-Forwarded-For"))
        #expect(try describe(whose, to: "/api/queue/authorize/") == .success("GET asked / X-Forwarded-For"))
        #expect(
            try describe(whose + "X-Original-Method: OPTIONS\nX-Original-URI: *\n")
                == .success("OPTIONS asked  X-Forwarded-For"))
    }

    @Test func whatConcernsTheQuestionIsNotTheRequests() throws {
        let own = "Content-Length: 0\nConnection: close, x\nUpgrade: websocket\nTE: trailers\nX_Forwarded_Host: x\n"
        #expect(
            try describe(whose + own + "Accept: text/html\nX-Original-Method: GET\nX-Original-URI: /b\n")
                == .success("GET asked /b X-Forwarded-For Accept"))
    }

    /// A visitor's fields come with the question: whoever adds a description to the proxy's gets none.
    @Test func aDescriptionIsThereOnce() throws {
        let original = whose + "X-Original-Method: GET\nX-Original-URI: /tickets\n"
        let forwarded = whose + "X-Forwarded-Method: GET\nX-Forwarded-Host: h\nX-Forwarded-Uri: /tickets\n"
        for more in ["X-Original-URI: /free", "x-original-method: OPTIONS"] {
            #expect(try describe(original + more + "\n") == .failure(.twice), "\(more)")
        }
        for more in [
            "X-Original-URL: http://asked/free", "X-Forwarded-Uri: /free", "X-Forwarded-Method: OPTIONS",
        ] {
            #expect(try describe(original + more + "\n") == .failure(.twice), "\(more)")
            #expect(try describe(whose + more + "\n", to: "/api/queue/authorize/tickets") == .failure(.twice), "\(more)")
        }
        for more in [
            "X-Original-URI: /free", "X-Original-URL: http://h/free", "X-Original-Method: OPTIONS", "X-Forwarded-Uri: /free",
            "X-Forwarded-Host: free", "X-Forwarded-Method: OPTIONS",
        ] { #expect(try describe(forwarded + more + "\n") == .failure(.twice), "\(more)") }
    }

    @Test func aDescriptionIsWhole() throws {
        let cases: [(String, DescriptionFault)] = [
            ("X-Original-Method: GET\nX-Original-URI: /\n", .noClient), (whose, .nothing),
            (whose + "X-Original-URI: /\n", .noMethod), (whose + "X-Original-Method: GET\n", .nothing),
            (whose + "X-Forwarded-Uri: /\nX-Forwarded-Host: h\n", .noMethod),
            (whose + "X-Forwarded-Uri: /\nX-Forwarded-Method: GET\n", .noHost),
            (whose + "X-Forwarded-Host: h\nX-Forwarded-Method: GET\n", .nothing),
        ]
        for (fields, fault) in cases { #expect(try describe(fields) == .failure(fault), "\(fields)") }
    }

    @Test func itIsReadAsStrictlyAsAnyRequest() throws {
        func of(_ uri: String, _ method: String = "GET") throws -> Result<String, DescriptionFault> {
            try describe(whose + "X-Original-Method: \(method)\nX-Original-URI: \(uri)\n")
        }
        #expect(try of("/a HTTP/1.1") == .failure(.unreadable(.badRequestLine)))
        #expect(try of("/a", "get") == .failure(.unreadable(.unknownMethod)))
        #expect(try of("/a", "GET /b") == .failure(.unreadable(.badRequestLine)))
        #expect(try of("/a", "") == .failure(.unreadable(.badRequestLine)))
        #expect(try of("") == .failure(.notAPath) && of("a") == .failure(.notAPath))
        #expect(try of("http://free.test/") == .failure(.notAPath))
        // Cut off by readers, and handed on by proxies.
        #expect(try of("/free#/../tickets") == .failure(.fragment))
        #expect(try describe(whose, to: "/api/queue/authorize/free#/../tickets") == .failure(.fragment))
        #expect(
            try describe(whose + "X-Forwarded-Method: GET\nX-Forwarded-Host: a, b\nX-Forwarded-Uri: /\n")
                == .failure(.unreadable(.badHost)))
    }

    @Test func onlyTheOneSpellingAsks() throws {
        let gate = try GateTests.gate()
        func endpoint(_ path: String) -> GateAction.Endpoint? { gate.api.endpoint(Array(path.utf8).span, .get) }
        #expect(endpoint("/api/queue/authorize") == .authorize(.fields) && endpoint("/api/queue/wait") == .wait)
        #expect(endpoint("/api/queue/authorize/api/queue/status") == .authorize(.path))
        for path in [
            "/api/queue//authorize", "/API/queue/authorize", "/api/queue/authorized", "/api/queue/%61uthorize/x",
            "/x/../api/queue/authorize", "/api/queue/authorize;/x", "/api/queue/wait/",
        ] { #expect(endpoint(path) == .unknown, "\(path)") }
    }
}
