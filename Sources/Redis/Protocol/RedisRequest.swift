import Bytes

/// What goes to a server as one piece, with nobody else's commands in between, and gets one answer.
enum RedisRequest {
    case command(RedisCommand)
    /// After `ASK`: the flag that `ASKING` sets lasts for the next command.
    case asking(RedisCommand)
    /// `MULTI`, the commands, `EXEC`.
    case transaction([RedisCommand])

    /// How many replies come; the last one is the answer.
    var replyCount: Int {
        switch self {
        case .command: 1
        case .asking: 2
        case .transaction(let commands): commands.count + 2
        }
    }

    var byteCount: Int {
        switch self {
        case .command(let command): command.byteCount
        case .asking(let command): command.byteCount + 24
        case .transaction(let commands):
            commands.reduce(64) { $0 + $1.byteCount + ($1.script?.source.utf8.count ?? 0) }
        }
    }

    /// Of the first command that has a key.
    var slot: UInt16? {
        switch self {
        case .command(let command), .asking(let command): command.slot
        case .transaction(let commands): commands.lazy.compactMap(\.slot).first
        }
    }

    /// For the node that `ASK` points to. A transaction cannot be asked for so.
    var asking: RedisRequest {
        if case .command(let command) = self { .asking(command) } else { self }
    }

    /// It calls a script that the server may not have.
    var hasScript: Bool {
        switch self {
        case .command(let command), .asking(let command): command.script != nil
        case .transaction: false
        }
    }

    /// What to send after `NOSCRIPT`; nil when that cannot help.
    var withSource: RedisRequest? {
        switch self {
        case .command(let command): command.script == nil ? nil : .command(command.withSource())
        case .asking(let command): command.script == nil ? nil : .asking(command.withSource())
        case .transaction: nil
        }
    }

    func write(to out: inout ByteBuffer) {
        switch self {
        case .command(let command): command.write(to: &out)
        case .asking(let command):
            out.append("*1\r\n$6\r\nASKING\r\n")
            command.write(to: &out)
        case .transaction(let commands):
            out.append("*1\r\n$5\r\nMULTI\r\n")
            // Within a transaction NOSCRIPT would come when other commands are done already.
            for command in commands { command.withSource().write(to: &out) }
            out.append("*1\r\n$4\r\nEXEC\r\n")
        }
    }
}
