import Digest

extension TicketID {
    /// Of its text.
    static let letterCount = 22

    /// What `init?(text:)` reads, without allocating.
    init?(letters: Span<UInt8>) {
        var bytes = InlineArray<16, UInt8>(repeating: 0)
        var place = bytes.mutableSpan
        guard letters.count == Self.letterCount, Base64URL.decode(letters, into: &place) != nil else { return nil }
        let raw = bytes.span.bytes
        self.init(
            high: UInt64(bigEndian: raw.unsafeLoadUnaligned(as: UInt64.self)),
            low: UInt64(bigEndian: raw.unsafeLoadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    }
}
