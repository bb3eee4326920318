import Bytes

/// `HTTP/1.x SP 3DIGIT SP reason CRLF` (RFC 9112 section 4). A missing reason is tolerated, and so is the missing space
/// before it: many origins leave it out, and nothing depends on it.
enum StatusLine {
    enum Outcome {
        case complete(end: Int)
        case needMore
        case refused(ResponseFault)
    }

    static func read(_ bytes: Span<UInt8>, at start: Int, into head: inout ResponseHead) -> Outcome {
        let pattern: StaticString = "HTTP/#.# ###"
        for offset in 0..<12 {
            guard start + offset < bytes.count else { return .needMore }
            let byte = bytes[start + offset]
            let wanted = pattern.utf8Start[offset]
            guard wanted == UInt8(ascii: "#") ? byte.isDigit : byte == wanted else { return .refused(.badStatusLine) }
        }
        guard bytes[start + 5] == UInt8(ascii: "1"), bytes[start + 7] <= UInt8(ascii: "1") else {
            return .refused(.unsupportedVersion)
        }
        head.minorVersion = bytes[start + 7] - 48
        head.status =
            UInt16(bytes[start + 9] - 48) * 100 + UInt16(bytes[start + 10] - 48) * 10 + UInt16(bytes[start + 11] - 48)
        guard head.status >= 100 else { return .refused(.badStatusLine) }
        return reason(bytes, at: start + 12, into: &head)
    }

    private static func reason(_ bytes: Span<UInt8>, at start: Int, into head: inout ResponseHead) -> Outcome {
        var at = start
        guard at < bytes.count else { return .needMore }
        if bytes[at] == .space {
            at = bytes.firstControl(from: at + 1)
            while at < bytes.count, bytes[at] == .tab { at = bytes.firstControl(from: at + 1) }
            guard at < bytes.count else { return .needMore }
            head.reason = ByteRange(start: start + 1, count: at - start - 1)
        } else if bytes[at] != .carriageReturn, bytes[at] != .lineFeed {
            return .refused(.badStatusLine)
        } else {
            head.reason = .empty
        }
        if bytes[at] == .lineFeed { return .refused(.field(.bareLineFeed)) }
        guard bytes[at] == .carriageReturn else { return .refused(.field(.controlCharacter)) }
        guard at + 1 < bytes.count else { return .needMore }
        return bytes[at + 1] == .lineFeed ? .complete(end: at + 2) : .refused(.field(.bareCarriageReturn))
    }
}
