/// Writes claims, in memory of a fixed size. All that is written is bounded, and together by `claimsBytesMax`.
struct ClaimWriter {
    private var bytes = InlineArray<195, UInt8>(repeating: 0)
    private var count = 0

    var span: Span<UInt8> {
        @_lifetime(borrow self) borrowing get { bytes.span.extracting(first: count) }
    }

    mutating func put(_ byte: UInt8) {
        bytes[count] = byte
        count &+= 1
    }

    mutating func put(_ text: String) {
        for byte in text.utf8 { put(byte) }
    }

    mutating func put(_ text: [UInt8]) {
        for byte in text { put(byte) }
    }

    mutating func put(_ text: Span<UInt8>) {
        for at in 0..<text.count { put(text[at]) }
    }

    mutating func put(_ number: UInt64) {
        var scale: UInt64 = 1
        while number / scale >= 10 { scale *= 10 }
        while scale > 0 {
            put(UInt8(truncatingIfNeeded: number / scale % 10) + UInt8(ascii: "0"))
            scale /= 10
        }
    }
}
