import Admission
import Gate
import Web

/// Server-sent events.
extension EdgeHandler {
    func listen(_ room: Int, _ ticket: Ticket, _ person: Person?, _ guest: Guest, _ connection: ServerConnection) {
        guard !streams.isFull else {
            let problem = Problem(
                status: 503, name: "too-many-streams", title: "Too many listen",
                detail: "\(EventStreams.countMax) visitors listen already; ask for the status instead", retryAfterSeconds: 10
            )
            return answer(problem, connection)
        }
        let stream = EventStream(room: room, ticket: ticket, person, guest, connection, self)
        streams.add(stream)
        stream.begin()
    }

    /// A status with all that a cookie would carry, since an answer that has begun sets none.
    func eventBody(_ reply: Reply, _ room: Int, _ shown: Ticket, _ guest: Guest) -> StatusBody {
        var status = statusBody(reply, room)
        if let new = newTicket(reply, room, shown, guest) {
            var text: [UInt8] = []
            rooms.gate.sign(new, room: room, into: &text)
            status.ticket = text
        }
        return status
    }
}
