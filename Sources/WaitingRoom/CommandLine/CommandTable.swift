/// What there is to type: help, completion and messages all follow from this one table.
struct CommandTable {
    struct Entry {
        let name: String
        let summary: String
        /// How it is written, behind its name.
        var usage = ""
        var flags: [Flag] = []
        /// What follows a room's name.
        var actions: [Action] = []
    }

    struct Flag {
        let name: String
        /// Empty: it has none.
        var value = ""
        let help: String
        var isFile = false
    }

    struct Action {
        let name: String
        var usage = ""
        let help: String
    }

    static let all: [Entry] = [
        Entry(name: "serve", summary: "run the waiting room", usage: "[--config FILE] [flags]", flags: serve),
        Entry(name: "check", summary: "check a configuration and exit", usage: "--config FILE [flags]", flags: serve),
        Entry(
            name: "room", summary: "see and change a room while it runs", usage: "NAME ACTION [flags]", flags: admin,
            actions: actions),
        Entry(name: "rooms", summary: "list the rooms", usage: "[flags]", flags: admin),
        Entry(
            name: "keygen", summary: "make a key for tokens", usage: "[--add FILE [--front]]",
            flags: [
                Flag(name: "--add", value: "FILE", help: "put it at the end of this file", isFile: true),
                Flag(name: "--front", help: "put it at the front: it signs"),
            ]),
        Entry(
            name: "token", summary: "read a token, make one for a monitor", usage: "inspect TOKEN | monitor --for 30d",
            flags: [
                Flag(name: "--keys", value: "FILE", help: "the keys file", isFile: true),
                Flag(name: "--room", value: "NAME", help: "judge it in this room"),
                Flag(name: "--for", value: "TIME", help: "how long a monitor's is good"),
            ]),
        Entry(
            name: "export", summary: "prove order, rate and draw after a sale", usage: "--config FILE | check FILE",
            flags: exportMaking + exportChecking),
        Entry(name: "completion", summary: "print completion for a shell", usage: "bash|zsh|fish"),
        Entry(name: "version", summary: "print the version"),
        Entry(name: "help", summary: "print this, or the help of a command", usage: "[COMMAND]"),
    ]

    static var names: String { all.map(\.name).joined(separator: ", ") }

    private static let serve: [Flag] =
        [Flag(name: "--config", value: "FILE", help: "settings", isFile: true)]
        + Arguments.flags.map { Flag(name: $0.name, value: $0.value, help: $0.help) }
        + [Flag(name: "--set", value: "SECTION.KEY=VALUE", help: "any other key of the file")]

    static let admin: [Flag] = [
        Flag(name: "--admin", value: "URL", help: "the admin listener [that of --config, else http://127.0.0.1:9900]"),
        Flag(
            name: "--token-file", value: "FILE",
            help: "where the token is [WAITINGROOM_TOKEN, that of --config, else state/admin-token]", isFile: true),
        Flag(name: "--config", value: "FILE", help: "the configuration of the program that runs", isFile: true),
        Flag(name: "--json", help: "print what the listener answers"),
    ]

    static let exportMaking: [Flag] = [
        Flag(name: "--config", value: "FILE", help: "the configuration of the program that ran", isFile: true),
        Flag(name: "--room", value: "NAME", help: "which room, where there are several"),
        Flag(name: "--format", value: "csv|json", help: "[json for a FILE.json, else csv]"),
        Flag(name: "--out", value: "FILE", help: "where to [the output]", isFile: true),
        Flag(name: "--reveal", help: "with the ids of tickets whose place was drawn, so that anyone can check the draw"),
    ]

    static let exportChecking: [Flag] = [
        Flag(name: "--ticket", value: "TICKET", help: "what it says of this one: by id, ticket or pass; may be repeated")
    ]

    static let actions: [Action] = [
        Action(name: "status", usage: "[--watch]", help: "what goes on; --watch says it each second"),
        Action(
            name: "set", usage: "KEY=VALUE … [--dry-run]",
            help: "change rate, burst, max_active, state, opens_at or message live; KEY= takes it back"),
        Action(name: "pause", help: "let nobody in, keep the line"),
        Action(name: "queue", help: "everybody queues"),
        Action(name: "auto", help: "a line only when rate or max_active is reached"),
        Action(name: "open", help: "nobody queues"),
        Action(name: "close", help: "a closing page; who is inside may finish"),
        Action(name: "message", usage: "TEXT", help: "what everybody on the page reads; \"\" takes it back"),
        Action(name: "ticket", usage: "TICKET", help: "what became of a visitor: by id, ticket or pass"),
        Action(name: "revoke", usage: "TICKET [--for 1h]", help: "take a visitor out, and keep it out for so long"),
    ]
}
