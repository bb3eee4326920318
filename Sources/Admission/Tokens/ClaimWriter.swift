import Digest

/// Writes claims, in their one spelling.
struct ClaimWriter {
    private(set) var bytes: [UInt8] = []

    init() { bytes.reserveCapacity(TokenLimits.claimsBytesMax) }

    mutating func put(_ text: String) { bytes.append(contentsOf: text.utf8) }

    mutating func put(_ name: RoomName) { bytes.append(contentsOf: name.bytes) }

    mutating func put(_ ticket: TicketID) {
        var words = InlineArray<16, UInt8>(repeating: 0)
        var place = words.mutableSpan
        var raw = place.mutableBytes
        raw.storeBytes(of: ticket.high.bigEndian, toByteOffset: 0, as: UInt64.self)
        raw.storeBytes(of: ticket.low.bigEndian, toByteOffset: 8, as: UInt64.self)
        put(inBase64: words.span)
    }

    mutating func put(inBase64 content: Span<UInt8>) { Base64URL.encode(content, into: &bytes) }

    mutating func put(_ number: UInt64) {
        var scale: UInt64 = 1
        while number / scale >= 10 { scale *= 10 }
        while scale > 0 {
            bytes.append(UInt8(truncatingIfNeeded: number / scale % 10) + UInt8(ascii: "0"))
            scale /= 10
        }
    }
}
