import Foundation

/// A program that is run to its end: openssl, curl, promtool, or ours with a command that does not serve.
struct Tool {
    let exitCode: Int32
    let output: String
    let errors: String

    /// `input` is what it reads; the program is looked up in the search path unless it is a path.
    static func run(_ command: [String], input: String = "", in folder: String? = nil) throws -> Tool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
        let (stdin, stdout, stderr) = (Pipe(), Pipe(), Pipe())
        process.standardInput = stdin
        process.standardOutput = stdout
        process.standardError = stderr
        let ended = Shared<Int32?>(nil)
        process.terminationHandler = { process in ended.change { $0 = process.terminationStatus } }
        try process.run()
        let out = Worker { String(decoding: stdout.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self) }
        let err = Worker { String(decoding: stderr.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self) }
        try? stdin.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try? stdin.fileHandleForWriting.close()
        do {
            let code = try ended.wait(for: command.joined(separator: " ")) { $0 }
            return Tool(exitCode: code, output: try out.value(), errors: try err.value())
        } catch {
            kill(process.processIdentifier, SIGKILL)
            throw error
        }
    }

    /// The same, where only success will do.
    static func succeed(_ command: [String], input: String = "", in folder: String? = nil) throws -> String {
        let tool = try run(command, input: input, in: folder)
        guard tool.exitCode == 0 else {
            throw Trouble("\(command.joined(separator: " ")) ended with \(tool.exitCode): \(tool.errors)\(tool.output)")
        }
        return tool.output
    }
}
