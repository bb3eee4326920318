import Bytes

/// What the `Connection` fields of a head say (RFC 9110 section 7.6.1). The names of fields in it are the forwarder's.
struct ConnectionOptions {
    var close = false
    var keepAlive = false
    var upgrade = false

    /// Takes one field's value; false when it is no comma-separated list of tokens. Empty elements count for nothing.
    @inline(__always)
    mutating func read(_ bytes: Span<UInt8>, _ value: ByteRange) -> Bool {
        if value.count == 10, bytes.holds("keep-alive", at: Int(value.start)) {
            keepAlive = true
            return true
        }
        return readList(bytes, value)
    }

    private mutating func readList(_ bytes: Span<UInt8>, _ value: ByteRange) -> Bool {
        let end = value.range.upperBound
        var at = value.range.lowerBound
        while at < end {
            while at < end, bytes[at].isBlank || bytes[at] == UInt8(ascii: ",") { at += 1 }
            let start = at
            while at < end, bytes[at].isToken { at += 1 }
            if at > start { take(bytes.extracting(start..<at)) }
            while at < end, bytes[at].isBlank { at += 1 }
            if at < end, bytes[at] != UInt8(ascii: ",") { return false }
        }
        return true
    }

    private mutating func take(_ option: Span<UInt8>) {
        switch option.count {
        case 5: if option.equalsIgnoringCase("close") { close = true }
        case 7: if option.equalsIgnoringCase("upgrade") { upgrade = true }
        case 10: if option.equalsIgnoringCase("keep-alive") { keepAlive = true }
        default: break
        }
    }

    /// Close wins over keep-alive; HTTP/1.0 keeps a connection only when asked to.
    func keepsConnection(minorVersion: UInt8) -> Bool {
        !close && (minorVersion >= 1 || keepAlive)
    }
}
