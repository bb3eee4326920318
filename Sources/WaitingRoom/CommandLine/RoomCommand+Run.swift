import Glibc

/// Asks, and says what came of it.
extension RoomCommand {
    func run(_ environment: [String: String]) -> Int32 {
        do throws(AdminClient.Trouble) {
            let client = try AdminClient.find(self, environment)
            return try run(client)
        } catch {
            return fail(error.description)
        }
    }

    private var path: String { "/api/rooms/\(room)" }

    private func run(_ client: AdminClient) throws(AdminClient.Trouble) -> Int32 {
        switch action {
        case .list: return say(try client.ask("GET", "/api/rooms"), RoomText.rooms)
        case .status(let isWatching):
            if isWatching { return try watch(client) }
            return say(try client.ask("GET", path), RoomText.room)
        case .set(let settings, let isTrial):
            let answer = try client.ask("POST", path + "/controls" + (isTrial ? "?dry_run=1" : ""), Self.body(settings))
            if isTrial { return say(answer) { $0["says"]?.text ?? "" } }
            let code = say(answer) { RoomText.changed(settings.map(\.key), $0) }
            return answer.status == 202 ? fail("not in force yet: \(answer.json?["note"]?.text ?? "")") : code
        case .ticket(let text): return say(try client.ask("GET", path + "/tickets/" + Self.escaped(text)), RoomText.timeline)
        case .revoke(let text, let lasting):
            let answer = try client.ask("POST", path + "/revoke", ["ticket": .text(text), "for": .text(lasting)])
            return say(answer) { "revoked \($0["revoked"]?.text ?? "") for \($0["for"]?.text ?? "")" }
        }
    }

    private static func body(_ settings: [Setting]) -> JSONValue {
        .object(settings.map { JSONMember(name: $0.key, value: $0.value.isEmpty ? .null : .text($0.value)) })
    }

    private static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            let character = Character(Unicode.Scalar(byte))
            let isPlain = byte < 128 && (character.isLetter || character.isNumber || "-_.~".contains(character))
            return isPlain ? String(character) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }

    /// Until it is interrupted.
    private func watch(_ client: AdminClient) throws(AdminClient.Trouble) -> Int32 {
        let isScreen = isatty(STDOUT_FILENO) == 1
        while true {
            let answer = try client.ask("GET", path)
            if isScreen && !isJSON { print("\u{1b}[H\u{1b}[2J", terminator: "") }
            let code = say(answer, RoomText.room)
            if code != Program.exitDone { return code }
            fflush(nil)
            AdminClient.pause()
        }
    }

    private func say(_ answer: AdminClient.Answer, _ text: (JSONValue) -> String) -> Int32 {
        let raw = String(decoding: answer.body, as: UTF8.self)
        guard let value = answer.json else { return fail("the answer is none of this program: \(raw.prefix(200))") }
        guard answer.isGood else { return fail(value["detail"]?.text ?? raw) }
        print(isJSON ? raw : text(value), terminator: isJSON ? "" : "\n")
        return Program.exitDone
    }

    private func fail(_ text: String) -> Int32 {
        Program.complain("waitingroom: \(text)")
        return Program.exitFailed
    }
}
