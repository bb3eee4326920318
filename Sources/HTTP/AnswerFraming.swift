/// How an answer is framed to the client, whatever way it came from the origin.
public struct AnswerFraming: Equatable, Sendable {
    public enum Body: Equatable, Sendable {
        /// No byte of a body is sent.
        case none
        /// `Content-Length`, and as many bytes.
        case length(UInt64)
        /// `Transfer-Encoding: chunked`.
        case chunked
        /// Neither field; the close ends the body.
        case untilClose
    }
    public var body: Body
    /// What to write as `Content-Length`: also for an answer to HEAD or a 304, which have no body. Nil: write none.
    public var contentLength: UInt64?
    /// The connection to the client can carry another request after this answer.
    public var keepsAlive: Bool

    public init(body: Body, contentLength: UInt64?, keepsAlive: Bool) {
        self.body = body
        self.contentLength = contentLength
        self.keepsAlive = keepsAlive
    }

    /// - Parameters:
    ///   - method, minorVersion, keepsAlive: of the request that is answered.
    ///   - framing, declaredLength: of the answer, as it comes from the origin.
    public static func decide(
        method: Method, minorVersion: UInt8, keepsAlive: Bool, status: UInt16, framing: BodyFraming, declaredLength: UInt64?
    ) -> AnswerFraming {
        if status < 200 || status == 204 {
            // RFC 9110 section 8.6: neither may have a Content-Length. What follows a 101 is another protocol.
            return AnswerFraming(body: .none, contentLength: nil, keepsAlive: keepsAlive && status != 101)
        }
        if method == .head || status == 304 {
            return AnswerFraming(body: .none, contentLength: declaredLength, keepsAlive: keepsAlive)
        }
        switch framing {
        case .none: return AnswerFraming(body: .length(0), contentLength: 0, keepsAlive: keepsAlive)
        case .length(let length): return AnswerFraming(body: .length(length), contentLength: length, keepsAlive: keepsAlive)
        case .chunked, .untilClose:
            if minorVersion >= 1 { return AnswerFraming(body: .chunked, contentLength: nil, keepsAlive: keepsAlive) }
            return AnswerFraming(body: .untilClose, contentLength: nil, keepsAlive: false)
        }
    }
}
