import Admission
import Bytes
import Gate
import HTTP
import Stores
import Web

/// Tells a visitor of its place as it changes (server-sent events), for as long as it listens.
///
/// The same as polling, with the server doing it: a status each time that a poll would be due, and at once when the turn has
/// come. It ends with what lets the visitor in; until then the client comes back by itself when the connection is lost.
final class EventStream: Responder, Listening {
    /// A comment in between, so that nobody on the way takes the connection for dead.
    static let quietNanosecondsMax: UInt64 = 15_000_000_000

    let room: Int
    private var ticket: Ticket
    private let person: Person?
    private let guest: Guest
    private let connection: ServerConnection
    private let handler: EdgeHandler
    private var isChunked = false
    private var isAsking = false
    private(set) var isOver = false {
        didSet { if isOver, !oldValue { handler.streams.oneIsOver() } }
    }
    private var dueAt: UInt64 = 0
    private var saidAt: UInt64 = 0

    init(
        room: Int, ticket: Ticket, _ person: Person?, _ guest: Guest, _ connection: ServerConnection, _ handler: EdgeHandler
    ) {
        self.room = room
        self.ticket = ticket
        self.person = person
        self.guest = guest
        self.connection = connection
        self.handler = handler
    }

    func begin() {
        connection.exchange?.responder = self
        let framing = connection.beginAnswer(200, body: .untilClose)
        isChunked = framing.body == .chunked
        connection.compose { output in
            output.append("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n")
            output.append("X-Accel-Buffering: no\r\nX-Content-Type-Options: nosniff\r\n")
            if isChunked { output.append("Transfer-Encoding: chunked\r\n") }
            ConnectionField.append(framing, minorVersion: connection.exchange?.minorVersion ?? 1, to: &output)
            output.append("\r\n")
        }
        tick()
    }

    /// After every tick of the room.
    func tick() {
        guard !isOver, !isAsking else { return }
        let now = connection.server.loop.now
        let desk = handler.rooms.desks[room]
        let lane = handler.rooms.gate.rooms[room].laneIndex(ticket.lane)
        guard now >= dueAt || desk.hasTurn(ticket.id, lane: lane, place: ticket.place) else {
            if now &- saidAt >= Self.quietNanosecondsMax { say(": still here\n\n", at: now) }
            return
        }
        // Whoever does not take what there is gets the newest when it does.
        if connection.isOutputFull { return }
        isAsking = true
        let reply = desk.visit(ticket.id, lane: lane, place: ticket.place, as: { person }) {
            { [weak self] reply in self?.told(reply) }
        }
        if let reply { told(reply) }
    }

    private func told(_ reply: Reply) {
        isAsking = false
        if isOver { return }
        let now = connection.server.loop.now
        var body = ByteBuffer()
        body.append("data: ")
        let status = handler.eventBody(reply, room, ticket, guest)
        status.append(to: &body)
        body.append("\n")
        if let new = handler.newTicket(reply, room, ticket, guest) { ticket = new }
        var seconds: UInt64 = 10
        if case .waiting(let standing) = reply { seconds = UInt64(clamping: standing.outlook.pollAfter / 1_000_000) }
        dueAt = now + max(1, seconds) * 1_000_000_000
        say(body.span.string, at: now)
        if status.canEnter { end() }
    }

    private func say(_ text: String, at now: UInt64) {
        saidAt = now
        connection.compose { output in
            if isChunked {
                ChunkWriter.append(Array(text.utf8).span, to: &output)
            } else {
                output.append(text)
            }
        }
        connection.flush()
    }

    /// The client is told to go; what it does next is a request of its own.
    func end() {
        guard !isOver else { return }
        isOver = true
        if isChunked { connection.compose { ChunkWriter.appendTerminator(to: &$0) } }
        connection.finishAnswer()
    }

    func requestBody(_ bytes: Span<UInt8>) {}
    func requestEnded() {}
    func batchEnded() {}
    func clientCanTakeMore() {}
    func clientGone(_ loss: ClientLoss) { isOver = true }
}
