import Bytes

/// The methods that are forwarded: those in IANA's registry. Others are answered with 501, never guessed.
public enum Method: UInt8, Sendable, CaseIterable {
    case get, head, post, put, delete, connect, options, trace, patch
    /// Registered, and nothing here depends on which (WebDAV and the like); the name is forwarded as it came.
    case registered
}

extension Method {
    /// No registered name is longer; what is longer is not waited for.
    static let nameBytesMax = 17

    /// Exactly as registered: methods are case-sensitive (RFC 9110 section 9.1). `PRI` and `*` are registered only so that
    /// nobody uses them.
    static func named(_ name: Span<UInt8>) -> Method? {
        if name.equals("GET") { return .get }
        switch name.count {
        case 3: return name.equals("PUT") ? .put : name.equals("ACL") ? .registered : nil
        case 4: return fourLetters(name)
        case 5:
            if name.equals("PATCH") { return .patch }
            return name.equals("TRACE") ? .trace : isAny(name, "LABEL", "MERGE", "MKCOL", "QUERY")
        case 6:
            return name.equals("DELETE")
                ? .delete : isAny(name, "REBIND", "REPORT", "SEARCH", "UNBIND", "UNLINK", "UNLOCK", "UPDATE")
        case 7:
            if name.equals("OPTIONS") { return .options }
            return name.equals("CONNECT") ? .connect : isAny(name, "CHECKIN")
        case 8: return isAny(name, "CHECKOUT", "PROPFIND")
        case 9: return isAny(name, "PROPPATCH")
        case 10: return isAny(name, "MKACTIVITY", "MKCALENDAR", "ORDERPATCH", "UNCHECKOUT")
        case 11: return isAny(name, "MKWORKSPACE")
        case 13: return isAny(name, "MKREDIRECTREF")
        case 15: return isAny(name, "VERSION-CONTROL")
        case 16: return isAny(name, "BASELINE-CONTROL")
        case 17: return isAny(name, "UPDATEREDIRECTREF")
        default: return nil
        }
    }

    private static func fourLetters(_ name: Span<UInt8>) -> Method? {
        if name.equals("POST") { return .post }
        return name.equals("HEAD") ? .head : isAny(name, "BIND", "COPY", "LINK", "LOCK", "MOVE")
    }

    private static func isAny(_ name: Span<UInt8>, _ registered: StaticString...) -> Method? {
        for text in registered where name.equals(text) { return .registered }
        return nil
    }
}

extension Method {
    /// Changes nothing at the origin, so that sending it twice does no harm (RFC 9110, 9.2.1).
    public var isSafe: Bool {
        switch self {
        case .get, .head, .options, .trace: true
        case .post, .put, .delete, .connect, .patch, .registered: false
        }
    }
}
