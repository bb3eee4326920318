import Address
import Bytes

/// Version 2: a signature of 12 bytes, version and command, family and protocol, length, addresses, further values.
extension ProxyProtocol {
    /// Of what follows the first 16 bytes. Addresses take at most 216; a certificate's name or a token may follow them.
    public static let lengthMax = 2048

    /// CR LF CR LF NUL CR LF QUIT LF.
    private static func signature(_ offset: Int) -> UInt8 {
        let text: StaticString = "\r\n\r\n\0\r\nQUIT\n"
        return text.utf8Start[offset]
    }

    static func readBinary(_ bytes: Span<UInt8>) -> Outcome {
        for offset in 0..<12 {
            guard offset < bytes.count else { return .needMore }
            guard bytes[offset] == signature(offset) else { return .refused("the signature of PROXY version 2 is wrong") }
        }
        guard bytes.count > 12 else { return .needMore }
        guard bytes[12] == 0x20 || bytes[12] == 0x21 else {
            return .refused("the PROXY header is not of version 2, or its command is neither LOCAL nor PROXY")
        }
        guard bytes.count > 13 else { return .needMore }
        let isLocal = bytes[12] == 0x20
        let family = bytes[13]
        guard let addressBytes = addressBytes(family: family, isLocal: isLocal) else {
            return .refused("the PROXY header's family or protocol is none for a TCP connection")
        }
        guard bytes.count >= 16 else { return .needMore }
        let length = Int(bytes[14]) << 8 | Int(bytes[15])
        guard length <= lengthMax else { return .refused("the PROXY header is longer than \(lengthMax) bytes") }
        guard length >= addressBytes else { return .refused("the PROXY header is too short for its addresses") }
        guard bytes.count >= 16 + length else { return .needMore }
        let hasSource = !isLocal && (family == 0x11 || family == 0x21)
        return .header(consumed: 16 + length, source: hasSource ? source(bytes, isV6: family == 0x21) : nil)
    }

    /// Nil for what cannot be in front of a TCP connection: datagrams, and numbers nobody has defined. LOCAL may say anything.
    private static func addressBytes(family: UInt8, isLocal: Bool) -> Int? {
        if isLocal { return 0 }
        switch family {
        case 0x00: return 0
        case 0x11: return 12
        case 0x21: return 36
        case 0x31: return 216
        default: return nil
        }
    }

    private static func source(_ bytes: Span<UInt8>, isV6: Bool) -> Endpoint {
        let number = { (bytes: Span<UInt8>, range: Range<Int>) in
            var number: UInt64 = 0
            for at in range { number = number << 8 | UInt64(bytes[at]) }
            return number
        }
        if isV6 {
            let address = IPAddress(high: number(bytes, 16..<24), low: number(bytes, 24..<32))
            return Endpoint(address: address, port: UInt16(truncatingIfNeeded: number(bytes, 48..<50)))
        }
        let address = IPAddress(v4: UInt32(truncatingIfNeeded: number(bytes, 16..<20)))
        return Endpoint(address: address, port: UInt16(truncatingIfNeeded: number(bytes, 24..<26)))
    }
}
