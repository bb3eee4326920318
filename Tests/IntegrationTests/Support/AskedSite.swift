import Foundation
import TestSupport

/// A site behind a proxy that asks the waiting room: a room at /tickets of shop.test, the rest of that host free. The waiting room itself
/// leads to nobody.
final class AskedSite: Sendable {
    enum Proxy: String, CaseIterable, Sendable { case nginx, caddy, haproxy }

    let origin: RecordingOrigin
    let keys: TestKeys
    let program: RunningProgram
    let front: RunningFront
    private let folder: TemporaryFolder

    init(_ proxy: Proxy, _ more: [String: ConfigText.Value] = [:]) throws {
        origin = try RecordingOrigin()
        keys = try TestKeys()
        folder = try TestKeys.folder()
        let config = ConfigText(
            upstream: try unusedPort(),
            with: [
                "rooms.event.path": "/tickets", "rooms.event.hosts": "shop.test", "rooms.event.state": "paused",
                "rooms.other.path": "/other", "rooms.other.hosts": ["shop.test", "site.test"],
                "rooms.other.state": "paused",
                "tokens.keys_file": .text(folder.path("keys")), "server.loops": 2,
                "server.trusted_proxies": "127.0.0.1",
            ])
        program = try RunningProgram(config.with(more))
        do {
            front = try Self.start(proxy, room: program.port, site: origin.port)
        } catch {
            program.stop()
            origin.stop()
            throw error
        }
    }

    deinit {
        front.stop()
        program.stop()
        origin.stop()
    }

    private static func start(_ proxy: Proxy, room: UInt16, site: UInt16) throws -> RunningFront {
        let port = try unusedPort()
        let places = [("127.0.0.1:8080", "127.0.0.1:\(room)"), ("127.0.0.1:9000", "127.0.0.1:\(site)")]
        switch proxy {
        case .nginx:
            return try .nginx(
                "authority.conf", port: port, changing: places + [("listen 80;", "listen 127.0.0.1:\(port);")],
                in: TemporaryFolder())
        case .caddy:
            return try .caddy(places + [("shop.example.com {", "{\n\tadmin off\n}\nhttp://:\(port) {")], port: port)
        case .haproxy: return try .haproxy(places + [("bind :80", "bind 127.0.0.1:\(port)")], port: port)
        }
    }

    /// Sends these bytes on a connection of its own, which ends for it, and gives all that comes back.
    @discardableResult
    func send(_ text: String) throws -> String {
        let client = try RawConnection(to: front.port)
        try client.send(text)
        client.finishSending()
        return String(decoding: try client.end().bytes, as: UTF8.self)
    }

    func ask(
        _ target: String, _ fields: [String] = [], method: String = "GET", host: String = "shop.test", body: String? = nil
    ) throws -> Message {
        let client = try RawConnection(to: front.port)
        let length = body.map { ["Content-Length: \($0.utf8.count)"] } ?? []
        let lines = ["\(method) \(target) HTTP/1.1", "Host: \(host)", "Connection: close"] + fields + length
        try client.send(lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? ""))
        return try client.receiveAnswer(toHead: method == "HEAD")
    }
}
