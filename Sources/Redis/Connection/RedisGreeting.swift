import Bytes

/// What is said to a server before anybody's call: who we are, which database, and whether it is what we look for. Pure.
struct RedisGreeting {
    enum Step: Equatable {
        case authenticate
        case select
        case name
        /// It has to be a master. A server that Sentinel has just demoted may not know yet what it is told to be.
        case role
    }

    let steps: [Step]
    private let credentials: RedisCredentials?
    private let database: Int
    private let name: String

    init(_ settings: RedisSettings, requiresMaster: Bool = false) {
        credentials = settings.credentials
        database = settings.database
        // What CLIENT SETNAME takes: printable and without spaces.
        name = String(decoding: settings.name.utf8.filter { $0 > 32 && $0 < 127 }, as: UTF8.self)
        var steps: [Step] = []
        if credentials != nil { steps.append(.authenticate) }
        if database != 0 { steps.append(.select) }
        // Always, so that a connection counts only when the server has answered.
        steps.append(.name)
        if requiresMaster { steps.append(.role) }
        self.steps = steps
    }

    /// All of them at once.
    func write(to out: inout ByteBuffer) {
        for step in steps { command(for: step).write(to: &out) }
    }

    private func command(for step: Step) -> RedisCommand {
        switch step {
        case .authenticate:
            var command = RedisCommand("AUTH")
            if let user = credentials?.user, !user.isEmpty { command.add(user) }
            command.add(credentials?.password ?? "")
            return command
        case .select:
            var command = RedisCommand("SELECT")
            command.add(database)
            return command
        case .name: return RedisCommand("CLIENT", "SETNAME", name)
        case .role: return RedisCommand("ROLE")
        }
    }

    /// Why the answer to a step is not the right one; nil when it is.
    func fault(in answer: RedisValue, to step: Step) -> RedisFault? {
        if case .error(let refusal) = answer {
            // The name is a courtesy that an ACL may forbid.
            return step == .name && refusal.kind == .noPermission ? nil : .refused(withoutSecrets(refusal))
        }
        guard step == .role else { return nil }
        let role = answer[0]?.text ?? "nothing known"
        return role == "master" ? nil : .notSent("it is a \(role), not a master")
    }

    /// A server that does not know `AUTH` repeats what it was told. None of that belongs into a log.
    private func withoutSecrets(_ refusal: RedisRefusal) -> RedisRefusal {
        guard let credentials else { return refusal }
        let secrets = [credentials.password, credentials.user].filter { !$0.isEmpty }
        guard secrets.contains(where: { refusal.message.contains($0) }) else { return refusal }
        return RedisRefusal("\(refusal.message.prefix { $0 != " " }) AUTH is refused, in words that repeat it")
    }
}
