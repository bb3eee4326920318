import Digest

/// The first part of a token and the dot behind it: one constant for each key and kind. Whatever else stands there is
/// refused without being read, so no header is ever parsed, and there is no algorithm to choose.
struct TokenHeader: Sendable {
    static let bytesMax = 96

    private let bytes: InlineArray<96, UInt8>
    let count: Int

    /// The identifier is one that `TokenKey` allows.
    init(_ kind: TokenKind, key identifier: String) {
        var text: [UInt8] = []
        Base64URL.encode(
            Array(#"{"alg":"HS256","typ":"\#(kind.rawValue)","kid":"\#(identifier)"}"#.utf8).span, into: &text)
        text.append(UInt8(ascii: "."))
        let letters = text
        count = min(letters.count, Self.bytesMax)
        bytes = InlineArray { $0 < letters.count ? letters[$0] : 0 }
    }

    var span: Span<UInt8> {
        @_lifetime(borrow self) borrowing get { bytes.span.extracting(first: count) }
    }
}
