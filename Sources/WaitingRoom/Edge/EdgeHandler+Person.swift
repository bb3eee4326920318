import Admission
import Bytes
import Gate
import HTTP

/// Who somebody is, as the site says it. A token that is not right counts as none, and is never a reason to refuse anybody.
extension EdgeHandler {
    /// Of an app in `Authorization: Bearer`, of a browser in the site's cookie.
    func person(_ room: Int, _ head: RequestHead, _ bytes: Span<UInt8>, _ guest: Guest) -> Person? {
        guard let people else { return nil }
        if people.plan.settings.isBearer, let field = head.first(.authorization),
            let token = BearerToken.range(bytes, in: field), let person = person(room, bytes[token], people, guest)
        {
            return person
        }
        guard !people.plan.settings.cookie.isEmpty else { return nil }
        var found: Person?
        Cookies.each(Array(people.plan.settings.cookie.utf8).span, head, bytes) { token in
            found = person(room, bytes[token], people, guest)
            return found != nil
        }
        return found
    }

    private func person(_ room: Int, _ token: Span<UInt8>, _ people: SiteTokens, _ guest: Guest) -> Person? {
        switch people.judge(token, now: guest.now) {
        case .known(let who):
            shard.add(shared.knownPeople)
            return rooms.gate.person(Array(who.utf8).span, room: room)
        case .refused(let refusal):
            shard.add(shared.refusedPeople)
            journal.log(.debug, "people.refused", at: Int64(guest.now) * 1_000_000_000) { line in
                line.field("client", guest.client.description)
                line.field("reason", refusal.rawValue)
            }
            return nil
        }
    }
}

/// `Bearer TOKEN` (RFC 6750, section 2.1).
enum BearerToken {
    static func range(_ bytes: Span<UInt8>, in field: ByteRange) -> ByteRange? {
        let (word, range) = ("bearer " as StaticString, field.range)
        guard range.count > word.utf8CodeUnitCount,
            bytes[ByteRange(start: range.lowerBound, count: word.utf8CodeUnitCount)].equalsIgnoringCase(word)
        else { return nil }
        let start = range.lowerBound + word.utf8CodeUnitCount
        return ByteRange(start: start, count: range.upperBound - start)
    }
}
