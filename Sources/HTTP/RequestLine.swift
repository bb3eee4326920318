import Bytes

/// `method SP target SP HTTP/1.x CRLF` (RFC 9112 section 3), and nothing else: exactly two single spaces.
///
/// As with `FieldLine`, the first wrong byte decides, so that what can never become a request is refused at once.
enum RequestLine {
    enum Outcome {
        case complete(end: Int)
        case needMore
        case refused(Refusal)
    }

    @inline(__always)
    static func read(_ bytes: Span<UInt8>, at start: Int, into head: inout RequestHead) -> Outcome {
        var at = start
        while at < bytes.count, bytes[at].isToken, at &- start <= Method.nameBytesMax { at &+= 1 }
        if let outcome = method(bytes, start, at, into: &head) { return outcome }
        at &+= 1

        let targetStart = at
        guard at < bytes.count else { return .needMore }
        let first = bytes[at]
        if first != UInt8(ascii: "/"), first != UInt8(ascii: "*"), first | 0x20 != UInt8(ascii: "h") {
            return .refused(targetFault(first))
        }
        at = bytes.firstControlOrSpace(from: at &+ 1)
        guard at < bytes.count else { return .needMore }
        guard bytes[at] == .space else { return .refused(targetFault(bytes[at])) }
        head.target = ByteRange(start: targetStart, count: at &- targetStart)
        return version(bytes, at: at &+ 1, into: &head)
    }

    /// Nil when the method is known and a space follows it.
    @inline(__always)
    private static func method(_ bytes: Span<UInt8>, _ start: Int, _ end: Int, into head: inout RequestHead) -> Outcome? {
        if end &- start > Method.nameBytesMax { return .refused(.unknownMethod) }
        guard end < bytes.count else { return .needMore }
        guard bytes[end] == .space, end > start else { return .refused(methodFault(bytes, start, end)) }
        guard let method = Method.named(bytes.extracting(start..<end)) else {
            return .refused(bytes.extracting(start..<end).equals("PRI") ? .http2Preface : .unknownMethod)
        }
        if method == .connect { return .refused(.connect) }
        head.method = method
        head.methodName = ByteRange(start: start, count: end &- start)
        return nil
    }

    private static func methodFault(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Refusal {
        let byte = bytes[end]
        if end == start, byte == 0x16 || byte == 0x80 { return .tlsOnPlainPort }
        if byte == .lineFeed { return .field(.bareLineFeed) }
        return byte == .carriageReturn || byte.isBlank ? .badRequestLine : .badMethod
    }

    private static func targetFault(_ byte: UInt8) -> Refusal {
        if byte == .lineFeed { return .field(.bareLineFeed) }
        if byte == .carriageReturn || byte.isBlank { return .badRequestLine }
        return byte.isControl ? .field(.controlCharacter) : .badTarget
    }

    // "HTTP/1.1" and "HTTP/1.0" as words, first byte lowest.
    private static var version11: UInt64 { 0x312e_312f_5054_5448 }
    private static var version10: UInt64 { 0x302e_312f_5054_5448 }

    @inline(__always)
    private static func version(_ bytes: Span<UInt8>, at start: Int, into head: inout RequestHead) -> Outcome {
        if start &+ 10 <= bytes.count, bytes[start &+ 8] == .carriageReturn, bytes[start &+ 9] == .lineFeed {
            let word = bytes.word(at: start)
            if word == version11 || word == version10 {
                head.minorVersion = word == version11 ? 1 : 0
                return .complete(end: start &+ 10)
            }
        }
        return unusualVersion(bytes, at: start)
    }

    /// Not there in full, or not one of ours.
    private static func unusualVersion(_ bytes: Span<UInt8>, at start: Int) -> Outcome {
        let pattern: StaticString = "HTTP/#.#\r\n"
        for offset in 0..<10 {
            guard start + offset < bytes.count else { return .needMore }
            let byte = bytes[start + offset]
            let wanted = pattern.utf8Start[offset]
            if wanted == UInt8(ascii: "#") ? byte.isDigit : byte == wanted { continue }
            if offset == 9 { return .refused(.field(.bareCarriageReturn)) }
            if byte == .lineFeed { return .refused(.field(.bareLineFeed)) }
            if byte.isControl, byte != .carriageReturn, byte != .tab { return .refused(.field(.controlCharacter)) }
            return .refused(offset == 0 || offset == 8 && byte.isBlank ? .badRequestLine : .badVersion)
        }
        return .refused(.unsupportedVersion)
    }
}
