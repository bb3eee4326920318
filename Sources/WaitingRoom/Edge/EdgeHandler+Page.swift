import Admission
import Bytes
import Web

/// The page in place of the one that was asked for.
extension EdgeHandler {
    func answerPage(_ reply: Reply, _ room: Int, _ ticket: Ticket?, _ guest: Guest, _ connection: ServerConnection) {
        let cookie = ticketCookie(reply, room, ticket, guest)
        var status = UInt64(rooms.settings[room].room.pageStatus)
        var seconds: UInt64 = 10
        if case .waiting(let standing) = reply {
            seconds = UInt64(clamping: standing.outlook.pollAfter / 1_000_000 + 1)
        } else {
            status = 503
        }
        var body = takeScratch()
        body.append("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Waiting room</title><p>")
        body.append(reply.sentence)
        body.append("</p></html>\n")
        connection.answer(UInt16(status), "text/html; charset=utf-8", body.span) { output in
            output.append("Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nX-Robots-Tag: noindex\r\nRefresh: ")
            output.append(decimal: seconds)
            output.append("\r\n")
            if let cookie { append(cookie, to: &output) }
        }
        giveBack(&body)
    }
}
