import Bytes

/// One field of a head: where its name and its value lie in the bytes of the head, and which one it is, if that matters.
public struct Field: Sendable {
    public var name: ByteRange
    /// Without the white space around it.
    public var value: ByteRange
    public var known: KnownField
}

/// How the end of a body is known.
public enum BodyFraming: Equatable, Sendable {
    case none
    case length(UInt64)
    case chunked
    /// Responses only: the body ends with the connection.
    case untilClose
}

/// A request's head as an index into its bytes. Valid only together with the bytes that it was read from.
public struct RequestHead: Sendable {
    public var method: Method = .get
    public var methodName = ByteRange.empty
    /// As written in the request line.
    public var target = ByteRange.empty
    /// Path and query, what is forwarded: the target without scheme, authority and fragment. It begins with `/`, but for an
    /// absolute target with a query and no path (`http://host?query`): there it begins with `?`, and the path is `/`, which
    /// whoever writes it has to put in front. Empty for `*` (see `isAsterisk`). To match by path, use `path(in:)`.
    public var pathAndQuery = ByteRange.empty
    public var isAsterisk = false
    /// 0 for HTTP/1.0, 1 for HTTP/1.1.
    public var minorVersion: UInt8 = 1
    /// The authority: of an absolute target (without user information), else of `Host`, as written. The one that counts, and
    /// the only one that may be passed on: `Host` may say something else. Empty only for HTTP/1.0 without `Host`.
    public var host = ByteRange.empty
    public var fields: [Field] = []
    public var framing = BodyFraming.none
    /// The client would keep the connection (version and `Connection` considered).
    public var keepsAlive = true
    public var expectsContinue = false
    /// `Connection: upgrade` and one `Upgrade` field on a GET of 1.1 without a body: the value of `Upgrade`. Empty also when it
    /// offers HTTP/2 or TLS: a tunnel in which requests pass unseen.
    public var upgrade = ByteRange.empty

    public init() {}

    /// The path as it was written, without its query: `/` where an absolute target has none, empty for `*`.
    @_lifetime(copy bytes)
    public func path(in bytes: Span<UInt8>) -> Span<UInt8> {
        let range = pathAndQuery.range
        let end = bytes.firstIndex(of: UInt8(ascii: "?"), in: range) ?? range.upperBound
        if end > range.lowerBound || range.isEmpty { return bytes.extracting(range.lowerBound..<end) }
        return ("/" as StaticString).bytes
    }

    /// The first field of that kind.
    public func first(_ known: KnownField) -> ByteRange? {
        for field in fields where field.known == known { return field.value }
        return nil
    }
}
