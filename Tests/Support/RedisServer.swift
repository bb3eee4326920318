import Address
import Foundation
import Loop
import Synchronization

/// A Redis server of the test's own: a process on a free loopback port, with a temporary folder for its data, that ends with
/// this object. It keeps its port and its data when it is killed and launched again.
public final class RedisServer: Sendable {
    public enum Role: Sendable {
        case server
        case clusterNode
        /// `redis-server --sentinel`; what it watches comes by `configuration`.
        case sentinel
    }

    /// Until when a launch waits.
    public enum Readiness: Sendable {
        /// It answers, with its data.
        case serving
        /// It listens, and may still answer LOADING.
        case listening
    }

    public let role: Role
    public let port: UInt16
    /// For connections with TLS; nil without.
    public let tlsPort: UInt16?
    /// Where the nodes of a cluster speak with each other.
    public let busPort: UInt16
    /// Its data, its log, and `redis.sock`.
    public let folder: String
    private let running = Mutex<SpawnedProgram?>(nil)

    public var endpoint: Endpoint { Endpoint(address: .loopback4, port: port) }
    public var socketPath: String { folder + "/redis.sock" }
    public var log: String { FileManager.default.contents(atPath: logPath).map { text($0) } ?? "" }
    public var pid: pid_t? { running.withLock { $0?.pid } }

    private var logPath: String { folder + "/redis.log" }

    /// How often other ports are tried when somebody else was quicker.
    private static let launchesMax = 10

    /// Launches one and waits until it is ready.
    ///
    /// - Parameters:
    ///   - configuration: lines of redis.conf, such as `requirepass secret`; they win over what is set here.
    ///   - isSecure: it has a TLS port too, with the certificate of `TestCertificate`.
    public static func start(
        _ configuration: [String] = [], role: Role = .server, isSecure: Bool = false, until readiness: Readiness = .serving
    ) throws -> RedisServer {
        for attempt in 1... {
            let server = try RedisServer(configuration, role, isSecure)
            do {
                try server.launch(until: readiness)
                return server
            } catch {
                guard attempt < launchesMax, server.log.contains("bind: Address already in use") else { throw error }
            }
        }
        throw PeerTrouble(saying: "no port is free")
    }

    private init(_ configuration: [String], _ role: Role, _ isSecure: Bool) throws {
        self.role = role
        let ports = try Self.freePorts(3)
        port = ports[0]
        tlsPort = isSecure ? ports[1] : nil
        busPort = ports[2]
        folder = NSTemporaryDirectory() + "redis-test-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        var lines = [
            "port \(port)", "bind 127.0.0.1", "dir \(folder)", "logfile \(folder)/redis.log",
            "unixsocket \(folder)/redis.sock",
        ]
        if role != .sentinel { lines += ["save \"\"", "appendonly no", "repl-diskless-sync-delay 0"] }
        if role == .clusterNode {
            lines += ["cluster-enabled yes", "cluster-port \(busPort)", "cluster-node-timeout 2000"]
        }
        if isSecure {
            let certificate = try TestCertificate.get()
            try Data(certificate.chain).write(to: URL(fileURLWithPath: folder + "/chain.pem"))
            try Data(certificate.key).write(to: URL(fileURLWithPath: folder + "/key.pem"))
            lines += [
                "tls-port \(ports[1])", "tls-cert-file \(folder)/chain.pem", "tls-key-file \(folder)/key.pem",
                "tls-ca-cert-file \(folder)/chain.pem", "tls-auth-clients no",
            ]
        }
        let text = (lines + configuration).joined(separator: "\n") + "\n"
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/redis.conf"))
    }

    deinit { close() }

    // MARK: Its life

    /// Starts it (again), on the same port and with what it has saved.
    public func launch(until readiness: Readiness = .serving) throws {
        kill()
        try? FileManager.default.removeItem(atPath: logPath)
        let command = ["/usr/bin/redis-server", folder + "/redis.conf"] + (role == .sentinel ? ["--sentinel"] : [])
        let program = try SpawnedProgram(command, folder: folder)
        running.withLock { $0 = program }
        let sign =
            switch (role, readiness) {
            case (.sentinel, _): "Sentinel ID is"
            case (_, .listening): "Server initialized"
            case (_, .serving): "Ready to accept connections"
            }
        try eventually("redis-server says \"\(sign)\": \(log)") {
            if program.hasEnded { throw PeerTrouble(saying: "redis-server has ended:\n\(log)") }
            return log.contains(sign)
        }
    }

    /// Ends it at once, as a crash does, and waits until it has ended.
    public func kill() {
        guard let gone = running.withLock({ $0.take() }) else { return }
        gone.signal(SIGKILL)
        _ = try? gone.waitForEnd(secondsMax: patienceSeconds)
    }

    /// It keeps its connections and answers nothing (SIGSTOP) until `thaw`.
    public func freeze() { running.withLock { $0?.signal(SIGSTOP) } }

    public func thaw() { running.withLock { $0?.signal(SIGCONT) } }

    /// Ends it for good and removes its folder.
    public func close() {
        kill()
        try? FileManager.default.removeItem(atPath: folder)
    }

    // MARK: Words with it

    /// One command on a connection of its own, and its answer: arrays flattened, integers in decimal, `(nil)`, and errors as
    /// they come, with their `-`.
    @discardableResult
    public func ask(_ words: String...) throws -> [String] { try ask(words) }

    @discardableResult
    public func ask(_ words: [String]) throws -> [String] { try ask(each: [words])[0] }

    /// Several on one connection, `AUTH` first perhaps.
    @discardableResult
    public func ask(each commands: [[String]]) throws -> [[String]] {
        let peer = try Peer.connect(to: endpoint)
        return try commands.map { words in
            let arguments = words.map { "$\($0.utf8.count)\r\n\($0)\r\n" }
            try peer.send("*\(words.count)\r\n" + arguments.joined())
            return try Self.reply(from: peer)
        }
    }

    /// Forgets everything, scripts as well.
    public func flush() throws {
        try ask("FLUSHALL")
        try ask("SCRIPT", "FLUSH")
    }

    private static func reply(from peer: Peer) throws -> [String] {
        let line = try peer.receiveLine()
        let rest = String(line.dropFirst())
        switch line.first {
        case "+", ":": return [rest]
        case "-": return [line]
        case "$":
            guard let count = Int(rest), count >= 0 else { return ["(nil)"] }
            return [text(try peer.receiveExactly(count + 2).dropLast(2))]
        case "*":
            guard let count = Int(rest), count >= 0 else { return ["(nil)"] }
            return try (0..<count).flatMap { _ in try reply(from: peer) }
        default: throw PeerTrouble(saying: "\"\(line)\" is no reply")
        }
    }

    /// Ports that nobody listens on now. Below 55536, since some tools add 10000 to them.
    private static func freePorts(_ count: Int) throws -> [UInt16] {
        var held: [TestOrigin] = []
        var ports: [UInt16] = []
        while ports.count < count {
            let origin = try TestOrigin(.refusing)
            held.append(origin)
            if origin.endpoint.port < 55536 { ports.append(origin.endpoint.port) }
        }
        return ports
    }
}

/// Asks again and again where nothing can be waited for, and gives up when it takes too long.
public func eventually(_ what: @autoclosure () -> String, _ isSo: () throws -> Bool) throws {
    let latest = Date(timeIntervalSinceNow: Double(patienceSeconds))
    let pause = NSCondition()
    while try !isSo() {
        guard Date() < latest else { throw PeerTrouble(saying: "asked for \(patienceSeconds) s in vain whether \(what())") }
        pause.lock()
        _ = pause.wait(until: Date(timeIntervalSinceNow: 0.005))
        pause.unlock()
    }
}
