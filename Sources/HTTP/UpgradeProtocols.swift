import Bytes

/// The protocols that an `Upgrade` field offers (RFC 9110 section 7.8).
enum UpgradeProtocols {
    /// Whether the value is a list of protocols (`token [ "/" token ]`) of which every one may be spoken through a tunnel.
    /// HTTP itself in any version (`h2c`) and TLS may not: requests inside such a tunnel would pass unseen.
    static func mayTunnel(_ bytes: Span<UInt8>, _ value: ByteRange) -> Bool {
        let end = value.range.upperBound
        var at = value.range.lowerBound
        guard at < end else { return false }
        while true {
            while at < end, bytes[at].isBlank { at += 1 }
            let start = at
            while at < end, bytes[at].isToken { at += 1 }
            guard at > start, !isRefused(bytes.extracting(start..<at)) else { return false }
            if at < end, bytes[at] == UInt8(ascii: "/") {
                let version = at + 1
                at = version
                while at < end, bytes[at].isToken { at += 1 }
                guard at > version else { return false }
            }
            while at < end, bytes[at].isBlank { at += 1 }
            if at == end { return true }
            guard bytes[at] == UInt8(ascii: ",") else { return false }
            at += 1
        }
    }

    private static func isRefused(_ name: Span<UInt8>) -> Bool {
        name.equalsIgnoringCase("h2c") || name.equalsIgnoringCase("h2") || name.equalsIgnoringCase("http")
            || name.equalsIgnoringCase("tls")
    }
}
