import Bytes

/// A response's head as an index into its bytes. Valid only together with the bytes that it was read from.
public struct ResponseHead: Sendable {
    public var status: UInt16 = 0
    public var reason = ByteRange.empty
    public var minorVersion: UInt8 = 1
    public var fields: [Field] = []
    /// Of the bytes that follow: `none` for answers to HEAD, for 1xx, 204 and 304, whatever their fields say.
    public var framing = BodyFraming.none
    /// What `Content-Length` says, also where no body follows (an answer to HEAD, a 304).
    public var declaredLength: UInt64?
    /// The connection can carry another request after this answer.
    public var keepsAlive = true

    public init() {}

    public var isInterim: Bool { status < 200 && status != 101 }

    public func first(_ known: KnownField) -> ByteRange? {
        for field in fields where field.known == known { return field.value }
        return nil
    }
}
