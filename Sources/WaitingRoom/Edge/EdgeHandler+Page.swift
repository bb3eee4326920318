import Admission
import Bytes
import HTTP
import Web

/// The page in place of the one that was asked for, at the same address, so that the way there survives the wait.
extension EdgeHandler {
    func answerPage(
        _ reply: Reply, _ room: Int, _ ticket: Ticket?, _ head: RequestHead, _ bytes: Span<UInt8>, _ guest: Guest,
        _ connection: ServerConnection
    ) {
        let cookie = ticketCookie(reply, room, ticket, guest)
        let status = statusBody(reply, room)
        let language = PageLanguage.of(head, bytes)
        let fill = PageFill(
            status: status, title: rooms.settings[room].room.title, language: language,
            resend: head.method != .get && head.method != .head, target: head.pathAndQuery, host: head.host, now: guest.now)
        let page = pages.page(room, language)
        let isPacked = AcceptedCoding.takesGzip(head, bytes)
        var body = takeScratch()
        if isPacked { pages.writeGzip(page, fill, bytes, to: &body) } else { pages.write(page, fill, bytes, to: &body) }
        let code = guest.way.status(reply.pageStatus(rooms.settings[room].room.pageStatus))
        connection.answer(code, "text/html; charset=utf-8", body.span) { output in
            output.append(page.fields, of: page.bytes)
            // An origin's own is taken out, so that who reads this knows whose page it is.
            output.append("Waiting-Room: ")
            output.append(reply.word)
            output.append("\r\n")
            if isPacked { output.append("Content-Encoding: gzip\r\n") }
            if code == 503 || code == 429 {
                output.append("Retry-After: ")
                output.append(decimal: status.pollSeconds)
                output.append("\r\n")
            }
            if let cookie { append(cookie, to: &output) }
        }
        giveBack(&body)
    }
}

extension Reply {
    /// Who waits gets what the room is set to. What is no waiting says so in its status: monitors and crawlers read nothing else.
    fileprivate func pageStatus(_ waiting: Int) -> UInt16 {
        switch self {
        case .waiting, .notYet, .admitted, .open: UInt16(clamping: waiting)
        case .closed, .full, .held: 503
        case .revoked: 403
        }
    }
}
