import Bytes
import Gate
import HTTP
import Testing

@testable import WaitingRoom

/// How a proxy wants to be told, and where a visitor is led back to.
@Suite struct AuthorityWishTests {
    private func wish(_ target: String, _ form: DescribedRequest.Form = .fields) throws -> UInt16? {
        let bytes = Array("GET \(target) HTTP/1.1\r\nHost: h\r\n\r\n".utf8)
        var (stream, head) = (RequestStream(), RequestHead())
        let step = stream.next(bytes.span, head: &head, limits: RequestLimits())
        try #require(step.event == .head)
        return DenyWish.read(form, head, bytes.span)
    }

    @Test func theStatusOfARefusalIsChosen() throws {
        #expect(try wish("/a") == 503 && wish("/a?") == 503 && wish("/a?seat=4") == 503)
        for code: UInt16 in [401, 403, 429, 503] { #expect(try wish("/a?deny=\(code)") == code) }
        for query in ["deny=", "deny=200", "deny=401&a", "deny=4010", "deny=302"] { #expect(try wish("/a?\(query)") == nil) }
        // There the query is the visitor's.
        #expect(try wish("/a/b?deny=200", .path) == 429)
    }

    @Test func noRefusalIsTakenForAGrant() {
        for code: UInt16 in [401, 403, 429, 503] {
            let way = Way.authority(denies: code)
            #expect(way.status(200) == code && way.status(503) == code && way.status(403) == 403)
            #expect(way.bareDenial == (code < 429 ? code : nil))
        }
        #expect(Way.wait.status(200) == 200 && Way.relay.status(200) == 200 && Way.wait.bareDenial == nil)
    }

    @Test func theWayBackIsOnThisSite() {
        for (target, location) in [
            ("/a?b=c", "/a?b=c"), ("/", "/"), ("", "/"), ("?a", "/?a"), ("//evil.test/", "/.//evil.test/"),
            ("/\\evil.test", "/./\\evil.test"), ("///evil.test", "/.///evil.test"), ("/./b", "/./b"),
        ] {
            var output = ByteBuffer()
            WayBack.append(Array(target.utf8).span, to: &output)
            #expect(output.span.string == location, "\(target)")
        }
    }
}
