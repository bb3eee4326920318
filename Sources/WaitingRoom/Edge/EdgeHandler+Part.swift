import Admission
import Gate
import HTTP
import Relay
import Web

/// A part of a page, asked for without ticket and pass: it takes no place in line, and keeps none inside. Where there is room at once it
/// goes through, and gives back its slot with the answer; else whoever wants it has to ask for the page first.
extension EdgeHandler {
    func placePart(_ room: Int, _ head: RequestHead, _ bytes: Span<UInt8>, _ guest: Guest, _ connection: ServerConnection) {
        guard rooms.desks[room].isQuiet else { return answerPart(room, guest, connection) }
        let reply = ask(room, nil, as: { nil }) {
            Question(.part(head, bytes.array), room: room, ticket: nil, guest, connection, self)
        }
        if let reply { settlePart(reply, room, head, bytes, guest, connection) }
    }

    func settlePart(
        _ reply: Reply, _ room: Int, _ head: RequestHead, _ bytes: Span<UInt8>, _ guest: Guest,
        _ connection: ServerConnection
    ) {
        switch reply {
        case .admitted(let id, let startedAt):
            forward(id, startedAt: startedAt, keepsPass: false, room, head, bytes, guest, connection)
        case .waiting(let standing):
            // Somebody was quicker.
            rooms.desks[room].leave(standing.id)
            answerPart(room, guest, connection)
        case .open, .revoked, .notYet, .closed, .full, .held: settle(reply, room, nil, head, bytes, guest, connection)
        }
    }

    private func answerPart(_ room: Int, _ guest: Guest, _ connection: ServerConnection) {
        connection.exchange?.record.set(reason: "part")
        if let code = guest.way.bareDenial { return deny(code, "part", ticket: nil, of: room, connection) }
        let problem = Problem(
            status: 503, name: "part", title: "Waiting room",
            detail:
                "a part of a page takes no place in line; ask for the page first, and for this with the cookie that it brings",
            retryAfterSeconds: 10)
        answer(problem, connection) { $0.append("Waiting-Room: waiting\r\n") }
    }
}
