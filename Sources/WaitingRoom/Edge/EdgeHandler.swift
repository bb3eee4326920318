import Address
import Admission
import Bytes
import Gate
import HTTP
import Loop
import Relay
import Settings
import Telemetry
import Web

/// What happens to a request at the edge: the gate decides, and here it is done.
final class EdgeHandler: Handler {
    /// The class of request that the limiter counts.
    private static let requestClass: UInt8 = 0

    let relay: Relay
    let rooms: EdgeRooms
    var pages: PageShelf
    var limit: RateLimit?
    var trusted: [Network]
    /// How the site says who somebody is.
    var people: SiteTokens?
    let streams = EventStreams()
    /// Memory for the bodies of answers, which goes from one to the next.
    private var scratch = ByteBuffer()
    let shared: EdgeShared
    let shard: MetricsShard
    let journal: Journal
    private let startedAt: UInt64

    init(
        relay: Relay, rooms: EdgeRooms, pages: PageShelf, shared: EdgeShared, shard: MetricsShard, journal: Journal,
        startedAt: UInt64
    ) {
        self.relay = relay
        self.rooms = rooms
        self.pages = pages
        self.journal = journal
        self.shared = shared
        self.shard = shard
        self.startedAt = startedAt
        limit = nil
        trusted = []
        relay.watcher = self
    }

    func handle(_ head: RequestHead, _ bytes: Span<UInt8>, on connection: ServerConnection) {
        let guest = Guest(head, bytes, on: connection, trusted: trusted)
        note(guest.client, on: connection)
        let visit = Gate.Visit(client: guest.client, now: guest.now, limit: limitVerdict(guest, connection))
        act(on: rooms.gate.decide(head, bytes, visit), head, bytes, guest, connection)
    }

    func act(
        on action: GateAction, _ head: RequestHead, _ bytes: Span<UInt8>, _ guest: Guest, _ connection: ServerConnection
    ) {
        switch action {
        case .limited(let retryAfter, let reset):
            refuse(connection, guest, deniesAs: bareDenial(head, bytes, guest), retryAfter: retryAfter, reset: reset)
        case .refuse(let refusal):
            connection.exchange?.record.set(reason: refusal.reason)
            if let code = guest.way.bareDenial { return deny(code, refusal.reason, connection) }
            connection.answer(Answer.page(refusal.status, refusal.sentence))
        case .api(let endpoint):
            if guest.way != .relay { return refuseOwnPath(guest, connection) }
            answer(endpoint, head, bytes, guest, connection)
        case .forward:
            goOn(nil, Span(), head, bytes, guest, connection)
        case .admit(let room, let pass, let text, let renews):
            admit(room, pass, text, renews: renews, head, bytes, guest, connection)
        case .place(let room, let ticket, _):
            place(room, ticket, head, bytes, guest, connection)
        }
    }

    /// Forwards whoever has a pass. Nothing but memory of this loop is touched before.
    private func admit(
        _ room: Int, _ pass: Pass, _ text: ByteRange, renews: Bool, _ head: RequestHead, _ bytes: Span<UInt8>,
        _ guest: Guest, _ connection: ServerConnection
    ) {
        let desk = rooms.desks[room]
        if desk.denies(pass.ticket) {
            // Who was taken back is told so; whose session is over may queue anew.
            if desk.isRevoked(pass.ticket) { return settle(.revoked, room, nil, head, bytes, guest, connection) }
            return place(room, nil, head, bytes, guest, connection)
        }
        let mark = EdgeMark(
            id: pass.ticket, sessionStart: pass.sessionStart, room: room, generation: rooms.generation, bringsPass: renews,
            isNew: false, guest)
        goOn(mark, bytes[text], head, bytes, guest, connection)
    }

    /// Onwards to the origin: by ourselves, or by the proxy that asks. `mark` and `pass`: of whoever has to have one.
    func goOn(
        _ mark: EdgeMark?, _ pass: Span<UInt8>, _ head: RequestHead, _ bytes: Span<UInt8>, _ guest: Guest,
        _ connection: ServerConnection
    ) {
        switch guest.way {
        case .relay:
            guard let mark else { return relay.forward(head, bytes, of: connection, peerIsTrusted: guest.peerIsTrusted) }
            relay.forward(head, bytes, of: connection, peerIsTrusted: guest.peerIsTrusted, mark: mark.mark) { output in
                PassFields.append(pass, mark.id, to: &output)
            }
        case .authority: grant(mark, pass, guest, connection)
        case .wait: leadBack(mark, head, bytes, guest, connection)
        }
    }

    func refused(_ refusal: Refusal, on connection: ServerConnection) {
        note(connection.source.address, on: connection)
    }

    func finished(_ connection: ServerConnection) {}

    private func note(_ client: IPAddress, on connection: ServerConnection) {
        guard connection.server.accessLog != nil else { return }
        connection.exchange?.record.set(client: client)
    }

    func takeScratch() -> ByteBuffer {
        var body = ByteBuffer()
        swap(&body, &scratch)
        body.removeAll()
        return body
    }

    func giveBack(_ body: inout ByteBuffer) { if scratch.footprint == 0 { swap(&body, &scratch) } }

    // MARK: Limit

    private func limitVerdict(_ guest: Guest, _ connection: ServerConnection) -> Verdict? {
        guard let limit else { return nil }
        let now = connection.server.loop.now &- startedAt
        return shared.limiter.take(guest.client, class: Self.requestClass, limit: limit, now: now)
    }

    private func refuse(
        _ connection: ServerConnection, _ guest: Guest, deniesAs code: UInt16?, retryAfter: UInt64, reset: UInt64
    ) {
        guard let limit else { return }
        logLimited(guest, limit, at: connection.server.loop.unixNow)
        shard.add(shared.limitedRequests)
        connection.exchange?.record.set(reason: "rate-limited")
        if let code { return deny(code, "rate-limited", connection) }
        let window = max(1, limit.periodNanoseconds / 1_000_000_000)
        let answer = Answer.page(429, "Too many requests came from your address. Please wait a moment and try again.")
            .with("Retry-After", "\(seconds(retryAfter))")
            .with("RateLimit-Policy", "\"address\";q=\(limit.count);w=\(window)")
            .with("RateLimit", "\"address\";r=0;t=\(seconds(reset))")
        connection.answer(answer)
    }

    /// The journal has a ceiling of its own, so that a flood of requests does not become a flood of lines.
    private func logLimited(_ guest: Guest, _ limit: RateLimit, at time: UInt64) {
        journal.log(.warning, "client.limited", at: Int64(time)) { line in
            line.field("client", guest.client.description)
            line.field("requests", limit.count)
            line.field("per_ms", milliseconds: Int64(limit.periodNanoseconds))
        }
    }

    /// Rounded up: who comes back then finds the door open.
    private func seconds(_ nanoseconds: UInt64) -> UInt64 { max(1, (nanoseconds + 999_999_999) / 1_000_000_000) }
}

/// What the origin is told of whoever is forwarded.
enum PassFields {
    static func append(_ pass: Span<UInt8>, _ ticket: TicketID, to output: inout ByteBuffer) {
        output.append("Waiting-Room-Pass: ")
        output.append(pass)
        output.append("\r\nWaiting-Room-Id: ")
        output.append(ticket.text)
        output.append("\r\n")
    }
}
