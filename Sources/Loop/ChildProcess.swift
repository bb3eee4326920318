import CLinux
import Glibc

/// A program started beside this one that inherits some of its descriptors.
public enum ChildProcess {
    /// Starts `path`; the child sees `descriptors` as 3, 4, 5 … and nothing else but the standard three.
    public static func start(
        _ path: String, arguments: [String], environment: [String: String], descriptors: [Int32]
    ) throws(SystemError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // First out of the way of 3, 4, 5 …, so that no copy overwrites one that is still to be copied.
        var parked: [Int32] = []
        defer { for descriptor in parked { close(descriptor) } }
        for descriptor in descriptors {
            let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3 + Int32(descriptors.count) + 64)
            guard copy >= 0 else { throw SystemError("fcntl") }
            parked.append(copy)
        }
        for (index, copy) in parked.enumerated() {
            posix_spawn_file_actions_adddup2(&actions, copy, 3 + Int32(index))
        }
        // What this process was itself started with, and never knew of, ends here.
        _ = clinux_spawn_close_from(&actions, 3 + Int32(descriptors.count))
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

        var child = pid_t()
        let code = withCStrings([path] + arguments) { argv in
            withCStrings(environment.map { "\($0)=\($1)" }) { envp in
                posix_spawn(&child, path, &actions, &attributes, argv, envp)
            }
        }
        guard code == 0 else { throw SystemError("posix_spawn \(path)", code) }
        return child
    }

    /// Takes note of children that have ended, without waiting: their exit status by process id.
    public static func reap() -> [(pid: pid_t, status: Int32)] {
        var ended: [(pid: pid_t, status: Int32)] = []
        var status: Int32 = 0
        while true {
            let pid = waitpid(-1, &status, WNOHANG)
            if pid <= 0 { return ended }
            ended.append((pid, status))
        }
    }

    private static func withCStrings<Result>(
        _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let pointers = texts.map { strdup($0) }
        defer { for pointer in pointers { free(pointer) } }
        return body(pointers + [nil])
    }
}
