import Bytes
import HTTP
import Testing

@testable import Relay

@Suite struct HopByHopTests {
    private func names(_ connections: [String], _ field: String) throws -> Bool {
        let lines = ["GET / HTTP/1.1", "Host: a"] + connections.map { "Connection: \($0)" }
        let bytes = Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
        let request = try #require(ReadRequest.all(in: bytes).requests.first)
        let named = HopByHop.names(Array(field.utf8).span, fields: request.head.fields, bytes: request.bytes.span)
        // The short cut never says that there is nothing to compare with when there is.
        let hasNames = HopByHop.hasNames(request.head.fields, request.bytes.span)
        #expect(hasNames || !named)
        return named
    }

    @Test func namesOfAList() throws {
        #expect(try names(["X"], "X") && names(["x"], "X") && names(["a, X ,b"], "x") && names(["a", "\tX"], "x"))
        #expect(try names([",,X,,"], "x") && names(["close, X"], "x") && names(["keep-alive,x"], "x"))
        #expect(try !names(["XY"], "x") && !names(["X"], "xy") && !names([], "x") && !names(["a-x, x-a"], "x"))
    }

    @Test func nothingIsNamedByAnEmptyElement() throws {
        for value in ["", ",", "close", "keep-alive", ", ,"] { #expect(try !names([value], "x"), "\(value)") }
    }

    @Test func plainConnectionsNameNothing() throws {
        let bytes = Array("GET / HTTP/1.1\r\nHost: a\r\nConnection: Keep-Alive\r\nConnection: close\r\n\r\n".utf8)
        let request = try #require(ReadRequest.all(in: bytes).requests.first)
        let hasNames = HopByHop.hasNames(request.head.fields, request.bytes.span)
        #expect(!hasNames)
    }

    @Test func fieldsOfOneConnection() {
        let covered: Set<KnownField> = [
            .connection, .keepAlive, .proxyConnection, .te, .trailer, .transferEncoding, .upgrade, .http2Settings,
            .proxyAuthenticate, .proxyAuthorization, .contentLength,
        ]
        for known in KnownField.allCases { #expect(HopByHop.covers(known) == covered.contains(known), "\(known)") }
    }
}
