import Settings

/// What the command line asks for.
enum Command: Equatable {
    case serve(Options)
    case check(Options)
    case room(RoomCommand)
    case completion(Completion.Shell)
    case keygen([String])
    case token([String])
    case export(ExportCommand)
    case version
    case help(String?)

    /// Flags of `serve` and `check`: where the file is, and what overrides it.
    struct Options: Equatable {
        var configFile: String?
        var overrides: [SettingsOverride] = []
    }
}

/// A command line that cannot be understood: what is wrong, and what to write.
struct UsageProblem: Error, Equatable, CustomStringConvertible {
    let description: String
}

/// Reads the command line. Values are checked later, together with the file's.
enum Arguments {
    /// A flag, the key that it overrides, and how its value is written.
    struct Flag {
        let name: String
        let key: String
        let value: String
        let help: String
        /// May be given more than once; the values make a list.
        var isList = false
    }

    static let flags: [Flag] = [
        Flag(
            name: "--listen", key: "server.listen", value: "HOST:PORT", help: "where visitors come in [127.0.0.1:8080]",
            isList: true),
        Flag(
            name: "--upstream", key: "upstream.servers", value: "URL",
            help: "the site behind, such as http://127.0.0.1:3000",
            isList: true),
        Flag(
            name: "--admin", key: "admin.listen", value: "HOST:PORT|off",
            help: "dashboard, metrics and health, for operators only [127.0.0.1:9900]", isList: true),
        Flag(
            name: "--rate", key: "room.rate", value: "100|6000/m", help: "how many are let in, a second or so [100/s]"),
        Flag(
            name: "--max-active", key: "room.max_active", value: "COUNT|off",
            help: "how many may be inside at a time [10000]"),
        Flag(name: "--limit", key: "limits.per_address", value: "100/s|off", help: "requests per client address [100/s]"),
    ]

    static func parse(_ arguments: [String]) throws(UsageProblem) -> Command {
        guard let name = arguments.first else { return .help(nil) }
        let rest = Array(arguments.dropFirst())
        switch name {
        case "serve":
            return isHelp(rest) ? .help("serve") : .serve(try options(rest, of: "serve"))
        case "check":
            return isHelp(rest) ? .help("check") : .check(try options(rest, of: "check"))
        case "room", "rooms":
            if isHelp(rest) { return .help(name) }
            return .room(try RoomCommand(rest, isList: name == "rooms"))
        case "completion":
            if isHelp(rest) { return .help(name) }
            guard rest.count == 1, let shell = Completion.Shell(rawValue: rest[0]) else {
                let all = Completion.Shell.allCases.map(\.rawValue).joined(separator: ", ")
                throw UsageProblem(description: "completion takes one of: \(all)")
            }
            return .completion(shell)
        case "keygen":
            return isHelp(rest) ? .help("keygen") : .keygen(rest)
        case "token":
            return rest.isEmpty || isHelp(rest) ? .help("token") : .token(rest)
        case "export":
            return rest.isEmpty || isHelp(rest) ? .help("export") : .export(try ExportCommand(rest))
        case "version", "--version", "-V":
            return .version
        case "help", "--help", "-h":
            return .help(rest.first)
        default:
            throw UsageProblem(
                description: "\"\(name)\" is no command; try one of: \(CommandTable.names) (waitingroom help)")
        }
    }

    private static func isHelp(_ arguments: [String]) -> Bool {
        arguments.contains { $0 == "--help" || $0 == "-h" }
    }

    private static func options(_ arguments: [String], of command: String) throws(UsageProblem) -> Command.Options {
        var options = Command.Options()
        var lists: [String: [String]] = [:]
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let name = parts[0]
            let known = name == "--config" || name == "--set" || flags.contains { $0.name == name }
            guard known else {
                let all = (["--config"] + flags.map(\.name) + ["--set"]).joined(separator: ", ")
                throw UsageProblem(description: "\"\(argument)\" is no flag of \(command); there are \(all)")
            }
            guard let value = parts.count == 2 ? parts[1] : rest.popFirst(), !value.isEmpty else {
                throw UsageProblem(description: "\(name) needs a value, such as \(name) \(example(name))")
            }
            if name == "--config" {
                guard options.configFile == nil else { throw UsageProblem(description: "--config is given twice") }
                options.configFile = value
            } else if name == "--set" {
                options.overrides.append(try setting(value, options.overrides))
            } else if let flag = flags.first(where: { $0.name == name }), flag.isList {
                lists[name, default: []].append(value)
            } else if options.overrides.contains(where: { $0.flag == name }) {
                throw UsageProblem(description: "\(name) is given twice; which one is meant?")
            } else if let flag = flags.first(where: { $0.name == name }) {
                options.overrides.append(SettingsOverride(flag.key, value, flag: name))
            }
        }
        for flag in flags {
            guard let values = lists[flag.name] else { continue }
            options.overrides.append(SettingsOverride(flag.key, values.joined(separator: ","), flag: flag.name))
        }
        return options
    }

    /// `--set SECTION.KEY=VALUE`, for every key of the file.
    private static func setting(_ text: String, _ known: [SettingsOverride]) throws(UsageProblem) -> SettingsOverride {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, !parts[0].isEmpty else {
            throw UsageProblem(
                description: "--set takes SECTION.KEY=VALUE, such as --set room.state=paused; it got \"\(text)\"")
        }
        guard !known.contains(where: { $0.key == parts[0] }) else {
            throw UsageProblem(description: "\(parts[0]) is given twice; which one is meant?")
        }
        return SettingsOverride(parts[0], parts[1], flag: "--set \(parts[0])")
    }

    private static func example(_ name: String) -> String {
        switch name {
        case "--config": "config.toml"
        case "--listen": "127.0.0.1:8080"
        case "--upstream": "http://127.0.0.1:3000"
        case "--admin": "127.0.0.1:9900"
        case "--rate": "100"
        case "--max-active": "1000"
        case "--set": "room.state=paused"
        default: "100/s"
        }
    }
}
