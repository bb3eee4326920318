/// The fields that the proxy acts on or rewrites; all the others are `other`.
public enum KnownField: UInt8, Sendable, CaseIterable {
    case other
    case host, contentLength, transferEncoding, connection, keepAlive, proxyConnection, te, trailer, upgrade, expect
    case proxyAuthenticate, proxyAuthorization, http2Settings
    case forwarded, xForwardedFor, xForwardedProto, xForwardedHost, xForwardedPort, xRealIP, xRequestID, traceparent,
        tracestate
    case cookie, authorization, userAgent, referer, accept, acceptEncoding, acceptLanguage, range
    /// Ours: what an origin is told of who comes (`-Pass`, `-ID`), what an app shows (`-Ticket`, `-Pass`) or a monitor (`-Monitor`), what an origin says.
    case waitingRoom, waitingRoomPass, waitingRoomID, waitingRoomTicket, waitingRoomMonitor
    case date, server, setCookie, contentType, retryAfter, altSvc, via
    /// Not one of these, but read as one by an origin that takes every odd character for a hyphen (CGI and its heirs):
    /// `Content_Length`, `X.Forwarded.For`. Legal to read, never to be forwarded.
    case lookAlike
}
