/// What `waitingroom help` prints.
enum HelpText {
    static let version = "0.1.0"

    static func text(_ topic: String?) -> String {
        switch topic {
        case "serve": serve
        case "check": check
        default: overview
        }
    }

    private static let overview = """
        waitingroom \(version): a waiting room in front of a site, for when everybody comes at once.

        Try it in front of a site of yours:
          waitingroom serve --upstream http://127.0.0.1:3000
        and open http://127.0.0.1:8080. Metrics and health are at http://127.0.0.1:9900.

        Commands
          serve     run the waiting room                 (waitingroom help serve)
          check     check a configuration and exit       (waitingroom help check)
          version   print the version
          help      print this, or the help of a command

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

    private static var flagLines: String {
        Arguments.flags.map { flag in
            let left = "\(flag.name) \(flag.value)"
            let gap = String(repeating: " ", count: max(2, 23 - left.count))
            return "  \(left)\(gap)\(flag.help)"
        }.joined(separator: "\n")
    }
}
