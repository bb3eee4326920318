import Address
import Bytes
import HTTP
import Loop
import Telemetry
import TestSupport
import Web

@testable import Relay

/// Forwards everything.
final class ForwardingHandler: Handler {
    let relay: Relay
    init(_ relay: Relay) { self.relay = relay }

    func handle(_ head: RequestHead, _ bytes: Span<UInt8>, on connection: ServerConnection) {
        relay.forward(head, bytes, of: connection, peerIsTrusted: false)
    }
    func refused(_ refusal: Refusal, on connection: ServerConnection) {}
    func finished(_ connection: ServerConnection) {}
}

/// A proxy on a loop of its own, between clients and origins that the test plays.
final class RelaySite: Sendable {
    let site: Site
    private let metrics: Metrics
    private let names: RelayCountNames

    init(
        _ origins: [Endpoint], server: ServerSettings = ServerSettings(), _ change: (inout RelaySettings) -> Void = { _ in }
    ) throws {
        var settings = RelaySettings()
        change(&settings)
        let metrics = Metrics()
        let names = RelayCountNames(metrics)
        self.metrics = metrics
        self.names = names
        site = try Site(
            settings: server,
            makeHandler: { [settings] loop in
                let relay = Relay(
                    pool: Self.pool(origins, settings, loop), loop: loop, journal: Journal(try Site.nowhere()),
                    counts: RelayCounts(names, shard: metrics.makeShard()), seed: 1)
                return ForwardingHandler(relay)
            })
    }

    static func pool(_ origins: [Endpoint], _ settings: RelaySettings, _ loop: EventLoop) -> UpstreamPool {
        let targets = origins.map { endpoint in
            UpstreamTarget(
                name: endpoint.description, authority: endpoint.description, isSecure: false, tlsName: "",
                endpoints: [endpoint])
        }
        return UpstreamPool(targets, settings: settings, tls: nil, loop: loop, seed: 1)
    }

    var loop: TestLoop { site.loop }
    var retries: UInt64 { metrics.value(of: names.retries) }
    var ejections: UInt64 { metrics.value(of: names.ejections) }

    func connect(receiveBuffer: Int32? = nil) throws -> Peer { try site.connect(receiveBuffer: receiveBuffer) }

    /// A client that has sent this.
    func client(_ request: String) throws -> Peer {
        let client = try connect()
        try client.send(request)
        return client
    }

    @discardableResult
    func run<Value: Sendable>(_ body: @escaping @Sendable (Relay) throws -> Value) throws -> Value {
        try site.run { tenant in
            guard let handler = tenant.handler as? ForwardingHandler else { throw NoRelay() }
            return try body(handler.relay)
        }
    }

    func wait(until isSo: @escaping @Sendable (Relay) -> Bool) throws {
        try site.wait { tenant in (tenant.handler as? ForwardingHandler).map { isSo($0.relay) } ?? false }
    }

    /// Nothing is in work with any server.
    func waitUntilAtRest() throws {
        try wait { $0.pool.slots.allSatisfy { $0.outstanding == 0 } && $0.pool.waitingCount == 0 }
    }

    /// Connections to all servers of the present pool.
    var upstreamCount: Int { get throws { try run { $0.pool.slots.reduce(0) { $0 + $1.connectionCount } } } }
}

struct NoRelay: Error {}

func get(_ path: String = "/", _ fields: String = "", version: String = "1.1") -> String {
    "GET \(path) HTTP/\(version)\r\nHost: site.test\r\n\(fields)\r\n"
}

func post(_ body: String, _ fields: String = "", path: String = "/") -> String {
    "POST \(path) HTTP/1.1\r\nHost: site.test\r\nContent-Length: \(body.utf8.count)\r\n\(fields)\r\n\(body)"
}

func ok(_ body: String, _ fields: String = "") -> String {
    "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\(fields)\r\n\(body)"
}
