import Bytes

/// One answered request, as the access log has it. Its spans are only looked at while the entry is appended, so that
/// they may lie in any buffer that lives until then. What is empty or zero and says nothing is left out.
public struct AccessEntry: ~Escapable {
    /// When the answer ended, in unix nanoseconds.
    public var time: Int64
    public var client: Span<UInt8>
    public var method: Span<UInt8>
    public var host: Span<UInt8>
    public var target: Span<UInt8>
    /// 0 for HTTP/1.0, 1 for HTTP/1.1.
    public var minorVersion: UInt8 = 1
    /// 0 when the connection ended before an answer began.
    public var status: Int = 0
    public var bytesSent: UInt64 = 0
    public var bytesReceived: UInt64 = 0
    /// From the first byte of the request to the last of the answer, in nanoseconds.
    public var duration: Int64 = 0
    public var upstream: Span<UInt8>
    /// From the request sent to the first byte of the upstream's answer, in nanoseconds; negative when there was none.
    public var upstreamDuration: Int64 = -1
    public var requestID: Span<UInt8>
    public var trace: TraceContext?
    public var userAgent: Span<UInt8>
    public var referer: Span<UInt8>
    /// Why it was answered so, when that was not the upstream's doing: `rate-limited`, `upstream-timeout`.
    public var reason: Span<UInt8>

    @_lifetime(immortal)
    public init(time: Int64) {
        self.time = time
        client = Span()
        method = Span()
        host = Span()
        target = Span()
        upstream = Span()
        requestID = Span()
        userAgent = Span()
        referer = Span()
        reason = Span()
    }
}
