import Admission
import Gate
import HTTP
import Relay

/// What the answers of origins mean for the sessions of those who get them.
extension EdgeHandler: AnswerWatcher {
    func answered(
        _ mark: ForwardMark, _ head: ResponseHead?, _ bytes: Span<UInt8>, at now: UInt64
    ) -> [AnswerField] {
        let mark = EdgeMark(mark)
        guard mark.generation == rooms.generation, rooms.desks.indices.contains(mark.room) else { return [] }
        let (desk, room) = (rooms.desks[mark.room], rooms.gate.rooms[mark.room])
        if let head, let wish = head.first(.waitingRoom), bytes[wish].equalsIgnoringCase("release") {
            desk.release(mark.id)
            return [
                SetCookie.field(room.passCookie, nil, isSecure: mark.isSecure),
                SetCookie.field(room.ticketCookie, nil, isSecure: mark.isSecure),
            ]
        }
        return newPassCookie(mark, at: now).map { [$0] } ?? []
    }

    /// The pass that an answer brings, if it is to bring one.
    func newPassCookie(_ mark: EdgeMark, at now: UInt64) -> AnswerField? {
        let (desk, room) = (rooms.desks[mark.room], rooms.gate.rooms[mark.room])
        if mark.isForOneAnswer {
            desk.release(mark.id)
            return nil
        }
        // What ended while the origin answered is not renewed.
        guard mark.bringsPass, !desk.denies(mark.id) else { return nil }
        let session = SessionMark(id: mark.id, startedAt: Microseconds(mark.sessionStart) * 1_000_000)
        if !mark.isNew, !desk.renew(session) { return nil }
        let pass = Pass(
            ticket: mark.id, issued: now, lifetimeSeconds: room.passLifeSeconds, sessionStart: mark.sessionStart)
        var token: [UInt8] = []
        rooms.gate.sign(pass, room: mark.room, client: mark.client, into: &token)
        return SetCookie.field(room.passCookie, token, isSecure: mark.isSecure, secondsMax: room.sessionMaxSeconds)
    }
}

/// `Set-Cookie` for our own cookies: no script reads them, no other site sends them along but by a link.
enum SetCookie {
    /// Without a value the browser forgets it.
    static func field(_ name: [UInt8], _ value: [UInt8]?, isSecure: Bool, secondsMax: UInt64 = 0) -> AnswerField {
        let name = String(decoding: name, as: UTF8.self)
        let text = value.map { String(decoding: $0, as: UTF8.self) } ?? ""
        let life = value == nil ? 0 : secondsMax
        return (
            "Set-Cookie", "\(name)=\(text); Path=/; Max-Age=\(life); HttpOnly; SameSite=Lax\(isSecure ? "; Secure" : "")"
        )
    }
}
