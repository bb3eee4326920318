import Digest

/// Reads claims in the one order and spelling in which they are written. It is no reader of JSON: that would be a reader of
/// everything that JSON allows.
struct ClaimReader: ~Escapable {
    private let text: Span<UInt8>
    private var at = 0

    @_lifetime(copy text)
    init(_ text: Span<UInt8>) { self.text = text }

    var isAtEnd: Bool { at == text.count }

    /// Whether this comes next; if so it is behind us.
    @_lifetime(self: copy self)
    mutating func take(_ literal: String) -> Bool {
        let utf8 = literal.utf8
        guard rest.starts(with: utf8.span) else { return false }
        at += utf8.count
        return true
    }

    /// Digits without a leading zero.
    @_lifetime(self: copy self)
    mutating func integer() -> UInt64? {
        let start = at
        var value: UInt64 = 0
        while at < text.count {
            let digit = text[at] &- UInt8(ascii: "0")
            guard digit <= 9 else { break }
            value = value &* 10 &+ UInt64(digit)
            // Checked at each digit, so the next one cannot overflow.
            guard value <= TokenLimits.integerMax else { return nil }
            at &+= 1
        }
        if at == start || (at > start + 1 && text[start] == UInt8(ascii: "0")) { return nil }
        return value
    }

    /// What stands before the next quotation mark, if it is of these characters and not too long.
    @_lifetime(self: copy self)
    mutating func name(bytesMax: Int, _ allows: (UInt8) -> Bool) -> Range<Int>? {
        let start = at
        while at < text.count, at - start < bytesMax, allows(text[at]) { at &+= 1 }
        return at == start ? nil : start..<at
    }

    @_lifetime(self: copy self)
    mutating func ticketID() -> TicketID? {
        guard text.count - at >= TicketID.letterCount else { return nil }
        at += TicketID.letterCount
        return TicketID(letters: text.extracting(at - TicketID.letterCount..<at))
    }

    @_lifetime(self: copy self)
    mutating func networkMark() -> NetworkMark.Shown? {
        guard text.count - at >= NetworkMark.letterCount else { return nil }
        at += NetworkMark.letterCount
        var mark = NetworkMark.Shown(repeating: 0)
        var place = mark.mutableSpan
        let isRead = Base64URL.decode(text.extracting(at - NetworkMark.letterCount..<at), into: &place) != nil
        return isRead ? mark : nil
    }

    private var rest: Span<UInt8> {
        @_lifetime(copy self) get { text.extracting(at..<text.count) }
    }
}
