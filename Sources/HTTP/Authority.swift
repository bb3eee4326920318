import Bytes

/// `host [ ":" port ]`, without user information (RFC 9110 section 4.2.3: an authority with it is an error).
struct Authority {
    var host: ByteRange
    /// Nil when there is none, also behind a colon.
    var port: UInt16?

    /// Nil for what is no name, no IPv4 address and no IPv6 address in brackets.
    static func read(_ bytes: Span<UInt8>, _ range: ByteRange) -> Authority? {
        let end = range.range.upperBound
        var at = range.range.lowerBound
        let start = at
        guard at < end else { return nil }
        if bytes[at] == UInt8(ascii: "[") {
            guard let close = bytes.firstIndex(of: UInt8(ascii: "]"), in: at..<end) else { return nil }
            guard IPv6Text.isAddress(bytes.extracting(at + 1..<close)) else { return nil }
            at = close + 1
        } else {
            guard let nameEnd = registeredName(bytes, at..<end) else { return nil }
            at = nameEnd
        }
        var authority = Authority(host: ByteRange(start: start, count: at - start), port: nil)
        if at == end { return authority }
        guard bytes[at] == .colon, end - at <= 6 else { return nil }
        at += 1
        if at == end { return authority }
        var port: UInt32 = 0
        while at < end {
            guard bytes[at].isDigit else { return nil }
            port = port * 10 + UInt32(bytes[at] - 48)
            at += 1
        }
        guard let port = UInt16(exactly: port) else { return nil }
        authority.port = port
        return authority
    }

    /// Where the name ends: at the colon or the end. Nil when it is empty or has a byte that no name has.
    private static func registeredName(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        let names = ByteSet.registeredName
        var at = range.lowerBound
        while true {
            // Letters, digits and hyphens are most of it; what ends them is never behind the byte that ends the range.
            at = min(bytes.endOfPlainName(from: at), range.upperBound)
            if at == range.upperBound || bytes[at] == .colon { break }
            if names.contains(bytes[at]) {
                at += 1
                continue
            }
            guard bytes[at] == UInt8(ascii: "%"), at + 2 < range.upperBound, bytes[at + 1].hexDigit != nil,
                bytes[at + 2].hexDigit != nil
            else { return nil }
            at += 3
        }
        return at > range.lowerBound ? at : nil
    }

    /// The same place, when a port that is not written is the default one.
    func isSame(as other: Authority, in bytes: Span<UInt8>, defaultPort: UInt16) -> Bool {
        guard port ?? defaultPort == other.port ?? defaultPort, host.count == other.host.count else { return false }
        for offset in 0..<Int(host.count) {
            let mine = bytes[Int(host.start) + offset].asciiLowercased
            if mine != bytes[Int(other.host.start) + offset].asciiLowercased { return false }
        }
        return true
    }
}

/// Whether bytes are an IPv6 address as RFC 3986 section 3.2.2 writes it: no zone, IPv4 in the last four bytes allowed.
enum IPv6Text {
    static func isAddress(_ bytes: Span<UInt8>) -> Bool {
        guard bytes.count >= 2, bytes.count <= 45 else { return false }
        var groups = 0
        var isShortened = false
        var at = 0
        if bytes[0] == .colon {
            guard bytes[1] == .colon else { return false }
            isShortened = true
            at = 2
        }
        while at < bytes.count {
            let start = at
            while at < bytes.count, bytes[at].hexDigit != nil { at += 1 }
            if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
                groups += 2
                return isIPv4(bytes.extracting(start..<bytes.count)) && (isShortened ? groups <= 7 : groups == 8)
            }
            guard (1...4).contains(at - start) else { return false }
            groups += 1
            if at == bytes.count { break }
            guard bytes[at] == .colon, at + 1 < bytes.count else { return false }
            at += 1
            if bytes[at] == .colon {
                guard !isShortened else { return false }
                isShortened = true
                at += 1
            }
        }
        return isShortened ? groups <= 7 : groups == 8
    }

    private static func isIPv4(_ bytes: Span<UInt8>) -> Bool {
        var parts = 0
        var at = 0
        while parts < 4 {
            let start = at
            var number = 0
            while at < bytes.count, bytes[at].isDigit, at - start < 3 {
                number = number * 10 + Int(bytes[at] - 48)
                at += 1
            }
            guard at > start, number <= 255, bytes[start] != 48 || at - start == 1 else { return false }
            parts += 1
            if parts == 4 { break }
            guard at < bytes.count, bytes[at] == UInt8(ascii: ".") else { return false }
            at += 1
        }
        return at == bytes.count
    }
}
