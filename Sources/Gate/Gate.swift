import Address
import Admission
import Bytes
import HTTP

/// The stages of a request: limit, match, verify, place. Pure: it decides, and whoever asked does it.
///
/// Everything but `place` is decided from the request alone. Each loop makes a gate of its own, since it is held by reference, as
/// its keys and rooms are.
public final class Gate: Sendable {
    public let rooms: [GateRoom]
    let map: RoomMap
    let keys: KeyRing
    let api: APIPaths

    public init(rooms: [GateRoom], map: RoomMap, keys: KeyRing, apiPrefix: String) {
        self.rooms = rooms
        self.map = map
        self.keys = keys
        api = APIPaths(prefix: apiPrefix)
    }

    /// What a request is, seen from the gate.
    public struct Visit: Sendable {
        public var client: IPAddress
        /// Seconds since 1970.
        public var now: UInt64
        /// What the limit per address says of it; nil when there is none.
        public var limit: Verdict?

        public init(client: IPAddress, now: UInt64, limit: Verdict?) {
            self.client = client
            self.now = now
            self.limit = limit
        }
    }

    public func decide(_ head: RequestHead, _ bytes: Span<UInt8>, _ visit: Visit) -> GateAction {
        if case .refused(let retryAfter, let reset) = visit.limit { return .limited(retryAfter: retryAfter, reset: reset) }
        let path = head.path(in: bytes)
        if let endpoint = api.endpoint(path, head.method) { return .api(endpoint) }
        switch map.match(host: bytes[head.host], path: path) {
        case .strangeHost: return .refuse(.strangeHost)
        case .ambiguous: return .refuse(.ambiguousPath)
        case .free: return .forward(.free)
        case .room(let at):
            if let exemption = rooms[at].bypass.covers(head, bytes, client: visit.client) { return .forward(exemption) }
            if isMonitor(head, bytes, visit) { return .forward(.monitor) }
            return verify(at, head, bytes, visit)
        }
    }

    private func isMonitor(_ head: RequestHead, _ bytes: Span<UInt8>, _ visit: Visit) -> Bool {
        guard let mark = head.first(.waitingRoomMonitor) else { return false }
        if case .valid = keys.check(monitor: bytes[mark], now: visit.now) { return true }
        return false
    }

    private func verify(_ at: Int, _ head: RequestHead, _ bytes: Span<UInt8>, _ visit: Visit) -> GateAction {
        var refused: TokenRefusal?
        if let (pass, text) = pass(at, head, bytes, visit, &refused) {
            return .admit(room: at, pass, text, renews: renews(pass, rooms[at], visit.now))
        }
        return .place(room: at, ticket(at, head, bytes, visit), refused: refused)
    }

    /// In the answer to an ordinary request, once half of it has gone, until the session is too old.
    private func renews(_ pass: Pass, _ room: GateRoom, _ now: UInt64) -> Bool {
        let half = (pass.expires - pass.issued) / 2
        return now >= pass.expires - half && now < pass.sessionStart + room.sessionMaxSeconds
    }

    // MARK: Tokens

    /// Of a browser in a cookie, of an app in `Waiting-Room-Pass`.
    public func pass(
        _ at: Int, _ head: RequestHead, _ bytes: Span<UInt8>, _ visit: Visit, _ refused: inout TokenRefusal?
    ) -> (Pass, ByteRange)? {
        if let text = head.first(.waitingRoomPass), let pass = check(pass: bytes[text], at, visit, &refused) {
            return (pass, text)
        }
        let name = rooms[at].passCookie
        var found: (Pass, ByteRange)?
        Cookies.each(name.span, head, bytes) { text in
            found = check(pass: bytes[text], at, visit, &refused).map { ($0, text) }
            return found != nil
        }
        return found
    }

    private func check(pass text: Span<UInt8>, _ at: Int, _ visit: Visit, _ refused: inout TokenRefusal?) -> Pass? {
        let room = rooms[at]
        switch keys.check(pass: text, room: room.name, boundTo: room.bindsNetwork ? visit.client : nil, now: visit.now) {
        case .valid(let pass): return pass
        case .refused(let refusal):
            refused = refusal
            return nil
        }
    }

    /// Of a browser in a cookie, of an app in `Waiting-Room-Ticket`.
    public func ticket(_ at: Int, _ head: RequestHead, _ bytes: Span<UInt8>, _ visit: Visit) -> Ticket? {
        if let value = head.first(.waitingRoomTicket), let ticket = check(ticket: bytes[value], at, visit) { return ticket }
        let name = rooms[at].ticketCookie
        var found: Ticket?
        Cookies.each(name.span, head, bytes) { text in
            found = check(ticket: bytes[text], at, visit)
            return found != nil
        }
        return found
    }

    private func check(ticket text: Span<UInt8>, _ at: Int, _ visit: Visit) -> Ticket? {
        let verdict = keys.check(
            ticket: text, room: rooms[at].name, now: visit.now, ticketAgeSecondsMax: GateRoom.ticketAgeSecondsMax)
        if case .valid(let ticket) = verdict { return ticket }
        return nil
    }

    // MARK: What a proxy asks about

    /// Whether it asks if a request may go on.
    public func asksAuthority(_ head: RequestHead, _ bytes: Span<UInt8>) -> Bool {
        if case .authorize = api.endpoint(head.path(in: bytes), head.method) { true } else { false }
    }

    /// The request that it asks about, which is then decided like any other.
    public func described(
        _ head: RequestHead, _ bytes: Span<UInt8>, in form: DescribedRequest.Form
    ) throws(DescriptionFault) -> DescribedRequest {
        guard form == .path else { return try DescribedRequest(head, bytes, target: nil) }
        if bytes.firstIndex(of: UInt8(ascii: "#"), in: head.target.range) != nil { throw .fragment }
        let (all, start) = (head.pathAndQuery.range, head.pathAndQuery.range.lowerBound + api.authorityBytes)
        return try DescribedRequest(head, bytes, target: ByteRange(start: start, count: all.upperBound - start))
    }

    // MARK: Which room is asked about

    /// The room of a request to the API: named in its query, or else the one that the path `path` of its host is in.
    public func room(named name: Span<UInt8>) -> Int? {
        rooms.firstIndex { room in
            let known = room.name
            return name.equals(known.bytes.span)
        }
    }

    public func room(host: Span<UInt8>, path: Span<UInt8>) -> Int? {
        if case .room(let at) = map.match(host: host, path: path) { at } else { nil }
    }

    // MARK: Signing

    /// Somebody whom the site calls so.
    public func person(_ who: Span<UInt8>, room at: Int) -> Person { keys.person(who, room: rooms[at].name) }

    public func sign(_ pass: Pass, room at: Int, client: IPAddress, into text: inout [UInt8]) {
        keys.sign(pass, room: rooms[at].name, boundTo: rooms[at].bindsNetwork ? client : nil, into: &text)
    }

    public func sign(_ ticket: Ticket, room at: Int, into text: inout [UInt8]) {
        keys.sign(ticket, room: rooms[at].name, into: &text)
    }
}

/// Our own paths, below the prefix. However they are spelled, nothing there reaches the origin.
struct APIPaths: Sendable {
    private let prefix: [UInt8]
    private let lowered: [UInt8]
    private let authority: [UInt8]

    /// Before the path that a proxy asks about.
    var authorityBytes: Int { authority.count - 1 }

    init(prefix: String) {
        self.prefix = Array(prefix.utf8)
        authority = self.prefix + Array("/authorize/".utf8)
        lowered = self.prefix.map(\.asciiLowercased)
    }

    func endpoint(_ path: Span<UInt8>, _ method: Method) -> GateAction.Endpoint? {
        // What follows is another request's, and spelled as its visitor likes.
        if path.count >= authority.count, path.extracting(first: authority.count).equals(authority.span) {
            return .authorize(.path)
        }
        guard PathReading.isPlain(path) else { return spelledOddly(path) ? .unknown : nil }
        guard RoomMap.begins(path, lowered.span) else { return nil }
        guard path.extracting(first: prefix.count).equals(prefix.span) else { return .unknown }
        let rest = path.extracting(prefix.count..<path.count)
        if rest.isEmpty { return method == .delete ? .leave : .wrongMethod(allow: "DELETE") }
        if rest.equals("/enter") { return method == .post ? .enter : .wrongMethod(allow: "POST") }
        // A proxy asks with any method.
        if rest.equals("/authorize") { return .authorize(.fields) }
        if rest.equals("/wait") { return .wait }
        let isRead = method == .get || method == .head
        if rest.equals("/status") { return isRead ? .status : .wrongMethod(allow: "GET, HEAD") }
        if rest.equals("/position") { return isRead ? .position : .wrongMethod(allow: "GET, HEAD") }
        if rest.equals("/events") { return method == .get ? .events : .wrongMethod(allow: "GET") }
        if rest.equals("/language") { return isRead ? .language : .wrongMethod(allow: "GET, HEAD") }
        return .unknown
    }

    private func spelledOddly(_ path: Span<UInt8>) -> Bool {
        guard let reading = PathReading(path) else { return false }
        return RoomMap.begins(reading.walked.span, lowered.span) || RoomMap.begins(reading.resolved.span, lowered.span)
    }
}
