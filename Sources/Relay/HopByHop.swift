import Bytes
import HTTP

/// Fields that concern one connection only and are never passed on (RFC 9110, 7.6.1), and those that `Connection` names.
enum HopByHop {
    static func covers(_ known: KnownField) -> Bool {
        switch known {
        case .connection, .keepAlive, .proxyConnection, .te, .trailer, .transferEncoding, .upgrade, .http2Settings,
            .proxyAuthenticate, .proxyAuthorization, .contentLength:
            true
        default:
            false
        }
    }

    /// `Connection` lists this field's name. `values` are the values of the message's `Connection` fields.
    static func names(_ field: Span<UInt8>, fields: [Field], bytes: Span<UInt8>) -> Bool {
        for connection in fields where connection.known == .connection {
            if lists(bytes[connection.value], field) { return true }
        }
        return false
    }

    private static func lists(_ value: Span<UInt8>, _ name: Span<UInt8>) -> Bool {
        var start = 0
        var at = 0
        while at <= value.count {
            if at == value.count || value[at] == UInt8(ascii: ",") {
                var from = start
                var to = at
                while from < to, value[from] == 32 || value[from] == 9 { from += 1 }
                while to > from, value[to - 1] == 32 || value[to - 1] == 9 { to -= 1 }
                if matches(value.extracting(from..<to), name) { return true }
                start = at + 1
            }
            at += 1
        }
        return false
    }

    private static func matches(_ one: Span<UInt8>, _ other: Span<UInt8>) -> Bool {
        guard one.count == other.count else { return false }
        for at in 0..<one.count where one[at].asciiLowercased != other[at].asciiLowercased { return false }
        return true
    }

    /// `Connection` says more than `close` and `keep-alive`: only then are the other fields compared with it.
    static func hasNames(_ fields: [Field], _ bytes: Span<UInt8>) -> Bool {
        for field in fields where field.known == .connection {
            let value = bytes[field.value]
            if !value.equalsIgnoringCase("close") && !value.equalsIgnoringCase("keep-alive") { return true }
        }
        return false
    }
}
