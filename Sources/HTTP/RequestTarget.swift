import Bytes

/// The forms of a target (RFC 9112 section 3.2): what is forwarded of it, and the authority it names.
enum RequestTarget {
    /// Fills `pathAndQuery`, `isAsterisk`, and `host` and `authority` of an absolute target. The line has made sure that the
    /// target holds no space and no control, and begins with `/`, `*`, or an h.
    static func read(_ bytes: Span<UInt8>, into head: inout RequestHead, authority: inout TargetAuthority?) -> Refusal? {
        let target = head.target
        let end = target.range.upperBound
        switch bytes[Int(target.start)] {
        case UInt8(ascii: "/"):
            head.pathAndQuery = withoutFragment(bytes, target.range)
            return nil
        case UInt8(ascii: "*"):
            guard target.count == 1, head.method == .options else { return .badTarget }
            head.isAsterisk = true
            return nil
        default: break
        }
        var start = Int(target.start)
        let defaultPort: UInt16
        if bytes.begins(at: start, before: end, with: "http://") {
            start += 7
            defaultPort = 80
        } else if bytes.begins(at: start, before: end, with: "https://") {
            start += 8
            defaultPort = 443
        } else {
            return .badTarget
        }
        var at = start
        while at < end, !endsAuthority(bytes[at]) {
            if bytes[at] == UInt8(ascii: "@") { return .userInformation }
            at += 1
        }
        guard let found = Authority.read(bytes, ByteRange(start: start, count: at - start)) else { return .badTarget }
        authority = TargetAuthority(authority: found, defaultPort: defaultPort)
        head.host = ByteRange(start: start, count: at - start)
        return path(bytes, at..<end, authorityStart: start, into: &head)
    }

    /// What follows the authority of an absolute target.
    private static func path(_ bytes: Span<UInt8>, _ rest: Range<Int>, authorityStart: Int, into head: inout RequestHead)
        -> Refusal?
    {
        let path = withoutFragment(bytes, rest)
        if !path.isEmpty {
            // `http://host?query` has no slash to forward; a path that is not in the bytes cannot be pointed to.
            guard bytes[rest.lowerBound] == UInt8(ascii: "/") else { return .badTarget }
            head.pathAndQuery = path
        } else if head.method == .options {
            // RFC 9112 section 3.2.4: an OPTIONS for the authority alone is forwarded as `*`.
            head.isAsterisk = true
        } else {
            // An empty path is `/`; the slash in front of the authority serves as one.
            head.pathAndQuery = ByteRange(start: authorityStart - 1, count: 1)
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

/// The authority of an absolute target, and the port that its scheme means when it names none.
struct TargetAuthority {
    var authority: Authority
    var defaultPort: UInt16
}

extension Span where Element == UInt8 {
    /// ASCII case does not count; `lowercased` is written in lower case.
    fileprivate func begins(at start: Int, before end: Int, with lowercased: StaticString) -> Bool {
        let length = lowercased.utf8CodeUnitCount
        return end - start >= length && extracting(start..<start + length).equalsIgnoringCase(lowercased)
    }
}
