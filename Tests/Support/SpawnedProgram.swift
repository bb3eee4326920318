import CLinux
import Foundation
import Glibc
import Loop

/// A program that a test has started. It inherits nothing but its three streams: no descriptor, no blocked or ignored signal.
///
/// Foundation's `Process` is not used: with more than a thousand open descriptors, as the tests together have, its `run()` on
/// Linux reads beyond the end of a buffer when it lists /proc/self/fd, and ends all of them.
public final class SpawnedProgram: Sendable {
    public let pid: pid_t
    private let end: End

    /// Beyond what any machine needs for anything that ends by itself, but a hang shall end too.
    public static let secondsMax = 300

    /// - Parameters:
    ///   - command: the path of the program, and its arguments.
    ///   - environment: all of it; that of this process unless given.
    ///   - folder: where it works; where this process does unless given.
    ///   - input: what it reads; /dev/null unless given, like the two that it writes to.
    public init(
        _ command: [String], environment: [String: String]? = nil, folder: String? = nil, input: FileHandle? = nil,
        output: FileHandle? = nil, errors: FileHandle? = nil
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (number, stream) in [input, output, errors].enumerated() {
            if let stream {
                posix_spawn_file_actions_adddup2(&actions, stream.fileDescriptor, Int32(number))
            } else {
                posix_spawn_file_actions_addopen(
                    &actions, Int32(number), "/dev/null", number == 0 ? O_RDONLY : O_WRONLY, 0)
            }
        }
        _ = clinux_spawn_close_from(&actions, 3)
        if let folder { _ = clinux_spawn_change_folder(&actions, folder) }

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var (none, all) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        let variables = environment ?? ProcessInfo.processInfo.environment
        var pid = pid_t()
        let code = Self.withCStrings(command) { arguments in
            Self.withCStrings(variables.map { "\($0)=\($1)" }) { variables in
                posix_spawn(&pid, command[0], &actions, &attributes, arguments, variables)
            }
        }
        guard code == 0 else { throw PeerTrouble("starting \(command[0])", code) }
        self.pid = pid
        end = End(of: pid)
        do {
            try Loop.Thread.start(name: "test-reaper") { [end] in end.watch() }.detach()
        } catch {
            Glibc.kill(pid, SIGKILL)
            end.watch()
            throw error
        }
    }

    public var hasEnded: Bool { end.outcome != nil }

    /// Nothing when it has ended: its number may be another's by now.
    public func signal(_ signal: Int32) { end.signal(signal) }

    /// Waits for its end: its exit code, or minus the signal.
    @discardableResult
    public func waitForEnd(secondsMax: Int = secondsMax) throws -> Int32 {
        guard let outcome = end.wait(secondsMax: secondsMax) else {
            throw PeerTrouble(saying: "process \(pid) has not ended in \(secondsMax) s")
        }
        return try outcome.get()
    }

    private static func withCStrings<Result>(
        _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let pointers = texts.map { strdup($0) }
        defer { for pointer in pointers { free(pointer) } }
        return body(pointers + [nil])
    }
}

/// The end of a process, which several may wait for.
private final class End: @unchecked Sendable {
    // Unchecked: every access to what changes holds the condition's lock.
    private let pid: pid_t
    private let condition = NSCondition()
    private var known: Result<Int32, PeerTrouble>?

    init(of pid: pid_t) { self.pid = pid }

    var outcome: Result<Int32, PeerTrouble>? {
        condition.lock()
        defer { condition.unlock() }
        return known
    }

    /// Returns when it has ended and no zombie of it is left. The zombie holds the number, so it goes under the lock: until
    /// then a signal can hit nobody else.
    func watch() {
        var information = siginfo_t()
        while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        condition.lock()
        defer {
            condition.broadcast()
            condition.unlock()
        }
        var status: Int32 = 0
        guard waitpid(pid, &status, 0) == pid else {
            known = .failure(PeerTrouble("somebody else has waited for process \(pid)"))
            return
        }
        let signal = status & 127
        known = .success(signal == 0 ? status >> 8 & 255 : -signal)
    }

    func signal(_ signal: Int32) {
        condition.lock()
        defer { condition.unlock() }
        if known == nil { _ = Glibc.kill(pid, signal) }
    }

    func wait(secondsMax: Int) -> Result<Int32, PeerTrouble>? {
        let latest = Date(timeIntervalSinceNow: Double(secondsMax))
        condition.lock()
        defer { condition.unlock() }
        while known == nil, condition.wait(until: latest) {}
        return known
    }
}
