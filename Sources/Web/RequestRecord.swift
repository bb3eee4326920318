import Address
import Bytes
import HTTP
import Telemetry

/// What the access log will say of a request: copied when the head comes, since its bytes do not stay.
public struct RequestRecord: ~Copyable {
    private var bytes = ByteBuffer()
    private var method = ByteRange.empty
    private var host = ByteRange.empty
    private var target = ByteRange.empty
    private var userAgent = ByteRange.empty
    private var referer = ByteRange.empty
    private var requestID = ByteRange.empty
    private var upstream = ByteRange.empty
    private var client = ByteRange.empty
    private var reason = ByteRange.empty
    public var trace: TraceContext?
    /// Time that the origin took, in nanoseconds; -1 when it was not asked.
    public var upstreamNanoseconds: Int64 = -1

    init() {}

    mutating func note(_ head: RequestHead, _ text: Span<UInt8>) {
        clear()
        method = copy(text[head.methodName])
        host = copy(text[head.host])
        target = note(targetOf: head, text)
        for field in head.fields {
            if field.known == .userAgent { userAgent = copy(text[field.value]) }
            if field.known == .referer { referer = copy(text[field.value]) }
        }
    }

    /// The request that this one asks about, in its place.
    public mutating func describe(_ head: RequestHead, _ text: Span<UInt8>) {
        method = copy(text[head.methodName])
        host = copy(text[head.host])
        target = note(targetOf: head, text)
    }

    /// Not as it was written: an absolute target may hold a password.
    private mutating func note(targetOf head: RequestHead, _ text: Span<UInt8>) -> ByteRange {
        let start = bytes.count
        let path = text[head.pathAndQuery]
        if head.isAsterisk { bytes.append("*") } else if path.isEmpty || path[0] != UInt8(ascii: "/") { bytes.append("/") }
        bytes.append(path)
        return ByteRange(start: start, count: bytes.count - start)
    }

    public mutating func set(reason text: StaticString) {
        let start = bytes.count
        bytes.append(text)
        reason = ByteRange(start: start, count: bytes.count - start)
    }

    public mutating func set(reason text: String) {
        let start = bytes.count
        bytes.append(text)
        reason = ByteRange(start: start, count: bytes.count - start)
    }

    public mutating func set(upstream name: String) {
        let start = bytes.count
        bytes.append(name)
        upstream = ByteRange(start: start, count: bytes.count - start)
    }

    public mutating func set(client address: IPAddress) {
        let start = bytes.count
        bytes.append(address: address)
        client = ByteRange(start: start, count: bytes.count - start)
    }

    public mutating func set(requestID id: Span<UInt8>) { requestID = copy(id) }

    mutating func clear() {
        bytes.removeAll()
        method = .empty
        host = .empty
        target = .empty
        userAgent = .empty
        referer = .empty
        requestID = .empty
        upstream = .empty
        client = .empty
        reason = .empty
        trace = nil
        upstreamNanoseconds = -1
    }

    /// Writes the line. `exchange` is the one that this record belongs to.
    borrowing func append(to log: AccessLog, of exchange: Exchange, at time: Int64, nanoseconds: Int64) {
        let all = bytes.span
        var entry = AccessEntry(time: time)
        entry.client = all[client]
        entry.method = all[method]
        entry.host = all[host]
        entry.target = all[target]
        entry.minorVersion = exchange.minorVersion
        entry.status = Int(exchange.status)
        entry.bytesSent = exchange.bytesOut
        entry.bytesReceived = exchange.bodyBytesIn
        entry.duration = nanoseconds
        entry.upstream = all[upstream]
        entry.upstreamDuration = upstreamNanoseconds
        entry.requestID = all[requestID]
        entry.trace = trace
        entry.userAgent = all[userAgent]
        entry.referer = all[referer]
        entry.reason = all[reason]
        log.append(entry)
    }

    private mutating func copy(_ part: Span<UInt8>) -> ByteRange {
        let start = bytes.count
        bytes.append(part)
        return ByteRange(start: start, count: part.count)
    }
}

extension AccessLog {
    func append(_ exchange: Exchange, at time: Int64, nanoseconds: Int64) {
        exchange.record.append(to: self, of: exchange, at: time, nanoseconds: nanoseconds)
    }
}
