import Bytes
import HTTP
import Testing

@Suite struct KnownFieldTests {
    static let names: [(KnownField, String)] = [
        (.host, "Host"), (.contentLength, "Content-Length"), (.transferEncoding, "Transfer-Encoding"),
        (.connection, "Connection"), (.keepAlive, "Keep-Alive"), (.proxyConnection, "Proxy-Connection"), (.te, "TE"),
        (.trailer, "Trailer"), (.upgrade, "Upgrade"), (.expect, "Expect"), (.proxyAuthenticate, "Proxy-Authenticate"),
        (.proxyAuthorization, "Proxy-Authorization"), (.http2Settings, "HTTP2-Settings"), (.forwarded, "Forwarded"),
        (.xForwardedFor, "X-Forwarded-For"), (.xForwardedProto, "X-Forwarded-Proto"), (.xForwardedHost, "X-Forwarded-Host"),
        (.xForwardedPort, "X-Forwarded-Port"), (.xRealIP, "X-Real-IP"), (.xRequestID, "X-Request-ID"),
        (.traceparent, "traceparent"), (.tracestate, "tracestate"), (.cookie, "Cookie"), (.authorization, "Authorization"),
        (.userAgent, "User-Agent"), (.referer, "Referer"), (.acceptEncoding, "Accept-Encoding"),
        (.acceptLanguage, "Accept-Language"), (.range, "Range"), (.date, "Date"), (.server, "Server"),
        (.setCookie, "Set-Cookie"), (.contentType, "Content-Type"), (.retryAfter, "Retry-After"), (.altSvc, "Alt-Svc"),
        (.via, "Via"), (.accept, "Accept"), (.waitingRoom, "Waiting-Room"), (.waitingRoomPass, "Waiting-Room-Pass"),
        (.waitingRoomID, "Waiting-Room-ID"), (.waitingRoomTicket, "Waiting-Room-Ticket"),
        (.waitingRoomMonitor, "Waiting-Room-Monitor"),
    ]

    private func known(_ name: String) -> KnownField? {
        var stream = ResponseStream()
        var head = ResponseHead()
        stream.expect(.head)
        let bytes = Array("HTTP/1.1 200 OK\r\n\(name):\r\n\r\n".utf8)
        guard stream.next(bytes.span, head: &head, limits: ResponseLimits()).event == .head else { return nil }
        return head.fields.first?.known
    }

    @Test func everyNameIsKnownInAnyCase() {
        #expect(Set(Self.names.map(\.0)) == Set(KnownField.allCases).subtracting([.other, .lookAlike]))
        for (field, name) in Self.names where field != .contentLength && field != .transferEncoding {
            #expect(
                known(name) == field && known(name.lowercased()) == field && known(name.uppercased()) == field, "\(name)")
        }
    }

    /// One letter changed, one more, one less: another name.
    @Test func nearlyANameIsNone() {
        for (_, name) in Self.names {
            for place in name.indices where name[place] != "-" {
                var near = name
                near.replaceSubrange(place...place, with: name[place] == "q" ? "z" : "q")
                #expect(known(near) == .other, "\(near)")
            }
            #expect(known(name + "x") == .other && known("x" + name) == .other, "\(name)")
            if name.count > 2 { #expect(known(String(name.dropLast())) == .other, "\(name)") }
        }
    }

    @Test func anOddCharacterForTheHyphenIsALookAlike() {
        for (_, name) in Self.names where name.contains("-") {
            for odd in "!#$%&'*+.^_`|~" {
                #expect(known(name.replacingOccurrences("-", with: odd)) == .lookAlike, "\(name) with \(odd)")
            }
        }
    }
}

extension String {
    fileprivate func replacingOccurrences(_ old: Character, with new: Character) -> String {
        String(map { $0 == old ? new : $0 })
    }
}
