import Address
import Loop
import TLS
import Telemetry
import Web

/// A server on a loop of its own that a test speaks to by real sockets.
public final class Site: Sendable {
    /// What lives on the loop; to be touched there only.
    public final class Tenant {
        public let server: Server
        public let handler: any Handler
        public let listener: Listener
        /// Whatever else the test wants to find again.
        public var guest: AnyObject?

        init(server: Server, handler: any Handler, listener: Listener) {
            self.server = server
            self.handler = handler
            self.listener = listener
        }
    }

    public let loop: TestLoop
    public let endpoint: Endpoint
    public let metrics: Metrics
    public let names: ServerCountNames

    /// - Parameters:
    ///   - makeHandler: called on the loop.
    ///   - configure: called on the loop before anybody can connect.
    public init(
        settings: ServerSettings = ServerSettings(), isSecure: Bool = false,
        makeHandler: @escaping @Sendable (EventLoop) throws -> any Handler,
        configure: @escaping @Sendable (Server) throws -> Void = { _ in }
    ) throws {
        let metrics = Metrics()
        let names = ServerCountNames(metrics)
        let loop = try TestLoop()
        endpoint = try loop.run { loop in
            let handler = try makeHandler(loop)
            let counts = ServerCounts(names, shard: metrics.makeShard())
            let server = Server(loop: loop, handler: handler, settings: settings, counts: counts)
            try configure(server)
            let socket = try Socket.listen(on: Endpoint(address: .loopback4, port: 0), backlog: 128)
            guard let endpoint = socket.localEndpoint else { throw PeerTrouble(saying: "the socket has no address") }
            let listener = try Listener(
                socket, endpoint: endpoint, isSecure: isSecure, server: server, journal: Journal(Self.nowhere()))
            loop.tenant = Tenant(server: server, handler: handler, listener: listener)
            return endpoint
        }
        self.loop = loop
        self.metrics = metrics
        self.names = names
    }

    deinit {
        try? run { tenant in
            tenant.listener.stop()
            tenant.server.abort()
        }
    }

    /// A log that nobody reads.
    public static func nowhere() throws -> LogWriter { try shared.get() }

    private static let shared = Result { try LogWriter(to: .file("/dev/null")) }

    public func connect(receiveBuffer: Int32? = nil) throws -> Peer {
        try Peer.connect(to: endpoint, receiveBuffer: receiveBuffer)
    }

    @discardableResult
    public func run<Value: Sendable>(_ body: @escaping @Sendable (Tenant) throws -> Value) throws -> Value {
        try loop.run { loop in
            guard let tenant = loop.tenant as? Tenant else { throw PeerTrouble(saying: "the loop has another tenant") }
            return try body(tenant)
        }
    }

    /// Takes turns until something is so.
    public func wait(until isSo: @escaping @Sendable (Tenant) -> Bool) throws {
        try loop.wait { loop in (loop.tenant as? Tenant).map(isSo) ?? false }
    }
}
