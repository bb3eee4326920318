import Admission
import Bytes
import Gate
import HTTP
import Relay
import Stores
import Web

/// The last stage: the line says what a request without a pass gets.
extension EdgeHandler {
    func place(
        _ room: Int, _ ticket: Ticket?, _ head: RequestHead, _ bytes: Span<UInt8>, _ guest: Guest,
        _ connection: ServerConnection
    ) {
        if ticket == nil, PagePart.isAsked(head, bytes) { return placePart(room, head, bytes, guest, connection) }
        let reply = ask(room, ticket, as: { person(room, head, bytes, guest) }) {
            Question(.request(head, bytes.array), room: room, ticket: ticket, guest, connection, self)
        }
        if let reply { settle(reply, room, ticket, head, bytes, guest, connection) }
    }

    /// The reply, or a question that gets it later. Who it is that asks is found out where it matters, and not for whoever polls.
    func ask(_ room: Int, _ ticket: Ticket?, as person: () -> Person?, _ question: () -> Question) -> Reply? {
        let later: RoomDesk.Later = {
            let question = question()
            question.begin()
            return { question.told($0) }
        }
        let (desk, gateRoom) = (rooms.desks[room], rooms.gate.rooms[room])
        guard let ticket else { return desk.arrive(as: person(), lane: gateRoom.lanes.count - 1, later: later) }
        return desk.visit(ticket.id, lane: gateRoom.laneIndex(ticket.lane), place: ticket.place, as: person, later: later)
    }

    /// What the line has said becomes an answer, or the request goes on to the origin.
    func settle(
        _ reply: Reply, _ room: Int, _ ticket: Ticket?, _ head: RequestHead, _ bytes: Span<UInt8>, _ guest: Guest,
        _ connection: ServerConnection
    ) {
        switch reply {
        case .open:
            goOn(nil, Span(), head, bytes, guest, connection)
        case .admitted(let id, let startedAt):
            forward(id, startedAt: startedAt, keepsPass: true, room, head, bytes, guest, connection)
        case .waiting, .revoked, .notYet, .closed, .full, .held:
            connection.exchange?.record.set(reason: reply.word)
            if let code = guest.way.bareDenial {
                deny(code, reply.word, ticket: newTicket(reply, room, ticket, guest) ?? ticket, of: room, connection)
            } else if PageWish.wantsPage(head, bytes) {
                answerPage(reply, room, ticket, head, bytes, guest, connection)
            } else {
                answerProblem(reply, room, ticket, guest, connection)
            }
        }
    }

    /// Whoever has just been let in. Without its pass it is inside for this one answer.
    func forward(
        _ id: TicketID, startedAt: Microseconds, keepsPass: Bool, _ room: Int, _ head: RequestHead, _ bytes: Span<UInt8>,
        _ guest: Guest, _ connection: ServerConnection
    ) {
        let pass = newPass(id, startedAt: startedAt, room, guest)
        let mark = EdgeMark(
            id: id, sessionStart: pass.sessionStart, room: room, generation: rooms.generation, bringsPass: keepsPass,
            isNew: true, guest)
        var token: [UInt8] = []
        rooms.gate.sign(pass, room: room, client: guest.client, into: &token)
        goOn(mark, token.span, head, bytes, guest, connection)
    }

    func newPass(_ id: TicketID, startedAt: Microseconds, _ room: Int, _ guest: Guest) -> Pass {
        Pass(
            ticket: id, issued: guest.now, lifetimeSeconds: rooms.gate.rooms[room].passLifeSeconds,
            sessionStart: UInt64(clamping: startedAt / 1_000_000))
    }

    /// The ticket as it is to be kept now; nil when the one that was shown says the same.
    func newTicket(_ reply: Reply, _ room: Int, _ shown: Ticket?, _ guest: Guest) -> Ticket? {
        guard case .waiting(let standing) = reply else { return nil }
        let lanes = rooms.gate.rooms[room].lanes
        guard lanes.indices.contains(standing.lane) else { return nil }
        let ticket = Ticket(id: standing.id, lane: lanes[standing.lane], place: standing.place, issued: guest.now)
        if let shown, shown.id == ticket.id, shown.place == ticket.place, shown.lane == ticket.lane { return nil }
        return ticket
    }
}

/// A request that waits for what the line says.
final class Question: Responder {
    enum Purpose {
        /// To be forwarded, or answered with the page. What came is kept, since its bytes do not stay.
        case request(RequestHead, [UInt8])
        /// The same for a part of a page.
        case part(RequestHead, [UInt8])
        case api(GateAction.Endpoint)
    }

    private let purpose: Purpose
    private let room: Int
    private let generation: UInt8
    private let ticket: Ticket?
    private let guest: Guest
    private let connection: ServerConnection
    private let handler: EdgeHandler
    private var isGone = false

    init(
        _ purpose: Purpose, room: Int, ticket: Ticket?, _ guest: Guest, _ connection: ServerConnection,
        _ handler: EdgeHandler
    ) {
        self.purpose = purpose
        self.room = room
        generation = handler.rooms.generation
        self.ticket = ticket
        self.guest = guest
        self.connection = connection
        self.handler = handler
    }

    /// The body, if there is one, waits at the client.
    func begin() {
        connection.exchange?.responder = self
        connection.pauseReading()
    }

    func told(_ reply: Reply) {
        if isGone { return }
        // The rooms have changed meanwhile, and this one may be another or none: whoever asked asks again.
        guard generation == handler.rooms.generation else {
            handler.refuse(
                Problem(
                    status: 503, name: "rooms-changed", title: "Rooms have changed",
                    detail: "what is behind this address has just changed; please try again", retryAfterSeconds: 1),
                guest, connection)
            return connection.resumeReading()
        }
        switch purpose {
        case .request(let head, let bytes):
            handler.settle(reply, room, ticket, head, bytes.span, guest, connection)
        case .part(let head, let bytes):
            handler.settlePart(reply, room, head, bytes.span, guest, connection)
        case .api(let endpoint):
            handler.answer(endpoint, with: reply, room, ticket, guest, connection)
        }
        connection.resumeReading()
    }

    func requestBody(_ bytes: Span<UInt8>) {}
    func requestEnded() {}
    func batchEnded() {}
    func clientCanTakeMore() {}
    func clientGone(_ loss: ClientLoss) { isGone = true }
}

extension Reply {
    /// For the access log.
    var word: StaticString {
        switch self {
        case .admitted: "admitted"
        case .waiting: "waiting"
        case .revoked: "revoked"
        case .notYet: "not-yet"
        case .closed: "closed"
        case .open: "open"
        case .full: "full"
        case .held: "held"
        }
    }
}

/// Whether a page is what somebody can read.
enum PageWish {
    /// What asks for HTML, and what does not say what it wants, as `curl` does not. Of a page's parts and scripts, which say
    /// what they are for, none.
    static func wantsPage(_ head: RequestHead, _ bytes: Span<UInt8>) -> Bool {
        for field in head.fields where field.known == .other && bytes[field.name].equalsIgnoringCase("sec-fetch-dest") {
            let wish = bytes[field.value]
            return wish.equals("document") || wish.equals("iframe") || wish.equals("frame")
        }
        guard let accept = head.first(.accept) else { return true }
        let text = bytes[accept]
        return text.equals("*/*") || contains(text, "text/html")
    }

    private static func contains(_ text: Span<UInt8>, _ word: StaticString) -> Bool {
        let word = word.bytes
        guard text.count >= word.count else { return false }
        for start in 0...(text.count - word.count) where text.extracting(start..<(start + word.count)).equals(word) {
            return true
        }
        return false
    }
}
