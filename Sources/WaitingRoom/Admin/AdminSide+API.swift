import Admission
import Digest
import HTTP
import Settings
import Web

/// Rooms as JSON, for whoever is logged in.
extension AdminSide {
    func answer(_ route: AdminRoute, _ facts: AdminFacts, _ connection: ServerConnection) {
        let isGet = facts.method == .get || facts.method == .head
        guard route == .unknown || (route.isChange ? facts.method == .post : isGet) else {
            let allow = route.isChange ? "POST" : "GET, HEAD"
            return AdminExchange(connection).refuse(
                405, "wrong-method", "Wrong method", "this path takes \(allow)", fields: [("Allow", allow)])
        }
        if route == .login { return login(facts, connection) }
        let now = service.loop.now
        switch access.judge(facts, at: now) {
        case .granted(let name, let guardWord):
            let caller = AdminCaller(name: name, address: facts.client.description, guardWord: guardWord)
            answer(route, facts, caller, connection)
        case let verdict: refuse(verdict, AdminExchange(connection))
        }
    }

    private func answer(_ route: AdminRoute, _ facts: AdminFacts, _ caller: AdminCaller, _ connection: ServerConnection) {
        let now = service.loop.now
        switch route {
        case .login: break
        case .unknown:
            AdminExchange(connection).refuse(404, "not-found", "Not found", "there is no such path; begin at /api/rooms")
        case .logout: logout(facts, caller, connection)
        case .session:
            AdminExchange(connection).answer(["name": .text(caller.name), "guard": .optional(caller.guardWord)])
        case .rooms:
            AdminExchange(connection).answer(board.overview(at: now, store: storeInUse))
        case .room(let name):
            give(board.room(name, at: now, store: storeInUse(name)), name, connection)
        case .history(let name): give(board.history(name), name, connection)
        case .ticket(let text, let room): trace(text, room, AdminExchange(connection))
        case .controls(let room):
            body(facts, connection) { [unowned self] in control(room, $1, facts, caller, $0) }
        case .revoke(let room):
            body(facts, connection) { [unowned self] in revoke(room, $1, caller, $0) }
        }
    }

    private func give(_ value: JSONValue?, _ room: String, _ connection: ServerConnection) {
        let exchange = AdminExchange(connection)
        if let value { exchange.answer(value) } else { refuseRoom(room, exchange) }
    }

    func refuseRoom(_ room: String, _ exchange: AdminExchange) {
        let all = board.names.prefix(20).joined(separator: ", ")
        exchange.refuse(404, "no-room", "No such room", "there is no room \"\(room)\"; there are \(all)")
    }

    /// A body is JSON and says so: a form of another site cannot.
    func body(
        _ facts: AdminFacts, _ connection: ServerConnection, _ take: @escaping (AdminExchange, JSONValue) -> Void
    ) {
        guard facts.isJSON else {
            return AdminExchange(connection).refuse(
                415, "not-json", "Not JSON", "send Content-Type: application/json")
        }
        _ = AdminExchange(connection) { exchange, bytes in
            guard let value = JSONReader.read(bytes) else {
                return exchange.refuse(400, "not-json", "Not JSON", "the body is not a JSON value")
            }
            take(exchange, value)
        }
    }

    func refuse(_ verdict: AdminAccess.Verdict, _ exchange: AdminExchange) {
        let bearer = [("WWW-Authenticate", "Bearer realm=\"waitingroom\"")]
        switch verdict {
        case .granted: break
        case .loginNeeded:
            exchange.refuse(
                401, "login-needed", "Login needed", "show a token as Authorization: Bearer, or log in", fields: bearer)
        case .wrongToken: exchange.refuse(401, "wrong-token", "Wrong token", "this token is not known", fields: bearer)
        case .later(let seconds):
            exchange.refuse(
                429, "too-many-tries", "Too many tries", "too many wrong tokens; try again in \(seconds) s",
                fields: [("Retry-After", "\(seconds)")])
        case .notFromHere:
            exchange.refuse(
                403, "not-from-here", "Not from here",
                "a change by a browser's session has to come from this page and say \(AdminFacts.guardField)")
        }
    }

    // MARK: Login

    private func login(_ facts: AdminFacts, _ connection: ServerConnection) {
        if facts.isFromElsewhere { return refuse(.notFromHere, AdminExchange(connection)) }
        body(facts, connection) { [unowned self] exchange, value in
            guard let token = value["token"]?.text else {
                return exchange.refuse(400, "no-token", "No token", "send {\"token\":\"…\"}")
            }
            let now = service.loop.now
            let verdict = access.check(token: Array(token.utf8), from: facts.client, at: now)
            guard case .granted(let name, _) = verdict else {
                service.log(.warning, "admin.refused") { $0.field("client", facts.client.description) }
                return refuse(verdict, exchange)
            }
            let (cookie, guardWord) = access.login(name, at: now, random: SecureRandom.bytes)
            note(AdminCaller(name: name, address: facts.client.description), "", "login", .null)
            exchange.answer(
                ["name": .text(name), "guard": .text(guardWord)],
                fields: [("Set-Cookie", sessionCookie(cookie, AdminSessions.life / 1_000_000_000, facts.isSecure))])
        }
    }

    private func logout(_ facts: AdminFacts, _ caller: AdminCaller, _ connection: ServerConnection) {
        if let cookie = facts.session { access.logout(cookie) }
        note(caller, "", "logout", .null)
        AdminExchange(connection).answer(["name": .null], fields: [("Set-Cookie", sessionCookie("", 0, facts.isSecure))])
    }

    private func sessionCookie(_ value: String, _ seconds: UInt64, _ isSecure: Bool) -> String {
        "\(AdminFacts.cookieName)=\(value); Path=/; Max-Age=\(seconds); HttpOnly; SameSite=Strict\(isSecure ? "; Secure" : "")"
    }
}

/// Who asks, for the audit log.
struct AdminCaller {
    let name: String
    let address: String
    /// Of a browser's session.
    var guardWord: String?
}
