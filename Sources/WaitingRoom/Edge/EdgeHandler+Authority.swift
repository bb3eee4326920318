import Admission
import Bytes
import Gate
import HTTP
import Relay
import Web

/// For proxies that forward by themselves and ask us first. A request that one describes goes through the same stages as one
/// that comes to us, and only what is done in the end differs: the proxy is told (see docs/decisions/0014).
extension EdgeHandler {
    func authorize(
        _ form: DescribedRequest.Form, _ head: RequestHead, _ bytes: Span<UInt8>, _ guest: Guest,
        _ connection: ServerConnection
    ) {
        guard let code = DenyWish.read(form, head, bytes) else {
            let detail = "the query is ?deny=STATUS, with 401, 403, 429 or 503, or nothing"
            return answer(Problem(status: 400, name: "wrong-query", title: "Wrong query", detail: detail), connection)
        }
        shard.add(shared.questions)
        consider(form, .authority(denies: code), head, bytes, guest, connection)
    }

    /// For a proxy that can do no more than refuse: the page, or back to what was wanted when nobody has to wait any more.
    func answerWait(_ head: RequestHead, _ bytes: Span<UInt8>, _ guest: Guest, _ connection: ServerConnection) {
        consider(.fields, .wait, head, bytes, guest, connection)
    }

    private func consider(
        _ form: DescribedRequest.Form, _ way: Way, _ head: RequestHead, _ bytes: Span<UInt8>, _ guest: Guest,
        _ connection: ServerConnection
    ) {
        guard guest.peerIsTrusted else {
            let detail =
                "only a proxy may ask this; \(connection.source.address) is not in trusted_proxies of [server]"
            return answer(Problem(status: 403, name: "not-trusted", title: "Not a proxy", detail: detail), connection)
        }
        var guest = guest
        guest.way = way
        do throws(DescriptionFault) {
            let request = try rooms.gate.described(head, bytes, in: form)
            connection.exchange?.record.describe(request.head, request.bytes.span)
            // The question has been counted for the limit already.
            let visit = Gate.Visit(client: guest.client, now: guest.now, limit: nil)
            let action = rooms.gate.decide(request.head, request.bytes.span, visit)
            act(on: action, request.head, request.bytes.span, guest, connection)
        } catch {
            let problem = Problem(
                status: error.status, name: "no-request", title: "Not a request", detail: "\(error.sentence)")
            // What a visitor has written is refused as the proxy can; what the proxy lacks, its operator shall see.
            switch error {
            case .unreadable, .fragment: refuse(problem, guest, connection)
            case .noClient, .nothing, .noMethod, .noHost, .twice, .notAPath: answer(problem, connection)
            }
        }
    }

    // MARK: It may

    /// Both fields are always there, empty where nobody needs a pass, so that a proxy that copies them overwrites what the
    /// visitor may have written.
    func grant(_ mark: EdgeMark?, _ pass: Span<UInt8>, _ guest: Guest, _ connection: ServerConnection) {
        shard.add(shared.granted)
        connection.exchange?.record.set(reason: "authorized")
        let cookie = mark.flatMap { newPassCookie($0, at: guest.now) }
        connection.answer(200, "", Span()) { output in
            if let mark {
                PassFields.append(pass, mark.id, to: &output)
            } else {
                output.append("Waiting-Room-Pass:\r\nWaiting-Room-Id:\r\n")
            }
            if let cookie { append(cookie, to: &output) }
            output.append("Cache-Control: no-store\r\n")
        }
    }

    /// To the address that was wanted, with the pass, which the proxy then finds good. The method stays, and what was sent is
    /// sent again.
    func leadBack(
        _ mark: EdgeMark?, _ head: RequestHead, _ bytes: Span<UInt8>, _ guest: Guest, _ connection: ServerConnection
    ) {
        connection.exchange?.record.set(reason: "authorized")
        let cookie = mark.flatMap { newPassCookie($0, at: guest.now) }
        connection.answer(307, "", Span()) { output in
            output.append("Location: ")
            WayBack.append(bytes[head.pathAndQuery], to: &output)
            output.append("\r\nCache-Control: no-store\r\n")
            if let cookie { append(cookie, to: &output) }
        }
    }

    // MARK: It may not

    /// For a proxy that takes nothing but the status. The ticket is for `wait`, so that a newcomer does not join twice.
    func deny(
        _ code: UInt16, _ reason: StaticString, ticket: Ticket? = nil, of room: Int = 0, _ connection: ServerConnection
    ) {
        var text: [UInt8] = []
        if let ticket { rooms.gate.sign(ticket, room: room, into: &text) }
        connection.answer(code, "", Span()) { output in
            output.append("Waiting-Room: ")
            output.append(reason)
            if !text.isEmpty {
                output.append("\r\nWaiting-Room-Ticket: ")
                output.append(text)
            }
            output.append("\r\nCache-Control: no-store\r\n")
        }
    }

    func refuse(_ problem: Problem, _ guest: Guest, _ connection: ServerConnection) {
        if let code = guest.way.bareDenial { return deny(code, problem.name, connection) }
        answer(problem, connection)
    }

    /// What is below our prefix is ours to answer, and for no origin.
    func refuseOwnPath(_ guest: Guest, _ connection: ServerConnection) {
        let detail =
            "this is a path of the waiting room: the proxy has to hand it on to the waiting room, not to ask about it"
        refuse(Problem(status: 404, name: "own-path", title: "Not the site's", detail: detail), guest, connection)
    }

    /// Of a question that is refused before it is read.
    func bareDenial(_ head: RequestHead, _ bytes: Span<UInt8>, _ guest: Guest) -> UInt16? {
        guard guest.peerIsTrusted, rooms.gate.asksAuthority(head, bytes), let code = DenyWish.read(.fields, head, bytes)
        else { return nil }
        return Way.authority(denies: code).bareDenial
    }
}

/// With which status a proxy wants to be told that a request may not go on.
enum DenyWish {
    /// With a page, unless it is said otherwise.
    private static let usual: UInt16 = 503
    /// Envoy, which asks by path, takes 5xx for a fault of ours.
    private static let byPath: UInt16 = 429

    static func read(_ form: DescribedRequest.Form, _ head: RequestHead, _ bytes: Span<UInt8>) -> UInt16? {
        if form == .path { return byPath }
        let all = head.pathAndQuery.range
        guard let mark = bytes.firstIndex(of: UInt8(ascii: "?"), in: all) else { return usual }
        let query = bytes.extracting((mark + 1)..<all.upperBound)
        // Some proxies leave the visitor's own there.
        guard query.count >= 5, query.extracting(first: 5).equals("deny=") else { return usual }
        if query.equals("deny=401") { return 401 }
        if query.equals("deny=403") { return 403 }
        if query.equals("deny=429") { return 429 }
        return query.equals("deny=503") ? usual : nil
    }
}

/// An address of this site, however it begins.
enum WayBack {
    /// `//host` and `/\host` lead to another site; behind a dot they are paths of this one (RFC 3986 section 5.2.4).
    static func append(_ target: Span<UInt8>, to output: inout ByteBuffer) {
        if target.count > 1, target[0] == UInt8(ascii: "/"),
            target[1] == UInt8(ascii: "/") || target[1] == UInt8(ascii: "\\")
        {
            output.append("/.")
        } else if target.isEmpty || target[0] != UInt8(ascii: "/") {
            output.append("/")
        }
        output.append(target)
    }
}
