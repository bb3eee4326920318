import Foundation
import Glibc
import Loop

/// A small process that outlives the test process by a moment, ends the server in a folder and removes the folder: however
/// a test ends, by crash or by hand, nothing stays behind.
final class PostgresWatchdog: Sendable {
    /// The test process holds this end of a pipe; when it closes, with the process or with this object, the dog wakes.
    private let leash: Int32
    let process: pid_t

    /// Signals that end a test run go to its whole group, and this process is there to be left over. The pid of the server
    /// is read at the end, since it may have been started anew. Who is stopped is continued, since a stopped process dies of
    /// nothing but SIGKILL; backends end by themselves when their server is gone.
    private static let script = """
        trap '' INT TERM HUP QUIT
        read -r _ <&3
        pid=$(head -n 1 "$0/data/postmaster.pid" 2>/dev/null) && [ -n "$pid" ] && {
            # A server that was killed leaves its file, and the number may be another's by now.
            grep -qsF "$0/data" "/proc/$pid/cmdline" && { kill -KILL "$pid"; pkill -CONT -P "$pid"; }
            set -- $(sed -n 7p "$0/data/postmaster.pid")
            ipcrm -m "$2"
        }
        rm -rf "$0" || rm -rf "$0" || rm -rf "$0"
        """

    private init(leash: Int32, process: pid_t) {
        self.leash = leash
        self.process = process
    }

    static func start(over folder: String) throws -> PostgresWatchdog {
        let pipe = Pipe()
        let leash = fcntl(pipe.fileHandleForWriting.fileDescriptor, F_DUPFD_CLOEXEC, 3)
        guard leash >= 0 else { throw PeerTrouble("fcntl") }
        let process = try ChildProcess.start(
            "/bin/sh", arguments: ["-c", "exec >/dev/null 2>&1 </dev/null\n" + script, folder],
            environment: ["PATH": "/usr/bin:/bin", "LC_ALL": "C"],
            descriptors: [pipe.fileHandleForReading.fileDescriptor])
        return PostgresWatchdog(leash: leash, process: process)
    }

    /// The leash is let go when the process ends.
    func keepForever() { _ = Unmanaged.passRetained(self) }

    deinit {
        close(leash)
        do {
            try waitForEnd(of: process, "who cleans up after the PostgreSQL server")
        } catch {
            // Nobody can be told here; that the folder is still there is found by whoever looks.
            kill(process, SIGKILL)
            try? waitForEnd(of: process, "who cleans up after the PostgreSQL server")
        }
    }
}
