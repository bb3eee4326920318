import Bytes

/// `host [ ":" port ]`, what `Host` and an absolute target name (RFC 9110 section 7.2).
enum Authority {
    /// False for what is no name, no IPv4 address and no IPv6 address in brackets, with or without a port to 65535, which may
    /// be empty.
    static func isValid(_ bytes: Span<UInt8>, _ range: ByteRange) -> Bool {
        let end = range.range.upperBound
        var at = range.range.lowerBound
        guard at < end else { return false }
        if bytes[at] == UInt8(ascii: "[") {
            guard let close = bytes.firstIndex(of: UInt8(ascii: "]"), in: at..<end) else { return false }
            guard IPv6Text.isAddress(bytes.extracting(at + 1..<close)) else { return false }
            at = close + 1
        } else {
            guard let nameEnd = registeredName(bytes, at..<end) else { return false }
            at = nameEnd
        }
        if at == end { return true }
        guard bytes[at] == .colon, end - at <= 6 else { return false }
        var port: UInt32 = 0
        for place in at + 1..<end {
            guard bytes[place].isDigit else { return false }
            port = port * 10 + UInt32(bytes[place] - 48)
        }
        return port <= UInt16.max
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
