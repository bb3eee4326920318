import Bytes
import HTTP
import Relay
import Web

/// `GET /api/queue/language?to=ko&back=/PATH`: keeps the choice and leads back. A link, so that it needs no script.
extension EdgeHandler {
    func answerLanguage(_ head: RequestHead, _ bytes: Span<UInt8>, _ guest: Guest, _ connection: ServerConnection) {
        guard let (language, back) = LanguageWish.read(bytes[head.pathAndQuery]) else {
            let detail = "?to=LANGUAGE&back=/PATH is wanted; languages are en, ko and ja, and the path is one of this site"
            return answer(Problem(status: 400, name: "no-language", title: "No such language", detail: detail), connection)
        }
        let secondsMax: UInt64 = 365 * 86400
        connection.answer(303, "text/plain", Span()) { output in
            output.append("Location: ")
            output.append(bytes[head.pathAndQuery].extracting(back))
            output.append("\r\nCache-Control: no-store\r\nSet-Cookie: ")
            output.append(PageLanguage.cookie)
            output.append("=")
            output.append(language.tag)
            output.append("; Path=/; Max-Age=")
            output.append(decimal: secondsMax)
            output.append(guest.isSecure ? "; SameSite=Lax; Secure\r\n" : "; SameSite=Lax\r\n")
        }
    }
}

enum LanguageWish {
    /// The language, and where in `target` the address to go back to begins: all that follows `back=`, as it is.
    static func read(_ target: Span<UInt8>) -> (PageLanguage, Range<Int>)? {
        let (to, back): (StaticString, StaticString) = ("?to=", "&back=")
        guard let mark = target.firstIndex(of: UInt8(ascii: "?"), in: 0..<target.count) else { return nil }
        let start = mark + to.utf8CodeUnitCount
        guard start <= target.count, target.extracting(mark..<start).equals(to),
            let end = target.firstIndex(of: UInt8(ascii: "&"), in: start..<target.count),
            let language = PageLanguage(target.extracting(start..<end))
        else { return nil }
        let path = end + back.utf8CodeUnitCount
        guard path < target.count, target.extracting(end..<path).equals(back), target[path] == UInt8(ascii: "/") else {
            return nil
        }
        // `//host` and `/\\host` are read as another site.
        if path + 1 < target.count, target[path + 1] == UInt8(ascii: "/") || target[path + 1] == UInt8(ascii: "\\") {
            return nil
        }
        return (language, path..<target.count)
    }
}
