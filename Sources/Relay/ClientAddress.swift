import Address
import Bytes
import HTTP

/// Who the client is, when the peer is a proxy of ours that says so.
public enum ClientAddress {
    /// Hops looked at; a longer chain is believed no further.
    static let hopsMax = 32

    /// The last address in `X-Forwarded-For` that is no proxy of ours; the peer itself where it is not trusted, or where
    /// the chain says something that is not an address.
    public static func find(
        peer: IPAddress, head: RequestHead, bytes: Span<UInt8>, trusted: [Network]
    ) -> IPAddress {
        guard !trusted.isEmpty, isTrusted(peer, trusted) else { return peer }
        var client = peer
        var hops = 0
        for field in head.fields.reversed() where field.known == .xForwardedFor {
            let value = bytes[field.value]
            var end = value.count
            while end > 0 || (end == 0 && value.count == 0) {
                var start = end
                while start > 0 && value[start - 1] != UInt8(ascii: ",") { start -= 1 }
                guard hops < hopsMax, let address = parse(value.extracting(start..<end)) else { return client }
                client = address
                hops += 1
                if !isTrusted(address, trusted) { return client }
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

    /// An address as proxies write it: bare, in brackets, or with a port.
    private static func parse(_ text: Span<UInt8>) -> IPAddress? {
        var from = 0
        var to = text.count
        while from < to, text[from] == 32 || text[from] == 9 { from += 1 }
        while to > from, text[to - 1] == 32 || text[to - 1] == 9 { to -= 1 }
        guard to > from, to - from <= 64 else { return nil }
        let trimmed = text.extracting(from..<to).string
        if let address = IPAddress(trimmed) { return address }
        if let endpoint = Endpoint(trimmed) { return endpoint.address }
        if trimmed.hasPrefix("["), trimmed.hasSuffix("]") { return IPAddress(String(trimmed.dropFirst().dropLast())) }
        return nil
    }
}
