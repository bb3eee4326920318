import Bytes

/// Whom a token is about, shortened to a number: the same ticket has the same one in cookies and in an origin's log.
///
/// The signature is the server's matter; nothing is believed here but that two tickets are one or two.
public enum TicketName {
    /// Of an id as an origin gets it in `Waiting-Room-Id`. Never 0.
    public static func of(id: Span<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for at in 0..<id.count { hash = (hash ^ UInt64(id[at])) &* 0x0000_0100_0000_01b3 }
        return hash == 0 ? 1 : hash
    }

    /// Of a token: the `sub` of its claims, and the `seq`, which is a ticket's place in line; 0 where there is none.
    public static func of(token: Span<UInt8>) -> (name: UInt64, place: UInt64)? {
        var start = 0
        while start < token.count, token[start] != UInt8(ascii: ".") { start += 1 }
        start += 1
        var end = start
        while end < token.count, token[end] != UInt8(ascii: ".") { end += 1 }
        guard start < end, end < token.count, let claims = decode(token.extracting(start..<end)) else { return nil }
        var walk = JSONWalk(at: 0)
        var name: UInt64?
        var place: UInt64 = 0
        _ = walk.object(claims.span) { key, value, bytes in
            if bytes[key].equals("sub") { name = of(id: bytes[value]) }
            if bytes[key].equals("seq") { place = number(bytes[value]) }
        }
        return name.map { ($0, place) }
    }

    private static func number(_ digits: Span<UInt8>) -> UInt64 {
        var number: UInt64 = 0
        for at in 0..<digits.count {
            guard (48...57).contains(digits[at]), digits.count <= 16 else { return 0 }
            number = number * 10 + UInt64(digits[at] - 48)
        }
        return number
    }

    /// base64url (RFC 4648, section 5).
    private static func decode(_ text: Span<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var bits: UInt32 = 0
        var count = 0
        for at in 0..<text.count {
            guard let value = value(text[at]) else { return nil }
            bits = bits << 6 | value
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return bytes
    }

    private static func value(_ letter: UInt8) -> UInt32? {
        switch letter {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(letter) - 65
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(letter) - 71
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(letter) + 4
        case UInt8(ascii: "-"): 62
        case UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
