import Glibc
import Settings

/// The program: command line in, exit code out.
public enum Program {
    static let exitDone: Int32 = 0
    static let exitFailed: Int32 = 1
    static let exitWrong: Int32 = 2

    public static func run(_ arguments: [String], environment: [String: String]) -> Int32 {
        let command: Command
        do {
            command = try Arguments.parse(Array(arguments.dropFirst()))
        } catch {
            complain("waitingroom: \(error)")
            return exitWrong
        }
        switch command {
        case .help(let topic):
            print(HelpText.text(topic))
            return exitDone
        case .room(let command):
            return command.run(environment)
        case .completion(let shell):
            print(Completion.script(shell), terminator: "")
            return exitDone
        case .version:
            print("waitingroom \(HelpText.version)")
            return exitDone
        case .keygen(let arguments):
            return finish { () throws(UsageProblem) in try KeygenCommand.run(arguments) }
        case .token(let arguments):
            return finish { () throws(UsageProblem) in try TokenCommand.run(arguments) }
        case .export(let command):
            return command.run()
        case .check(let options):
            return check(options)
        case .serve(let options):
            return serve(options, arguments: arguments, environment: environment)
        }
    }

    private static func finish(_ command: () throws(UsageProblem) -> (said: String, code: Int32)) -> Int32 {
        do {
            let (said, code) = try command()
            print(said)
            return code
        } catch {
            complain("waitingroom: \(error)")
            return exitWrong
        }
    }

    private static func check(_ options: Command.Options) -> Int32 {
        do {
            let source = SettingsSource(options)
            _ = try EdgePlan.prepare(try source.load(), makesKeys: false)
            print("\(options.configFile ?? "the flags"): no problem found")
            return exitDone
        } catch {
            complain("\(error)")
            return exitWrong
        }
    }

    private static func serve(_ options: Command.Options, arguments: [String], environment: [String: String]) -> Int32 {
        let source = SettingsSource(options)
        let plan: EdgePlan
        do {
            plan = try EdgePlan.prepare(try source.load())
        } catch {
            complain("\(error)")
            return exitWrong
        }
        do {
            let service = try Service(plan, source: source, arguments: arguments, environment: environment)
            return service.run()
        } catch {
            complain("waitingroom: \(error)")
            return exitFailed
        }
    }

    static func complain(_ text: String) {
        let line = Array((text + "\n").utf8)
        _ = write(STDERR_FILENO, line, line.count)
    }
}

/// Where settings come from, to read them again on a reload.
struct SettingsSource: Sendable {
    let configFile: String?
    let overrides: [SettingsOverride]

    init(_ options: Command.Options) {
        configFile = options.configFile
        overrides = options.overrides
    }

    func load() throws(SettingsProblems) -> Settings {
        let required = ["upstream.servers": "--upstream"]
        guard let configFile else {
            return try Settings.load(
                bytes: nil, overrides: overrides, required: required, fileTrouble: SettingsFile.trouble)
        }
        return try Settings.load(
            bytes: try SettingsFile.read(configFile), file: configFile, overrides: overrides, required: required,
            fileTrouble: SettingsFile.trouble)
    }
}
