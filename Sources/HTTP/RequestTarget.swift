import Bytes

/// The forms of a target (RFC 9112 section 3.2): what is forwarded of it, and the authority it names.
enum RequestTarget {
    /// Fills `pathAndQuery`, `isAsterisk`, and `host` of an absolute target. The line has made sure that the target holds no
    /// space and no control, and begins with `/`, `*`, or an h.
    static func read(_ bytes: Span<UInt8>, into head: inout RequestHead) -> Refusal? {
        let target = head.target
        switch bytes[Int(target.start)] {
        case UInt8(ascii: "/"):
            head.pathAndQuery = withoutFragment(bytes, target.range)
            return nil
        case UInt8(ascii: "*"):
            guard target.count == 1, head.method == .options else { return .badTarget }
            head.isAsterisk = true
            return nil
        default: return absolute(bytes, target.range, into: &head)
        }
    }

    /// `http://` or `https://`, perhaps user information, an authority, and what is forwarded.
    private static func absolute(_ bytes: Span<UInt8>, _ target: Range<Int>, into head: inout RequestHead) -> Refusal? {
        var start = target.lowerBound
        if bytes.begins(at: start, before: target.upperBound, with: "http://") {
            start += 7
        } else if bytes.begins(at: start, before: target.upperBound, with: "https://") {
            start += 8
        } else {
            return .badTarget
        }
        let slash = start - 1
        var end = start
        while end < target.upperBound, !endsAuthority(bytes[end]) { end += 1 }
        // What stands before the first @ is dropped. A second @ is in no host.
        if let at = bytes.firstIndex(of: UInt8(ascii: "@"), in: start..<end) {
            guard UserInformation.isValid(bytes, start..<at) else { return .userInformation }
            start = at + 1
        }
        let authority = ByteRange(start: start, count: end - start)
        guard Authority.isValid(bytes, authority) else { return .badTarget }
        head.host = authority
        return path(bytes, end..<target.upperBound, slash: slash, into: &head)
    }

    /// What follows the authority of an absolute target. `slash`: where one lies in the bytes.
    private static func path(_ bytes: Span<UInt8>, _ rest: Range<Int>, slash: Int, into head: inout RequestHead) -> Refusal?
    {
        let path = withoutFragment(bytes, rest)
        if !path.isEmpty {
            head.pathAndQuery = path
        } else if head.method == .options {
            // RFC 9112 section 3.2.4: an OPTIONS for the authority alone is forwarded as `*`.
            head.isAsterisk = true
        } else {
            // An empty path is `/`; a range can only point to one that is in the bytes.
            head.pathAndQuery = ByteRange(start: slash, count: 1)
        }
        return nil
    }

    /// A fragment is never for a server (RFC 9110 section 7.1); browsers do not send it, some old clients do. It is cut off,
    /// so that what is matched and what is forwarded are the same.
    @inline(__always)
    private static func withoutFragment(_ bytes: Span<UInt8>, _ range: Range<Int>) -> ByteRange {
        let end = bytes.firstIndex(of: UInt8(ascii: "#"), in: range) ?? range.upperBound
        return ByteRange(start: range.lowerBound, count: end - range.lowerBound)
    }

    private static func endsAuthority(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "/") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#")
    }
}

/// `userinfo` of RFC 3986 section 3.2.1. An empty one is one.
private enum UserInformation {
    static func isValid(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        var at = range.lowerBound
        while at < range.upperBound {
            if ByteSet.registeredName.contains(bytes[at]) || bytes[at] == .colon || bytes[at] == UInt8(ascii: ",") {
                at += 1
                continue
            }
            guard bytes[at] == UInt8(ascii: "%"), at + 2 < range.upperBound, bytes[at + 1].hexDigit != nil,
                bytes[at + 2].hexDigit != nil
            else { return false }
            at += 3
        }
        return true
    }
}

extension Span where Element == UInt8 {
    /// ASCII case does not count; `lowercased` is written in lower case.
    fileprivate func begins(at start: Int, before end: Int, with lowercased: StaticString) -> Bool {
        let length = lowercased.utf8CodeUnitCount
        return end - start >= length && extracting(start..<start + length).equalsIgnoringCase(lowercased)
    }
}
