import Bytes
import HTTP

/// Whether a request is for a part of a page: an icon, an image, a style, or something fetched ahead.
///
/// A browser asks for them beside the page, before the page's answer has brought a ticket, or from the pages of others. Who says nothing of
/// itself (`curl`, an app, a script's `fetch`) is taken for a visitor.
enum PagePart {
    static func isAsked(_ head: RequestHead, _ bytes: Span<UInt8>) -> Bool {
        guard head.method == .get || head.method == .head else { return false }
        for field in head.fields where field.known == .other {
            let (name, value) = (bytes[field.name], bytes[field.value])
            if name.equalsIgnoringCase("sec-fetch-dest") { return isFetchedAhead(head, bytes) || !isVisit(value) }
        }
        if isFetchedAhead(head, bytes) || isIcon(head.path(in: bytes)) { return true }
        guard let accept = head.first(.accept) else { return false }
        return types.contains { begins(bytes[accept], $0) }
    }

    /// What somebody goes to, or a script asks for.
    private static func isVisit(_ destination: Span<UInt8>) -> Bool {
        destination.equals("document") || destination.equals("iframe") || destination.equals("frame")
            || destination.equals("empty")
    }

    /// A page that nobody has gone to yet, and mostly nobody will.
    private static func isFetchedAhead(_ head: RequestHead, _ bytes: Span<UInt8>) -> Bool {
        for field in head.fields where field.known == .other {
            let name = bytes[field.name]
            let isPurpose =
                name.equalsIgnoringCase("sec-purpose") || name.equalsIgnoringCase("purpose")
                || name.equalsIgnoringCase("x-moz")
            if isPurpose, begins(bytes[field.value], "prefetch") { return true }
        }
        return false
    }

    /// Asked for by the browser itself; some say of it no more than that they take anything.
    private static func isIcon(_ path: Span<UInt8>) -> Bool {
        path.equals("/favicon.ico") || begins(path, "/apple-touch-icon")
    }

    private static let types: [StaticString] = ["image/", "text/css", "font/", "audio/", "video/", "application/font"]

    private static func begins(_ text: Span<UInt8>, _ word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        return text.count >= count && text.extracting(first: count).equalsIgnoringCase(word)
    }
}
