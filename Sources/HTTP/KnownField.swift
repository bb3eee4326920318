/// The fields that the proxy acts on or rewrites; all the others are `other`.
public enum KnownField: UInt8, Sendable, CaseIterable {
    case other
    case host, contentLength, transferEncoding, connection, keepAlive, proxyConnection, te, trailer, upgrade, expect
    case proxyAuthenticate, proxyAuthorization, http2Settings
    case forwarded, xForwardedFor, xForwardedProto, xForwardedHost, xForwardedPort, xRealIP, xRequestID, traceparent, tracestate
    case cookie, authorization, userAgent, referer, acceptEncoding, acceptLanguage, range
    case date, server, setCookie, contentType, retryAfter, altSvc, via
}
