import Foundation

/// The API of the admin listener, as a script uses it.
struct AdminPort: Sendable {
    let port: UInt16
    let token: String

    /// The token is the one that the program has made.
    init(_ program: RunningProgram) throws {
        port = try program.adminPort
        token = program.folder.read("state/admin-token").trimmingCharacters(in: .whitespacesAndNewlines)
    }

    func ask(
        _ target: String, _ fields: [String] = [], method: String = "GET", body: String? = nil, isLoggedIn: Bool = true
    ) throws -> Message {
        var fields = fields + ["Connection: close"]
        if isLoggedIn { fields.append("Authorization: Bearer \(token)") }
        if body != nil, !fields.contains(where: { $0.hasPrefix("Content-Type:") }) {
            fields.append("Content-Type: application/json")
        }
        return try RawConnection(to: port).ask(target, fields, method: method, body: body)
    }

    func post(_ target: String, _ body: String, _ fields: [String] = [], isLoggedIn: Bool = true) throws -> Message {
        try ask(target, fields, method: "POST", body: body, isLoggedIn: isLoggedIn)
    }

    func room(_ name: String = "main") throws -> Answered { try Answered(try ask("/api/rooms/\(name)")) }
}

/// An answer as JSON.
struct Answered {
    let status: Int
    let value: Any

    init(_ message: Message) throws {
        status = message.status
        value = try JSONSerialization.jsonObject(with: Data(message.body), options: .fragmentsAllowed)
    }

    /// By a path of names, such as `controls.live.rate.value`.
    subscript(path: String) -> Any? {
        path.split(separator: ".").reduce(Optional(value)) { value, name in (value as? [String: Any])?[String(name)] }
    }

    func text(_ path: String) -> String? { self[path] as? String }
    func number(_ path: String) -> Double? { (self[path] as? NSNumber)?.doubleValue }
}

extension ConfigText {
    /// A room with a line, and a state directory in the test's own folder.
    static func room(
        upstream port: UInt16, in folder: TemporaryFolder, with more: [String: Value] = [:]
    ) -> ConfigText {
        ConfigText(upstream: port, with: ["room.state": "auto", "server.state_dir": .text(folder.path("state"))]).with(more)
    }
}

extension RunningProgram {
    /// Somebody comes and stays: the ticket, or nil when there was room at once.
    func enter() throws -> String? {
        let answer = try Answered(try ask("/api/queue/enter", method: "POST"))
        guard answer.status == 200 else { throw Trouble("enter was answered \(answer.status): \(answer.value)") }
        return answer.text("ticket")
    }
}
