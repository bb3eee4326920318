import Foundation
import TestSupport

/// A program that is run to its end: openssl, curl, promtool, or ours with a command that does not serve.
enum Tool {
    /// `input` is what it reads; the program is looked up in the search path unless it is a path.
    static func run(_ command: [String], input: String = "", in folder: String? = nil) throws -> FinishedProgram {
        try FinishedProgram.run(
            ["/usr/bin/env"] + command, folder: folder, input: Data(input.utf8), secondsMax: Patience.seconds)
    }

    /// The same, where only success will do.
    static func succeed(_ command: [String], input: String = "", in folder: String? = nil) throws -> String {
        let tool = try run(command, input: input, in: folder)
        guard tool.exitCode == 0 else {
            throw Trouble("\(command.joined(separator: " ")) ended with \(tool.exitCode): \(tool.said)")
        }
        return tool.output
    }
}
