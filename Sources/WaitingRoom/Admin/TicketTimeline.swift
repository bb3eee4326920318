import Admission
import Digest
import Settings
import Stores

/// A ticket as an operator names it: its id, or a token that says it.
enum TicketText {
    static let bytesMax = 2048

    /// The token's signature is not looked at: whoever asks may do all of this anyway, and a made-up id harms nobody.
    static func id(_ text: String, room: String) -> TicketID? {
        guard text.utf8.count <= bytesMax else { return nil }
        if let id = TicketID(text: text) { return id }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let bytes = Base64URL.decode(String(parts[1])), let claims = JSONReader.read(bytes),
            claims["aud"]?.text == room
        else { return nil }
        return claims["sub"]?.text.flatMap(TicketID.init(text:))
    }
}

/// What became of a ticket, as far as this process knows.
struct TicketTimeline {
    let id: TicketID
    let room: String
    let lanes: [String]
    let traces: [TicketTrace]

    var json: JSONValue {
        let events = traces.flatMap(\.events).sorted { $0.at < $1.at }
        return [
            "room": .text(room), "ticket": .text(id.text), "scope": "process",
            "note":
                "events are remembered by the process that they happened in, the latest of them; other nodes know others",
            "events": .list(
                events.map {
                    ["at": .text(Self.time($0.at)), "what": .text($0.what.word), "why": .text($0.what.reason)]
                }), "now": .list(traces.compactMap(present)),
        ]
    }

    /// What a loop remembers of it at this moment; nil where that is nothing.
    private func present(_ trace: TicketTrace) -> JSONValue? {
        let memory = trace.memory
        var present: JSONValue = [:]
        if let waiting = memory.waiting, memory.session == nil {
            present.set("state", waiting.isTurn ? "its turn has come" : "waiting")
            if lanes.indices.contains(waiting.lane) { present.set("lane", .text(lanes[waiting.lane])) }
            if let position = waiting.position { present.set("position", .count(position)) }
            present.set("seen", .text(Self.time(waiting.seenAt + trace.clockOffset)))
        }
        if let session = memory.session {
            present.set("state", "inside")
            present.set("since", .text(Self.time(session.startedAt)))
            present.set("endsUnlessSeenBy", .text(Self.time(session.endsAt + trace.clockOffset)))
        }
        if memory.isSpent, memory.session == nil { present.set("spent", true) }
        if let until = memory.deniedUntil { present.set("revokedUntil", .text(Self.time(until + trace.clockOffset))) }
        return present.members?.isEmpty == false ? present : nil
    }

    private static func time(_ microseconds: Microseconds) -> String {
        Moment(unixSeconds: microseconds / 1_000_000).description
    }
}

extension DeskEvent {
    var word: String {
        switch self {
        case .joined: "joined"
        case .admittedAtOnce: "admitted"
        case .returned: "seen"
        case .rejoinedSpent, .rejoinedPassed: "rejoined"
        case .claimed: "claimed"
        case .released: "released"
        case .left: "left"
        case .revoked: "revoked"
        }
    }

    var reason: String {
        switch self {
        case .joined: "a new ticket, at the end of the line"
        case .admittedAtOnce: "there was room, nobody was waiting"
        case .returned: "the store was asked for it: it stands at its own place"
        case .rejoinedSpent: "the pass of its former ticket was used and that session has ended: at the end of the line"
        case .rejoinedPassed: "the turn of its former ticket passed longer than turn_grace ago: at the end of the line"
        case .claimed: "its turn had come, and it has its pass"
        case .released: "the origin said Waiting-Room: release, the slot is free"
        case .left: "its holder left"
        case .revoked: "an operator has revoked it"
        }
    }
}
