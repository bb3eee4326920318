import Admission
import Bytes
import Gate
import HTTP
import Relay
import Web

/// What visitors ask of us rather than of the origin, see `openapi.yaml`.
extension EdgeHandler {
    func answer(
        _ endpoint: GateAction.Endpoint, _ head: RequestHead, _ bytes: Span<UInt8>, _ guest: Guest,
        _ connection: ServerConnection
    ) {
        switch endpoint {
        case .unknown:
            return answer(
                Problem(
                    status: 404, name: "not-found", title: "Not found", detail: "there is no such path of the waiting room"),
                connection)
        case .wrongMethod(let allow):
            let problem = Problem(
                status: 405, name: "wrong-method", title: "Wrong method", detail: "this path takes \(allow)")
            return answer(problem, connection) { output in
                output.append("Allow: ")
                output.append(allow)
                output.append("\r\n")
            }
        case .language: return answerLanguage(head, bytes, guest, connection)
        case .authorize(let form): return authorize(form, head, bytes, guest, connection)
        case .wait: return answerWait(head, bytes, guest, connection)
        case .enter, .status, .position, .events, .leave: break
        }
        guard let room = RoomQuery.room(head, bytes, rooms.gate) else {
            let detail = "which room? name it as ?room=NAME, or the page as ?path=/PATH"
            return answer(Problem(status: 404, name: "no-room", title: "No such room", detail: detail), connection)
        }
        let visit = Gate.Visit(client: guest.client, now: guest.now, limit: nil)
        let ticket = rooms.gate.ticket(room, head, bytes, visit)
        if endpoint == .leave { return leave(room, ticket, head, bytes, visit, guest, connection) }
        if endpoint == .events, let ticket {
            return listen(room, ticket, person(room, head, bytes, guest), guest, connection)
        }
        guard ticket != nil || endpoint == .enter else {
            if isInside(room, head, bytes, visit) { return answerInside(room, connection) }
            let detail = "no ticket was shown, in the cookie or as Waiting-Room-Ticket; POST enter gives one"
            return answer(Problem(status: 401, name: "no-ticket", title: "No ticket", detail: detail), connection)
        }
        let reply = ask(room, ticket, as: { person(room, head, bytes, guest) }) {
            Question(.api(endpoint), room: room, ticket: ticket, guest, connection, self)
        }
        if let reply { answer(endpoint, with: reply, room, ticket, guest, connection) }
    }

    private func isInside(_ room: Int, _ head: RequestHead, _ bytes: Span<UInt8>, _ visit: Gate.Visit) -> Bool {
        var refused: TokenRefusal?
        guard let pass = rooms.gate.pass(room, head, bytes, visit, &refused)?.0 else { return false }
        return !rooms.desks[room].denies(pass.ticket)
    }

    /// Whoever was let in at once has a pass and never had a ticket.
    private func answerInside(_ room: Int, _ connection: ServerConnection) {
        var body = takeScratch()
        body.append("{\"room\":")
        JSONText.append(rooms.settings[room].name, to: &body)
        body.append(",\"state\":\"admitted\",\"canEnter\":true,\"pollAfterMs\":10000}\n")
        connection.answer(200, "application/json", body.span) { output in
            output.append("Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n")
        }
        giveBack(&body)
    }

    /// Out of the line, or out of the site.
    private func leave(
        _ room: Int, _ ticket: Ticket?, _ head: RequestHead, _ bytes: Span<UInt8>, _ visit: Gate.Visit, _ guest: Guest,
        _ connection: ServerConnection
    ) {
        var refused: TokenRefusal?
        let inside = rooms.gate.pass(room, head, bytes, visit, &refused)?.0.ticket
        // Whoever has a pass is inside, whatever the store remembers of it.
        if let inside { rooms.desks[room].release(inside) }
        if let waiting = ticket?.id, waiting != inside { rooms.desks[room].leave(waiting) }
        let gateRoom = rooms.gate.rooms[room]
        connection.answer(204, "", Span()) { output in
            for name in [gateRoom.ticketCookie, gateRoom.passCookie] {
                append(SetCookie.field(name, nil, isSecure: guest.isSecure), to: &output)
            }
            output.append("Cache-Control: no-store\r\n")
        }
    }

    func answer(
        _ endpoint: GateAction.Endpoint, with reply: Reply, _ room: Int, _ ticket: Ticket?, _ guest: Guest,
        _ connection: ServerConnection
    ) {
        let gateRoom = rooms.gate.rooms[room]
        var status = statusBody(reply, room)
        var cookies: [AnswerField] = []
        if let new = newTicket(reply, room, ticket, guest) {
            var text: [UInt8] = []
            rooms.gate.sign(new, room: room, into: &text)
            cookies.append(
                SetCookie.field(
                    gateRoom.ticketCookie, text, isSecure: guest.isSecure, secondsMax: GateRoom.ticketAgeSecondsMax))
            status.ticket = text
        }
        if case .admitted(let id, let startedAt) = reply, endpoint != .position {
            var text: [UInt8] = []
            rooms.gate.sign(newPass(id, startedAt: startedAt, room, guest), room: room, client: guest.client, into: &text)
            cookies.append(
                SetCookie.field(
                    gateRoom.passCookie, text, isSecure: guest.isSecure, secondsMax: gateRoom.sessionMaxSeconds))
            status.token = text
            status.tokenSeconds = gateRoom.passLifeSeconds
        }
        var body = takeScratch()
        status.append(to: &body)
        connection.answer(200, "application/json", body.span) { output in
            output.append("Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n")
            for cookie in cookies { append(cookie, to: &output) }
        }
        giveBack(&body)
    }

    func statusBody(_ reply: Reply, _ room: Int) -> StatusBody {
        let desk = rooms.desks[room]
        return StatusBody(
            room: rooms.settings[room].name, reply: reply, message: desk.message, opensAt: desk.opensAtSeconds(reply))
    }

    // MARK: Problems

    /// For a request that is no page's, in place of the page.
    func answerProblem(
        _ reply: Reply, _ room: Int, _ ticket: Ticket?, _ guest: Guest, _ connection: ServerConnection
    ) {
        let seconds: UInt64 =
            if case .waiting(let standing) = reply { UInt64(clamping: standing.outlook.pollAfter / 1_000_000 + 1) } else {
                10
            }
        let problem = Problem(
            status: guest.way.status(503), name: reply.word, title: "Waiting room", detail: reply.sentence,
            retryAfterSeconds: seconds)
        let cookie = ticketCookie(reply, room, ticket, guest)
        answer(problem, connection) { output in
            output.append("Waiting-Room: ")
            output.append(reply.word)
            output.append("\r\n")
            if let cookie { append(cookie, to: &output) }
        }
    }

    func ticketCookie(_ reply: Reply, _ room: Int, _ ticket: Ticket?, _ guest: Guest) -> AnswerField? {
        // The ticket that a proxy was told is not in the visitor's cookie yet.
        guard let new = newTicket(reply, room, guest.way == .wait ? nil : ticket, guest) else { return nil }
        var text: [UInt8] = []
        rooms.gate.sign(new, room: room, into: &text)
        return SetCookie.field(
            rooms.gate.rooms[room].ticketCookie, text, isSecure: guest.isSecure, secondsMax: GateRoom.ticketAgeSecondsMax)
    }

    func answer(
        _ problem: Problem, _ connection: ServerConnection, adding further: (inout ByteBuffer) -> Void = { _ in }
    ) {
        var body = takeScratch()
        problem.append(to: &body)
        connection.answer(problem.status, "application/problem+json", body.span) { output in
            output.append("Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n")
            if let seconds = problem.retryAfterSeconds {
                output.append("Retry-After: ")
                output.append(decimal: seconds)
                output.append("\r\n")
            }
            further(&output)
        }
        giveBack(&body)
    }

    func append(_ field: AnswerField, to output: inout ByteBuffer) {
        output.append(field.name)
        output.append(": ")
        output.append(field.value)
        output.append("\r\n")
    }
}

extension Reply {
    /// For people who read what a program got.
    var sentence: String {
        switch self {
        case .admitted: "it is your turn"
        case .waiting: "many people are here at once; you are in line, and your place is kept"
        case .revoked: "this ticket has been taken back"
        case .notYet: "it has not begun yet"
        case .closed: "it is over"
        case .open: "nobody has to wait"
        case .full: "the line is full"
        case .held: "the line stands still for a moment; your place is kept"
        }
    }
}

/// Which room a request to the API is about: `?room=NAME`, or where `?path=/PATH` of its host is, or its host's front page.
enum RoomQuery {
    static func room(_ head: RequestHead, _ bytes: Span<UInt8>, _ gate: Gate) -> Int? {
        if gate.rooms.count == 1 && value("room=", head, bytes) == nil { return 0 }
        if let name = value("room=", head, bytes) { return gate.room(named: bytes[name]) }
        if let path = value("path=", head, bytes) { return gate.room(host: bytes[head.host], path: bytes[path]) }
        return gate.room(host: bytes[head.host], path: ("/" as StaticString).bytes)
    }

    private static func value(_ name: StaticString, _ head: RequestHead, _ bytes: Span<UInt8>) -> ByteRange? {
        let all = head.pathAndQuery.range
        var at = all.lowerBound
        while at < all.upperBound, bytes[at] != UInt8(ascii: "?") { at += 1 }
        while at < all.upperBound {
            at += 1
            let start = at
            while at < all.upperBound, bytes[at] != UInt8(ascii: "&") { at += 1 }
            let count = name.utf8CodeUnitCount
            guard at - start >= count, bytes.extracting(start..<(start + count)).equals(name) else { continue }
            return ByteRange(start: start + count, count: at - start - count)
        }
        return nil
    }
}
