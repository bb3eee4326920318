import Foundation
import Glibc
import Loop
import Synchronization

/// A server process and what belongs to it.
final class RunningPostgres: Sendable {
    let log: PostgresLog
    private let pid: pid_t

    init(folder: String) throws {
        let pipe = Pipe()
        let command = try PostgresPrograms.asAccount + [PostgresPrograms.path("postgres"), "-D", folder + "/data"]
        pid = try ChildProcess.start(
            "/bin/sh", arguments: ["-c", "cd / && exec \"$@\" >&3 2>&1 </dev/null 3>&-", "postgres"] + command,
            environment: ["PATH": "/usr/bin:/bin", "LC_ALL": "C"],
            descriptors: [pipe.fileHandleForWriting.fileDescriptor])
        try pipe.fileHandleForWriting.close()
        log = try PostgresLog(pipe.fileHandleForReading)
    }

    func waitUntilReady() throws {
        do {
            try log.waitFor("database system is ready to accept connections")
        } catch {
            _ = kill(pid, SIGKILL)
            try? waitForEnd(of: pid, "the PostgreSQL server")
            throw error
        }
    }

    /// Waits until nothing of it is left: every process of the server holds the pipe of the log.
    func end(_ signal: Int32) throws {
        let children = Self.children(of: pid)
        _ = kill(pid, signal)
        for child in children {
            if signal == SIGKILL { _ = kill(child, signal) }
            _ = kill(child, SIGCONT)
        }
        _ = kill(pid, SIGCONT)
        try log.waitForEnd()
        try waitForEnd(of: pid, "the PostgreSQL server")
    }

    func suspend() throws {
        // The one that makes the others first, so that none comes unseen.
        try Self.stop(pid)
        for child in Self.children(of: pid) { try Self.stop(child) }
    }

    func resume() {
        for process in Self.children(of: pid) + [pid] { _ = kill(process, SIGCONT) }
    }

    /// Sends SIGSTOP and waits until the kernel says that it stands.
    private static func stop(_ process: pid_t) throws {
        _ = kill(process, SIGSTOP)
        let begun = Clock.system.monotonic
        while let state = status(of: process)?.state, state != "T", state != "Z" {
            if Clock.system.monotonic - begun > UInt64(patienceSeconds) * 1_000_000_000 {
                throw PeerTrouble(saying: "process \(process) does not stop")
            }
            sched_yield()
        }
    }

    private static func children(of parent: pid_t) -> [pid_t] {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return entries.compactMap { pid_t($0) }.filter { status(of: $0)?.parent == parent }
    }

    /// The two fields behind the name in proc_pid_stat(5); the name may hold anything, also parentheses.
    private static func status(of process: pid_t) -> (state: Substring, parent: pid_t)? {
        guard let bytes = FileManager.default.contents(atPath: "/proc/\(process)/stat") else { return nil }
        let fields = String(decoding: bytes, as: UTF8.self).split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 1, let parent = pid_t(fields[1]) else { return nil }
        return (fields[0], parent)
    }
}

/// What a server writes, read by a thread until all its processes are gone.
final class PostgresLog: Sendable {
    private struct State {
        var text = ""
        var isEnded = false
    }

    private static let bytesMax = 1 << 20
    private let state = Mutex(State())
    private let condition = NSCondition()

    init(_ handle: FileHandle) throws {
        _ = try Loop.Thread.start(name: "test-postgres") {
            while case let more = handle.availableData, !more.isEmpty {
                self.change { $0.text = String(($0.text + String(decoding: more, as: UTF8.self)).suffix(Self.bytesMax)) }
            }
            self.change { $0.isEnded = true }
        }
    }

    var text: String { state.withLock { $0.text } }

    func waitFor(_ line: String) throws {
        try wait("to say \"\(line)\"") { $0.text.contains(line) || $0.isEnded }
        let text = text
        guard text.contains(line) else {
            throw PeerTrouble(saying: "the PostgreSQL server ended, and was to say \"\(line)\": \(text)")
        }
    }

    func waitForEnd() throws { try wait("to end, with all its processes") { $0.isEnded } }

    private func change(_ body: (inout sending State) -> Void) {
        condition.lock()
        state.withLock { body(&$0) }
        condition.broadcast()
        condition.unlock()
    }

    private func wait(_ what: String, _ isSo: (State) -> Bool) throws {
        condition.lock()
        defer { condition.unlock() }
        let limit = Date(timeIntervalSinceNow: Double(patienceSeconds))
        while !state.withLock({ isSo($0) }) {
            guard condition.wait(until: limit) else {
                throw PeerTrouble(saying: "waited \(patienceSeconds) s in vain for the PostgreSQL server \(what): \(text)")
            }
        }
    }
}
