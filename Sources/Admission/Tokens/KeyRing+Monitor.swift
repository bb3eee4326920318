import Digest

/// What a monitor shows so that it need not wait: `EXPIRY.MAC`, seconds since 1970 and 43 letters of base64url. The MAC is over the
/// digits, by a key derived from that of the tokens, so that no MAC of the one kind is ever one of the other.
extension KeyRing {
    /// The longest that one may be good for.
    public static let monitorSecondsMax: UInt64 = 366 * 86400
    private static let digitsMax = 12

    /// Good in every room, until `end`.
    public func monitorMark(until end: UInt64) -> String {
        let digits = Array("\(end)".utf8)
        let mac = keys[0].monitor.authenticate(digits)
        return "\(end)." + String(decoding: Base64URL.encode(mac.span), as: UTF8.self)
    }

    /// `now` is in seconds since 1970.
    public func check(monitor text: Span<UInt8>, now: UInt64) -> MonitorVerdict {
        let dot = text.count - TokenLimits.signatureLetters - 1
        guard (1...Self.digitsMax).contains(dot), text[dot] == UInt8(ascii: ".") else { return .refused(.malformed) }
        var end: UInt64 = 0
        for at in 0..<dot {
            guard text[at] &- 48 < 10, at > 0 || text[at] != 48 else { return .refused(.malformed) }
            end = end * 10 + UInt64(text[at] - 48)
        }
        var shown = InlineArray<32, UInt8>(repeating: 0)
        var place = shown.mutableSpan
        guard Base64URL.decode(text.extracting((dot + 1)..<text.count), into: &place) != nil else {
            return .refused(.malformed)
        }
        let digits = text.extracting(0..<dot)
        guard keys.contains(where: { $0.monitor.accepts(shown.span, for: digits) }) else { return .refused(.wrongSignature) }
        guard now < end else { return .refused(.expired) }
        return end - now <= Self.monitorSecondsMax ? .valid(until: end) : .refused(.malformed)
    }
}

public enum MonitorVerdict: Hashable, Sendable {
    case valid(until: UInt64)
    case refused(TokenRefusal)
}
