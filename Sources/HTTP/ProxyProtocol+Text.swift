import Address
import Bytes

/// Version 1: `PROXY TCP4 192.0.2.1 192.0.2.2 56324 443 CRLF`.
extension ProxyProtocol {
    /// CR LF included.
    static let lineBytesMax = 107

    static func readText(_ bytes: Span<UInt8>) -> Outcome {
        let prefix: StaticString = "PROXY "
        for offset in 0..<prefix.utf8CodeUnitCount {
            guard offset < bytes.count else { return .needMore }
            guard bytes[offset] == prefix.utf8Start[offset] else {
                return .refused("the line does not begin with PROXY and a space")
            }
        }
        var end = prefix.utf8CodeUnitCount
        while end < bytes.count, end < lineBytesMax, !bytes[end].isControl { end += 1 }
        guard end < lineBytesMax - 1 else { return .refused("the PROXY line is longer than 107 bytes") }
        guard end < bytes.count else { return .needMore }
        guard bytes[end] == .carriageReturn else { return .refused("the PROXY line has a control character or no CR LF") }
        guard end + 1 < bytes.count else { return .needMore }
        guard bytes[end + 1] == .lineFeed else { return .refused("the PROXY line has a CR without LF") }

        let line = bytes.extracting(prefix.utf8CodeUnitCount..<end).string
        let words = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        if words[0] == "UNKNOWN" { return .header(consumed: end + 2, source: nil) }
        guard words[0] == "TCP4" || words[0] == "TCP6" else {
            return .refused("the PROXY line names no TCP4, TCP6 or UNKNOWN")
        }
        guard words.count == 5 else {
            return .refused("the PROXY line must have two addresses and two ports with one space between them")
        }
        let isV6 = words[0] == "TCP6"
        guard let source = address(words[1], isV6: isV6), address(words[2], isV6: isV6) != nil else {
            return .refused("an address of the PROXY line is none of the family it names")
        }
        guard let port = port(words[3]), self.port(words[4]) != nil else {
            return .refused("a port of the PROXY line is no number from 0 to 65535")
        }
        return .header(consumed: end + 2, source: Endpoint(address: source, port: port))
    }

    private static func address(_ text: String, isV6: Bool) -> IPAddress? {
        text.utf8.contains(.colon) == isV6 ? IPAddress(text) : nil
    }

    private static func port(_ text: String) -> UInt16? {
        guard (1...5).contains(text.utf8.count), text.utf8.allSatisfy(\.isDigit),
            text.utf8.count == 1 || text.utf8.first != 48
        else { return nil }
        return UInt16(text)
    }
}
