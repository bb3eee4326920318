import Address
import Bytes
import HTTP

/// Who the client is, when the peer is a proxy of ours that says so.
public enum ClientAddress {
    /// Elements looked at, empty ones included; a longer chain is believed no further.
    static let hopsMax = 32

    /// The last address in `X-Forwarded-For` that is no proxy of ours; the peer itself where it is not trusted. Where the chain
    /// says something that is no address, or is too long, the last proxy of ours that vouched for nothing better.
    public static func find(
        peer: IPAddress, head: RequestHead, bytes: Span<UInt8>, trusted: [Network]
    ) -> IPAddress {
        guard !trusted.isEmpty, isTrusted(peer, trusted) else { return peer }
        var client = peer
        var hops = 0
        for field in head.fields.reversed() where field.known == .xForwardedFor {
            let value = bytes[field.value]
            var end = value.count
            while true {
                var start = end
                while start > 0 && value[start - 1] != UInt8(ascii: ",") { start -= 1 }
                guard hops < hopsMax else { return client }
                hops += 1
                let element = trimmed(value.extracting(start..<end))
                // An empty element says nothing (RFC 9110 section 5.6.1.2).
                if !element.isEmpty {
                    guard let address = parse(element) else { return client }
                    client = address
                    if !isTrusted(address, trusted) { return client }
                }
                if start == 0 { break }
                end = start - 1
            }
        }
        return client
    }

    public static func isTrusted(_ address: IPAddress, _ trusted: [Network]) -> Bool {
        for network in trusted where network.contains(address) { return true }
        return false
    }

    @_lifetime(copy text)
    private static func trimmed(_ text: Span<UInt8>) -> Span<UInt8> {
        var from = 0
        var to = text.count
        while from < to, text[from] == 32 || text[from] == 9 { from += 1 }
        while to > from, text[to - 1] == 32 || text[to - 1] == 9 { to -= 1 }
        return text.extracting(from..<to)
    }

    /// No address with brackets and port is longer.
    private static let elementBytesMax = 64

    /// An address as proxies write it: bare, in brackets, or with a port.
    private static func parse(_ text: Span<UInt8>) -> IPAddress? {
        if let address = dotted(text) { return address }
        guard text.count <= elementBytesMax else { return nil }
        let words = text.string
        if let address = IPAddress(words) { return address }
        if let endpoint = Endpoint(words) { return endpoint.address }
        if words.hasPrefix("["), words.hasSuffix("]"), words.contains(":") {
            return IPAddress(String(words.dropFirst().dropLast()))
        }
        return nil
    }

    /// A bare IPv4 address, which most are, without a String.
    private static func dotted(_ text: Span<UInt8>) -> IPAddress? {
        guard text.count >= 7, text.count <= 15 else { return nil }
        var bits: UInt32 = 0
        var dots = 0
        var part: UInt32 = 0
        var digits = 0
        for at in 0..<text.count {
            let byte = text[at]
            if byte == UInt8(ascii: "."), digits > 0, dots < 3 {
                bits = bits << 8 | part
                dots += 1
                part = 0
                digits = 0
                continue
            }
            guard byte &- 48 < 10, digits == 0 || part > 0 else { return nil }
            part = part * 10 + UInt32(byte - 48)
            digits += 1
            if part > 255 { return nil }
        }
        return dots == 3 && digits > 0 ? IPAddress(v4: bits << 8 | part) : nil
    }
}
