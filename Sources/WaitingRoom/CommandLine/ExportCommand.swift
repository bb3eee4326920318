import Admission
import Ledger
import Settings

/// `waitingroom export`: what proves a sale afterwards, and whether it does.
enum ExportCommand: Equatable {
    struct Making: Equatable {
        var configFile: String?
        var room: String?
        var format: ExportFormat?
        var out: String?
        var reveals = false
        var ledgers: [String] = []
    }

    case make(Making)
    case check(file: String, tickets: [String])

    static let help = """
        waitingroom export [--config FILE] [--room NAME] [flags] [LEDGER]…: order, rate and draw of a room as one file that proves them.

        Takes the room's ledgers out of state_dir of --config, and LEDGERs of other nodes: files, or folders of them. Ticket ids are
        hashed: nobody can use or recognize a ticket by an export, and each holder finds its own. docs/EXPORT.md says what is in it.
        \(flagLines(CommandTable.exportMaking))

        waitingroom export check FILE [--ticket TICKET]…: say whether what was promised was kept, by nothing but FILE.
        \(flagLines(CommandTable.exportChecking))
        scripts/check-export does the same in Python, for whoever trusts no program of yours.

        Exit codes of check: 0 all holds; 1 something does not, and the rows are named; 2 FILE cannot be read; 3 nothing is found
        wrong, and not everything can be proven, since something is missing that is named.
        """

    private static func flagLines(_ flags: [CommandTable.Flag]) -> String {
        HelpText.lines(flags.map { ("\($0.name) \($0.value)", $0.help) }, width: 21)
    }

    init(_ arguments: [String]) throws(UsageProblem) {
        self = arguments.first == "check" ? try Self.checking(arguments.dropFirst()) : try Self.making(arguments[...])
    }

    private static func checking(_ arguments: ArraySlice<String>) throws(UsageProblem) -> ExportCommand {
        var (file, tickets): (String?, [String]) = (nil, [])
        try read(arguments, CommandTable.exportChecking, of: "export check") { flag, value throws(UsageProblem) in
            if flag != nil { return tickets.append(value) }
            guard file == nil else { throw UsageProblem(description: "\"\(value)\" is one word too many for export check") }
            file = value
        }
        guard let file else { throw UsageProblem(description: "export check needs a file that waitingroom export has made") }
        return .check(file: file, tickets: tickets)
    }

    private static func making(_ arguments: ArraySlice<String>) throws(UsageProblem) -> ExportCommand {
        var making = Making()
        try read(arguments, CommandTable.exportMaking, of: "export") { flag, value throws(UsageProblem) in
            switch flag {
            case "--config": making.configFile = value
            case "--room": making.room = value
            case "--out": making.out = value
            case "--reveal": making.reveals = true
            case "--format":
                guard let format = ExportFormat(rawValue: value) else {
                    throw UsageProblem(description: "--format is csv or json, not \"\(value)\"")
                }
                making.format = format
            default: making.ledgers.append(value)
            }
        }
        guard making.configFile != nil || !making.ledgers.isEmpty else {
            throw UsageProblem(description: "export of what? --config FILE of the program that ran, or ledgers")
        }
        return .make(making)
    }

    /// Words come without a flag.
    private static func read(
        _ arguments: ArraySlice<String>, _ flags: [CommandTable.Flag], of command: String,
        _ take: (String?, String) throws(UsageProblem) -> Void
    ) throws(UsageProblem) {
        var rest = arguments
        while let argument = rest.popFirst() {
            guard argument.hasPrefix("--") else {
                try take(nil, argument)
                continue
            }
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard let flag = flags.first(where: { $0.name == parts[0] }) else {
                let all = flags.map(\.name).joined(separator: ", ")
                throw UsageProblem(description: "\"\(argument)\" is no flag of \(command); there are \(all)")
            }
            if flag.value.isEmpty {
                try take(flag.name, "")
            } else if let value = parts.count == 2 ? parts[1] : rest.popFirst(), !value.isEmpty {
                try take(flag.name, value)
            } else {
                throw UsageProblem(description: "\(flag.name) needs a value")
            }
        }
    }
}
