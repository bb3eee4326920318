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
            output.append(back)
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
    /// The language, and the address to go back to: all that follows `back=`, as it is; or percent-encoded, as far as the next `&`.
    static func read(_ target: Span<UInt8>) -> (PageLanguage, [UInt8])? {
        guard let mark = target.firstIndex(of: UInt8(ascii: "?"), in: 0..<target.count) else { return nil }
        var (language, back): (PageLanguage?, [UInt8]?)
        var at = mark + 1
        while at < target.count {
            let end = target.firstIndex(of: UInt8(ascii: "&"), in: at..<target.count) ?? target.count
            if let value = value("to=", target, at) { language = PageLanguage(target.extracting(value..<max(value, end))) }
            if let value = value("back=", target, at) {
                let isPlain = value < target.count && target[value] == UInt8(ascii: "/")
                back =
                    isPlain ? target.extracting(value..<target.count).array : decoded(target.extracting(value..<end).array)
                if isPlain { break }
            }
            at = end + 1
        }
        guard let language, let back, isOfThisSite(back) else { return nil }
        return (language, back)
    }

    /// Where the value of a parameter begins, if one of that name does there.
    private static func value(_ name: StaticString, _ target: Span<UInt8>, _ at: Int) -> Int? {
        let start = at + name.utf8CodeUnitCount
        return start <= target.count && target.extracting(at..<start).equals(name) ? start : nil
    }

    /// `//host` and `/\\host` are read as another site, and what is not plain ends the field that it would stand in.
    private static func isOfThisSite(_ address: [UInt8]) -> Bool {
        guard address.first == UInt8(ascii: "/"), address.allSatisfy({ (0x21...0x7e).contains($0) }) else { return false }
        return address.count == 1 || address[1] != UInt8(ascii: "/") && address[1] != UInt8(ascii: "\\")
    }

    /// Once. Nil where a percent sign is followed by anything but two digits.
    private static func decoded(_ text: [UInt8]) -> [UInt8]? {
        var bytes: [UInt8] = []
        var at = 0
        while at < text.count {
            if text[at] != UInt8(ascii: "%") {
                bytes.append(text[at])
                at += 1
                continue
            }
            guard at + 2 < text.count, let high = Character(Unicode.Scalar(text[at + 1])).hexDigitValue,
                let low = Character(Unicode.Scalar(text[at + 2])).hexDigitValue
            else { return nil }
            bytes.append(UInt8(high << 4 | low))
            at += 3
        }
        return bytes
    }
}
