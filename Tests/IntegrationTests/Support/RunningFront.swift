import Foundation
import TestSupport

/// A proxy of somebody else's, with a configuration that is shipped.
final class RunningFront: Sendable {
    let port: UInt16
    let folder: TemporaryFolder
    private let program: SpawnedProgram

    /// `written`: all that it says is in this file.
    private init(_ command: [String], port: UInt16, folder: TemporaryFolder, environment: [String: String] = [:]) throws {
        self.port = port
        self.folder = folder
        let file = try folder.write("errors.log", "")
        guard let errors = FileHandle(forWritingAtPath: file) else { throw Trouble("cannot write \(file)") }
        program = try SpawnedProgram(
            command, environment: ProcessInfo.processInfo.environment.merging(environment) { $1 }, folder: folder.path,
            output: errors, errors: errors)
        do {
            try eventually("\(command[0]) listens: \(folder.read("errors.log"))") {
                if program.hasEnded { throw Trouble("\(command[0]) has ended: \(folder.read("errors.log"))") }
                return (try? RawConnection(to: port)) != nil
            }
        } catch {
            stop()
            throw error
        }
    }

    deinit { stop() }

    func stop() {
        program.signal(SIGTERM)
        _ = try? program.waitForEnd(secondsMax: Patience.seconds)
    }

    var errors: String { folder.read("errors.log") }

    func ask(_ target: String, _ fields: [String] = [], method: String = "GET", body: String? = nil) throws -> Message {
        try RawConnection(to: port).ask(target, ["Connection: close"] + fields, method: method, body: body)
    }

    // MARK: What is shipped

    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// The text of a file of the project's, with what an operator would change. What is not found to be changed is an error.
    static func shipped(_ path: String, changing changes: [(String, String)] = []) throws -> String {
        var text = try String(contentsOf: root.appending(path: path), encoding: .utf8)
        for (old, new) in changes {
            guard text.contains(old) else { throw Trouble("\(path) has no \"\(old)\"") }
            text = text.replacingOccurrences(of: old, with: new)
        }
        return text
    }

    /// nginx, with a site of `nginx/`. `parts`: what is changed in a file of `nginx/waiting-room/`, which operators leave alone.
    static func nginx(
        _ site: String, port: UInt16, changing changes: [(String, String)], parts: [(String, String, String)] = [],
        in folder: TemporaryFolder
    ) throws -> RunningFront {
        let source = root.appending(path: "nginx/waiting-room").path(percentEncoded: false)
        try FileManager.default.copyItem(atPath: source, toPath: folder.path("waiting-room"))
        for (file, old, new) in parts {
            let path = "waiting-room/" + file
            try folder.write(path, try shipped("nginx/" + path, changing: [(old, new)]))
        }
        try folder.write("site.conf", try shipped("nginx/\(site)", changing: changes))
        try folder.write("nginx.conf", frame(folder.path))
        return try RunningFront(
            ["/usr/sbin/nginx", "-c", folder.path("nginx.conf"), "-p", folder.path, "-e", "stderr"], port: port,
            folder: folder)
    }

    /// What Debian's nginx.conf is around a site, in a folder.
    private static func frame(_ folder: String) -> String {
        """
        daemon off;
        worker_processes 1;
        pid \(folder)/nginx.pid;
        error_log stderr warn;
        events { worker_connections 256; }
        http {
            access_log off;
            client_body_temp_path \(folder)/body;
            proxy_temp_path \(folder)/proxy;
            fastcgi_temp_path \(folder)/fastcgi;
            uwsgi_temp_path \(folder)/uwsgi;
            scgi_temp_path \(folder)/scgi;
            include site.conf;
        }

        """
    }

    static func caddy(_ changes: [(String, String)], port: UInt16) throws -> RunningFront {
        let folder = try TemporaryFolder()
        try folder.write("Caddyfile", try shipped("deploy/authority/Caddyfile", changing: changes))
        return try RunningFront(
            ["/usr/bin/caddy", "run", "--config", folder.path("Caddyfile"), "--adapter", "caddyfile"], port: port,
            folder: folder, environment: ["HOME": folder.path, "XDG_DATA_HOME": folder.path, "XDG_CONFIG_HOME": folder.path])
    }

    static func haproxy(_ changes: [(String, String)], port: UInt16) throws -> RunningFront {
        let folder = try TemporaryFolder()
        let ports = changes.filter { $0.0 == "127.0.0.1:8080" }
        try folder.write("authorize.lua", try shipped("deploy/authority/authorize.lua", changing: ports))
        try folder.write("haproxy.cfg", try shipped("deploy/authority/haproxy.cfg", changing: changes))
        return try RunningFront(
            ["/usr/sbin/haproxy", "-db", "-f", folder.path("haproxy.cfg")], port: port, folder: folder)
    }
}
