import Foundation
import TestSupport

/// The program as users run it: a process with a configuration file, in a folder of its own, on ports that are free.
final class RunningProgram: Sendable {
    let folder: TemporaryFolder
    /// What it writes to stderr, its log; and to stdout, its access log.
    let log: ProgramLog
    let access: ProgramLog
    private let program: SpawnedProgram
    var pid: pid_t { program.pid }

    /// The executable, which is built next to the tests.
    static let executable: String = {
        let tests =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        return URL(fileURLWithPath: tests).deletingLastPathComponent().appendingPathComponent("waitingroom").path
    }()

    /// Starts `serve` and waits until it serves. `wrapper`: a command that runs it, such as a shell that lowers a limit.
    convenience init(
        _ config: ConfigText, flags: [String] = [], environment: [String: String] = [:], wrapper: [String] = [],
        folder: TemporaryFolder? = nil
    ) throws {
        let folder = try folder ?? TemporaryFolder()
        let file = try folder.write("config.toml", config.text)
        try self.init(
            arguments: ["serve", "--config", file] + flags, environment: environment, wrapper: wrapper, folder: folder)
        do {
            try log.wait("serving")
        } catch {
            stop()
            throw error
        }
    }

    init(arguments: [String], environment: [String: String] = [:], wrapper: [String] = [], folder: TemporaryFolder) throws {
        self.folder = folder
        // By a link, as releases are deployed: a test may point it to something else.
        let link = folder.path("waitingroom")
        try? FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: Self.executable)
        let (stdout, stderr) = (Pipe(), Pipe())
        program = try SpawnedProgram(
            wrapper + [link] + arguments, environment: ProcessInfo.processInfo.environment.merging(environment) { $1 },
            // What it keeps unless it is told where is its own.
            folder: folder.path,
            output: stdout.fileHandleForWriting, errors: stderr.fileHandleForWriting)
        try stdout.fileHandleForWriting.close()
        try stderr.fileHandleForWriting.close()
        log = ProgramLog(stderr.fileHandleForReading)
        access = ProgramLog(stdout.fileHandleForReading)
    }

    deinit { stop() }

    // MARK: Where it listens

    private func endpoint(_ field: String) throws -> UInt16 {
        let text = try log.wait("serving")[field]
        guard let port = text.split(separator: ",").first?.split(separator: ":").last.flatMap({ UInt16($0) }) else {
            throw Trouble("it does not say where it listens: \(text)")
        }
        return port
    }

    var port: UInt16 { get throws { try endpoint("listen") } }
    var tlsPort: UInt16 { get throws { try endpoint("tls") } }
    var adminPort: UInt16 { get throws { try endpoint("admin") } }

    func connect(window: Int32? = nil) throws -> RawConnection { try RawConnection(to: port, window: window) }

    /// One request on a connection of its own.
    func ask(_ target: String, _ fields: [String] = [], method: String = "GET", body: String? = nil) throws -> Message {
        try connect().ask(target, fields, method: method, body: body)
    }

    func askAdmin(_ target: String) throws -> Message { try RawConnection(to: adminPort).ask(target, ["Connection: close"]) }

    /// The value of one series of `/metrics`, with its labels as they are written.
    func metric(_ series: String) throws -> Double {
        let page = try askAdmin("/metrics").text
        for line in page.split(separator: "\n") where line.hasPrefix(series + " ") {
            if let value = Double(line.dropFirst(series.count + 1)) { return value }
        }
        throw Trouble("/metrics has no \(series)")
    }

    // MARK: What is done to it

    func signal(_ signal: Int32) { program.signal(signal) }

    /// Writes the configuration in place.
    func write(_ config: ConfigText) throws { try folder.write("config.toml", config.text) }

    /// Its exit code, or minus the signal that ended it.
    func waitForEnd() throws -> Int32 {
        do {
            return try program.waitForEnd(secondsMax: Patience.seconds)
        } catch {
            throw Trouble("\(error); it wrote:\n\(log.text)")
        }
    }

    var hasEnded: Bool { program.hasEnded }

    /// Ends it, and every process that has taken over from it.
    func stop() {
        program.signal(SIGKILL)
        for line in log.all("serving") {
            if let other = pid_t(line["pid"]), other != pid { kill(other, SIGKILL) }
        }
        _ = try? program.waitForEnd(secondsMax: Patience.seconds)
    }

    /// A line of `/proc/PID/status` in kilobytes, such as `VmHWM`.
    func memoryKilobytes(_ key: String) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        for line in status.split(separator: "\n") where line.hasPrefix(key + ":") {
            if let number = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap({ Int($0) }) {
                return number
            }
        }
        throw Trouble("/proc says no \(key)")
    }
}
