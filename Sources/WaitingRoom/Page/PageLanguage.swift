import Bytes
import Gate
import HTTP

/// The languages that the page speaks.
enum PageLanguage: Int, CaseIterable, Sendable {
    /// The first is for whoever asks for none of them.
    case english, korean, japanese

    /// As in `lang` and `Accept-Language`.
    var tag: StaticString {
        switch self {
        case .english: "en"
        case .korean: "ko"
        case .japanese: "ja"
        }
    }

    /// What it is called by those who read it.
    var ownName: StaticString {
        switch self {
        case .english: "English"
        case .korean: "한국어"
        case .japanese: "日本語"
        }
    }

    /// Where a choice on the page is kept.
    static let cookie: StaticString = "wr_lang"

    init?(_ tag: Span<UInt8>) {
        // `ko-KR` is `ko`.
        let end = tag.firstIndex(of: UInt8(ascii: "-"), in: 0..<tag.count) ?? tag.count
        let primary = tag.extracting(first: end)
        guard let found = Self.allCases.first(where: { primary.equalsIgnoringCase($0.tag) }) else { return nil }
        self = found
    }

    /// What was chosen on the page, or else what the browser asks for.
    static func of(_ head: RequestHead, _ bytes: Span<UInt8>) -> PageLanguage {
        var chosen: PageLanguage?
        Cookies.each(cookie.bytes, head, bytes) { value in
            chosen = PageLanguage(bytes[value])
            return chosen != nil
        }
        if let chosen { return chosen }
        var best = (language: PageLanguage.english, weight: 0)
        for field in head.fields where field.known == .acceptLanguage {
            WeighedList.each(field.value, bytes) { item, weight in
                if weight > best.weight, let language = PageLanguage(bytes[item]) { best = (language, weight) }
            }
        }
        return best.language
    }
}
