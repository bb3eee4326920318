import Address
import Foundation
import Glibc
import Loop
import Synchronization

/// A PostgreSQL server of the test's own, on a free loopback port, with its data in a temporary folder.
///
/// `shared()` is one for the whole test process, for tests that do it no harm: each takes a database of its own. Who stops,
/// kills or suspends a server starts one.
public final class PostgresServer: Sendable {
    /// The superuser, whom loopback connections need no password for unless `access` says otherwise.
    public static let user = "waitingroom"

    public struct Settings: Sendable {
        /// Lines of postgresql.conf.
        public var configuration: [String] = []
        /// Lines of pg_hba.conf; the superuser comes in by the socket in the folder whatever they say.
        public var access = ["host all all 127.0.0.1/32 trust", "local all all trust"]
        /// Files in the data folder, readable by the server alone: name and content.
        public var files: [String: String] = [:]
        /// What has been committed survives `killHard` and more: slower.
        public var isDurable = false

        public init() {}
    }

    private struct State {
        var process: RunningPostgres?
        var watchdog: PostgresWatchdog?
        var databases = 0
    }

    public let port: UInt16
    public var endpoint: Endpoint { Endpoint(address: .loopback4, port: port) }
    /// Holds the socket and, in `data`, the data.
    public let folder: String
    private let state: Mutex<State>

    // MARK: Life

    public static func shared() throws -> PostgresServer { try one.get() }

    private static let one = Result { try PostgresServer() }

    public init(_ settings: Settings = Settings()) throws {
        folder = NSTemporaryDirectory() + "postgres-\(getpid())-\(UUID().uuidString.prefix(8))"
        try PostgresPrograms.makeFolder(folder)
        state = Mutex(State(watchdog: try PostgresWatchdog.start(over: folder)))
        try PostgresPrograms.makeData(in: folder)
        port = try FreePort.find()
        let speed = settings.isDurable ? [] : ["fsync = off", "synchronous_commit = off", "full_page_writes = off"]
        let lines =
            [
                "listen_addresses = '127.0.0.1'", "port = \(port)", "unix_socket_directories = '\(folder)'",
                "max_connections = 200", "shared_buffers = 32MB", "timezone = 'UTC'", "log_min_messages = warning",
            ] + speed + settings.configuration
        try place("postgresql.auto.conf", lines.joined(separator: "\n") + "\n")
        let access = ["local all \(Self.user) trust"] + settings.access
        try place("pg_hba.conf", access.joined(separator: "\n") + "\n")
        for (name, content) in settings.files { try place(name, content) }
        try start()
    }

    deinit { close() }

    /// Starts it on the same port with the same data; waits until it takes connections.
    public func start() throws {
        try state.withLock { state in
            guard state.process == nil else { return }
            let process = try RunningPostgres(folder: folder)
            try process.waitUntilReady()
            state.process = process
        }
    }

    /// Ends it in order, as an operator does for a restart: clients are told, and disconnected.
    public func stop() throws { try end(SIGINT) }

    /// The machine loses its power, for the server: nobody gets to say goodbye.
    public func killHard() throws { try end(SIGKILL) }

    private func end(_ signal: Int32) throws {
        try state.withLock { state in
            try state.process?.end(signal)
            state.process = nil
        }
    }

    /// Nothing of it runs any more, but its connections stand and take what is sent.
    public func suspend() throws { try state.withLock { try $0.process?.suspend() } }

    public func resume() { state.withLock { $0.process?.resume() } }

    /// Ends it and removes its folder. May be called twice.
    public func close() {
        state.withLock { state in
            try? state.process?.end(SIGKILL)
            state.process = nil
            state.watchdog = nil
        }
    }

    /// What it has logged so far, for messages.
    public var log: String { state.withLock { $0.process?.log.text ?? "" } }

    // MARK: Databases

    /// A new, empty database; its name.
    public func makeDatabase() throws -> String {
        let name = state.withLock { state in
            state.databases += 1
            return "test_\(state.databases)"
        }
        try execute("create database \(name)")
        return name
    }

    /// Where a database is. `user`, `password` and `query` as a URL has them.
    public func url(_ database: String, user: String = PostgresServer.user, password: String? = nil, query: String = "")
        -> String
    {
        let identity = password.map { "\(user):\($0)" } ?? user
        return "postgres://\(identity)@127.0.0.1:\(port)/\(database)" + (query.isEmpty ? "" : "?\(query)")
    }

    /// Runs SQL as the superuser, beside the client that is tested: rows as lines, columns with `|` between them.
    @discardableResult
    public func execute(_ sql: String, in database: String = "postgres") throws -> String {
        let command = [
            try PostgresPrograms.path("psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", folder, "-p",
            "\(port)",
            "-U", Self.user, "-d", database,
        ]
        let said = try PostgresPrograms.run(command, input: sql)
        return said.hasSuffix("\n") ? String(said.dropLast()) : said
    }

    private func place(_ name: String, _ content: String) throws {
        let path = folder + "/data/" + name
        try? FileManager.default.removeItem(atPath: path)
        let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
        guard FileManager.default.createFile(atPath: path, contents: Data(content.utf8), attributes: attributes) else {
            throw PeerTrouble("cannot write \(path)")
        }
        try PostgresPrograms.handOver(path)
    }
}
