import Foundation
import Glibc

/// A program that has run to its end, and what it wrote.
public struct FinishedProgram: Sendable {
    /// Minus the signal when one ended it.
    public let exitCode: Int32
    public let output: String
    public let errors: String

    /// Both, for whom it is the same where something was said.
    public var said: String { output + errors }

    /// Runs it and waits; `input` is what it reads. One that does not end is killed, and an error that quotes it. The other
    /// arguments are those of `SpawnedProgram`.
    public static func run(
        _ command: [String], environment: [String: String]? = nil, folder: String? = nil, input: Data = Data(),
        secondsMax: Int = SpawnedProgram.secondsMax
    ) throws -> FinishedProgram {
        // Files, since nobody waits for a file: neither for one to read what fills a pipe, nor for a grandchild to close it.
        let (given, output, errors) = (try namelessFile(), try namelessFile(), try namelessFile())
        try given.write(contentsOf: input)
        try given.seek(toOffset: 0)
        let program = try SpawnedProgram(
            command, environment: environment, folder: folder, input: given, output: output, errors: errors)
        do {
            let code = try program.waitForEnd(secondsMax: secondsMax)
            return FinishedProgram(exitCode: code, output: try text(of: output), errors: try text(of: errors))
        } catch {
            program.signal(SIGKILL)
            try program.waitForEnd()
            let said = try text(of: output) + text(of: errors)
            throw PeerTrouble(saying: "\(command.joined(separator: " ")): \(error); it said: \(said)")
        }
    }

    /// The same, where only success will do; what it said.
    @discardableResult
    public static func succeed(
        _ command: [String], environment: [String: String]? = nil, folder: String? = nil, input: Data = Data()
    ) throws -> String {
        let program = try run(command, environment: environment, folder: folder, input: input)
        guard program.exitCode == 0 else {
            throw PeerTrouble(
                saying: "\(command.joined(separator: " ")) ended with \(program.exitCode): \(program.said)")
        }
        return program.said
    }

    private static func namelessFile() throws -> FileHandle {
        var path = Array((NSTemporaryDirectory() + "program-XXXXXX").utf8CString)
        let descriptor = mkstemp(&path)
        guard descriptor >= 0 else { throw PeerTrouble("mkstemp") }
        unlink(path)
        return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    private static func text(of file: FileHandle) throws -> String {
        try file.seek(toOffset: 0)
        return String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
    }
}
