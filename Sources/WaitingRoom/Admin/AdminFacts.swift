import Address
import Bytes
import HTTP
import Relay
import Web

/// What a request to the admin listener says, kept beyond its bytes.
struct AdminFacts: Sendable {
    static let cookieName = "wr_admin"
    static let guardField = "waiting-room-guard"

    var method = Method.get
    var path = "/"
    var query = ""
    var client = IPAddress.loopback4
    var isSecure = false
    var host = ""
    /// `Authorization: Bearer …`
    var bearer: [UInt8]?
    var session: String?
    var guardWord: String?
    var fetchSite: String?
    var origin: String?
    var isJSON = false
    var wantsPage = false

    init() {}

    init(_ head: RequestHead, _ bytes: Span<UInt8>, on connection: ServerConnection, trusted: [Network]) {
        let guest = Guest(head, bytes, on: connection, trusted: trusted)
        (client, isSecure) = (guest.client, guest.isSecure)
        method = head.method
        path = head.path(in: bytes).string
        let target = bytes[head.pathAndQuery].string
        query = target.firstIndex(of: "?").map { String(target[target.index(after: $0)...]) } ?? ""
        host = bytes[head.host].string
        for field in head.fields { take(field, bytes) }
    }

    private mutating func take(_ field: Field, _ bytes: Span<UInt8>) {
        switch field.known {
        case .authorization:
            let text = bytes[field.value].string
            if text.count > 7, text.prefix(7).lowercased() == "bearer " {
                bearer = Array(text.dropFirst(7).drop { $0 == " " }.utf8)
            }
        case .cookie:
            for part in bytes[field.value].string.split(separator: ";") {
                let part = part.drop { $0 == " " }
                if part.hasPrefix(Self.cookieName + "=") { session = String(part.dropFirst(Self.cookieName.utf8.count + 1)) }
            }
        case .contentType: isJSON = bytes[field.value].string.lowercased().hasPrefix("application/json")
        case .accept: wantsPage = bytes[field.value].string.lowercased().contains("text/html")
        case .other:
            switch bytes[field.name].string.lowercased() {
            case Self.guardField: guardWord = bytes[field.value].string
            case "sec-fetch-site": fetchSite = bytes[field.value].string
            case "origin": origin = bytes[field.value].string
            default: break
            }
        default: break
        }
    }

    var isSafe: Bool { method.isSafe }

    /// A browser says where a request comes from; one that does not say so is not believed. What is no browser uses `Bearer`.
    var isFromHere: Bool {
        if let fetchSite, fetchSite != "same-origin" { return false }
        if let origin { return origin == "http://" + host || origin == "https://" + host }
        return fetchSite == "same-origin"
    }

    /// A login needs no session yet, so that another site could send one: a browser that says it is another is refused.
    var isFromElsewhere: Bool {
        if let fetchSite, fetchSite != "same-origin", fetchSite != "none" { return true }
        return origin.map { $0 != "http://" + host && $0 != "https://" + host } ?? false
    }

    func value(_ name: String) -> String? {
        for part in query.split(separator: "&") {
            let words = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if words[0] == name { return words.count == 2 ? String(words[1]) : "" }
        }
        return nil
    }
}
