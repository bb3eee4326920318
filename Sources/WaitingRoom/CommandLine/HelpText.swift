/// What `waitingroom help` prints.
enum HelpText {
    static let version = "0.1.0"

    static func text(_ topic: String?) -> String {
        switch topic {
        case "serve": serve
        case "check": check
        case "room", "rooms": room
        case "completion": completion
        case "keygen": KeygenCommand.help
        case "token": TokenCommand.help
        case "export": ExportCommand.help
        default: overview
        }
    }

    private static let overview = """
        waitingroom \(version): a waiting room in front of a site, for when everybody comes at once.

        Try it in front of a site of yours:
          waitingroom serve --upstream http://127.0.0.1:3000
        and open http://127.0.0.1:8080. The dashboard, metrics and health are at http://127.0.0.1:9900.
        Change the rate while it runs:
          waitingroom room main set rate=200

        Commands
        \(commandLines)
        waitingroom help COMMAND says more of each.

        Exit codes: 0 done; 1 it could not run or go on; 2 the command line or the configuration is wrong.
        """

    private static let serve = """
        waitingroom serve [--config FILE] [flags]: run the waiting room.

        Flags win over the file. With neither a file nor --upstream there is nothing to serve.
          --config FILE          settings; config.toml that comes with the program explains every key
        \(flagLines)
          --set SECTION.KEY=VALUE  any other key of the file, as in --set room.state=paused
        --listen, --upstream and --admin may be given several times.

        Signals
          TERM, INT, QUIT   finish what is in flight, take nothing new, end; a second one ends at once
          HUP               read the configuration and the certificates again, reopen log files
          USR1              reopen log files
          USR2              start the program file anew and hand it the listening sockets; this process drains
        """

    private static let check = """
        waitingroom check --config FILE [flags]: say everything that is wrong with a configuration, start nothing.

        Takes the flags of serve. Exit code 0 when all is well, 2 when not.
        """

    private static let room = """
        waitingroom room NAME ACTION [flags]: see and change a room of a program that runs, by its admin listener.
        waitingroom rooms [flags]: list the rooms.

        Actions
        \(lines(CommandTable.actions.map { ("\($0.name) \($0.usage)", $0.help) }, width: 28))

        Flags
        \(lines(CommandTable.admin.map { ("\($0.name) \($0.value)", $0.help) }, width: 21))

        What is set live holds on all nodes, wins over the file and stays until it is taken back:
          waitingroom room main set rate=200 max_active=20000
          waitingroom room main set rate= max_active=          as configured again
          waitingroom room main set rate=400 --dry-run         say what that would do to the wait, change nothing
          waitingroom room main message "Doors open at noon."
          waitingroom room main status --watch

        Exit codes: 0 done; 1 refused, not reached, or not in force yet; 2 the command line is wrong.
        """

    private static let completion = """
        waitingroom completion bash|zsh|fish: print completion for a shell.

          bash   waitingroom completion bash > /etc/bash_completion.d/waitingroom
          zsh    waitingroom completion zsh > "${fpath[1]}/_waitingroom"
          fish   waitingroom completion fish > ~/.config/fish/completions/waitingroom.fish
        """

    private static var commandLines: String { lines(CommandTable.all.map { ($0.name, $0.summary) }, width: 12) }

    static func lines(_ rows: [(String, String)], width: Int) -> String {
        rows.map { left, right in
            let gap = String(repeating: " ", count: max(2, width - left.count))
            return "  \(left)\(gap)\(right)"
        }.joined(separator: "\n")
    }

    private static var flagLines: String {
        Arguments.flags.map { flag in
            let left = "\(flag.name) \(flag.value)"
            let gap = String(repeating: " ", count: max(2, 23 - left.count))
            return "  \(left)\(gap)\(flag.help)"
        }.joined(separator: "\n")
    }
}
