import Foundation
import Glibc
import Synchronization

/// The programs of the PostgreSQL server that the system has, and the account they run as.
enum PostgresPrograms {
    /// The server refuses to run as root; Debian's package makes this account for it.
    static let account = "postgres"

    static func path(_ name: String) throws -> String { try folder.get() + "/" + name }

    private static let folder = Result<String, any Error> {
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
        let newest = versions.compactMap { Int($0) }.sorted().last { version in
            FileManager.default.isExecutableFile(atPath: "/usr/lib/postgresql/\(version)/bin/postgres")
        }
        guard let newest else {
            throw PeerTrouble(saying: "no PostgreSQL server below /usr/lib/postgresql: run scripts/setup")
        }
        return "/usr/lib/postgresql/\(newest)/bin"
    }

    /// What is put before a command, so that it runs as an account that the server accepts, and keeps its process id.
    static var asAccount: [String] {
        guard getuid() == 0 else { return [] }
        return ["/usr/bin/setpriv", "--reuid=\(account)", "--regid=\(account)", "--clear-groups", "--"]
    }

    /// Gives a file or folder to the account.
    static func handOver(_ path: String) throws {
        guard getuid() == 0 else { return }
        guard let entry = getpwnam(account) else {
            throw PeerTrouble(saying: "there is no account \(account): run scripts/setup")
        }
        guard chown(path, entry.pointee.pw_uid, entry.pointee.pw_gid) == 0 else { throw PeerTrouble("chown \(path)") }
    }

    static func makeFolder(_ path: String) throws {
        guard mkdir(path, 0o700) == 0 else { throw PeerTrouble("mkdir \(path)") }
        try handOver(path)
    }

    /// A data folder as initdb leaves it, made once a process and copied for each server.
    static func makeData(in folder: String) throws {
        let template = try template.get()
        try run(asAccount + ["/bin/cp", "-a", template.path + "/data", folder + "/data"])
    }

    private static let template = Result { try Template() }

    private final class Template: Sendable {
        let path = NSTemporaryDirectory() + "postgres-template-\(getpid())-\(UUID().uuidString)"

        init() throws {
            try PostgresPrograms.makeFolder(path)
            let initdb = try PostgresPrograms.path("initdb")
            try PostgresPrograms.run(
                PostgresPrograms.asAccount + [
                    initdb, "-D", path + "/data", "-U", PostgresServer.user, "--auth=trust", "--encoding=UTF8", "--locale=C",
                    "--no-sync", "--no-instructions",
                ])
            // Goes with the process, whichever way that ends.
            try PostgresWatchdog.start(over: path).keepForever()
        }
    }

    /// Runs a program to its end; what it says on both outputs. Anything but success is an error that quotes it.
    @discardableResult
    static func run(_ command: [String], input: String = "") throws -> String {
        var environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("PG") }
        environment["LC_ALL"] = "C"
        return try FinishedProgram.succeed(command, environment: environment, folder: "/", input: Data(input.utf8))
    }
}
