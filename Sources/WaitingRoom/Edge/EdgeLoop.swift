import Admission
import Digest
import HTTP
import Loop
import Relay
import Settings
import Stores
import Telemetry
import Web

/// Everything that one loop needs to serve: listeners, connections, relay, logs. Lives and stays on its loop.
final class EdgeLoop {
    let index: Int
    let loop: EventLoop
    private let shared: EdgeShared
    private let journal: Journal
    private let accessLog: AccessLog?
    private let server: Server
    private let handler: EdgeHandler
    let relay: Relay
    let rooms: EdgeRooms
    /// How many kept promises of each room the control loop has heard of.
    var toldPromises: [String: Int64] = [:]
    private var listeners: [Listener] = []
    private var watch: LoopTimer?

    /// `store`: of this process, on the control loop.
    init(
        index: Int, on loop: EventLoop, plan: EdgePlan, shared: EdgeShared, store: DistantStore, nodeName: String
    ) throws(KeyRingFault) {
        self.index = index
        self.loop = loop
        self.shared = shared
        let shard = shared.metrics.makeShard()
        journal = Journal(shared.log, level: plan.settings.log.level.logLevel)
        accessLog = shared.accessLog.map(AccessLog.init)
        let pool = Self.makePool(plan, shared: shared, loop: loop)
        relay = Relay(
            pool: pool, loop: loop, journal: journal, counts: RelayCounts(shared.relayNames, shard: shard),
            seed: SecureRandom.word())
        // The first loop has the process's own name, by which the roster knows it.
        rooms = EdgeRooms(
            plan, keys: try KeyRing(plan.line.keys), store: store, nodeName: NodeName.desk(index, of: nodeName),
            on: loop)
        handler = EdgeHandler(
            relay: relay, rooms: rooms, pages: PageShelf(plan.pages, plan.settings.allRooms), shared: shared, shard: shard,
            journal: journal, startedAt: loop.now)
        server = Server(
            loop: loop, handler: handler, settings: plan.settings.serverSettings,
            counts: ServerCounts(shared.serverNames, shard: shard))
        server.policy = shared.ceilings
        rooms.onTick = { [unowned handler] room in handler.streams.tick(room: room) }
        watch = LoopTimer.every(EventStreams.watchEvery, on: loop) { [weak handler] in handler?.streams.watch() }
        server.accessLog = accessLog
        apply(plan, poolChanged: false)
        loop.onTurnEnd = { [journal, accessLog] in
            journal.flush(at: Int64(loop.unixNow))
            accessLog?.flush()
        }
    }

    private static func makePool(_ plan: EdgePlan, shared: EdgeShared, loop: EventLoop) -> UpstreamPool {
        var settings = plan.settings.relaySettings(loops: shared.loopCount)
        settings.clientPacedMax = plan.clientPacedMax / shared.loopCount
        return UpstreamPool(
            plan.targets, settings: settings,
            limits: plan.settings.responseLimits, tls: (try? plan.makeTLSClient()) ?? nil, loop: loop,
            seed: SecureRandom.word())
    }

    /// Takes over new settings; what is in flight goes on by the old ones.
    func apply(_ plan: EdgePlan, poolChanged: Bool) {
        server.settings = plan.settings.serverSettings
        // The plan has been tried before it came here; if it fails all the same, the old certificates stay.
        if let tls = try? plan.makeTLSServer(shared.ticketKeys) { server.tls = tls }
        let generation = rooms.generation
        if let keys = try? KeyRing(plan.line.keys) {
            rooms.apply(plan, keys: keys)
            handler.pages = PageShelf(plan.pages, plan.settings.allRooms)
            if rooms.generation != generation { handler.streams.endAll() }
        }
        relay.measure(rooms.settings.map(\.room.latencyTarget), isAnew: rooms.generation != generation)
        handler.people = SiteTokens(plan.people)
        handler.limit = plan.settings.addressLimit
        handler.trusted = plan.settings.server.trustedProxies
        journal.level = plan.settings.log.level.logLevel
        if poolChanged { relay.replace(pool: Self.makePool(plan, shared: shared, loop: loop)) }
    }

    func listen(on sockets: [ListeningSocket]) throws(SystemError) {
        for socket in sockets where socket.kind != .admin {
            listeners.append(
                try Listener(
                    socket.socket, endpoint: socket.endpoint, isSecure: socket.kind == .tls, server: server, journal: journal
                ))
        }
    }

    func setDown(_ isDown: Bool, upstream: String) { relay.pool.setDown(isDown, server: upstream) }

    /// Takes nothing new, finishes what is there, then calls `onDrained`.
    func drain(_ onDrained: @escaping () -> Void) {
        for listener in listeners { listener.stop() }
        listeners = []
        handler.streams.endAll()
        server.onDrained = onDrained
        server.drain()
    }

    /// Ends what is left.
    func abort() {
        watch?.cancel()
        rooms.close()
        server.abort()
    }

    var report: LoopReport {
        LoopReport(
            index: index, connections: server.connectionCount, waiting: relay.pool.waitingCount,
            upstreams: relay.pool.report.map {
                LoopReport.Upstream(name: $0.name, isUsable: $0.isUsable, outstanding: $0.outstanding)
            }, rooms: roomReports())
    }

    func flushLogs() {
        journal.flush(at: Int64(loop.unixNow))
        accessLog?.flush()
    }
}

/// What a loop says of itself, once a second.
struct LoopReport: Sendable {
    struct Upstream: Sendable {
        let name: String
        let isUsable: Bool
        let outstanding: Int
    }

    let index: Int
    let connections: Int
    let waiting: Int
    let upstreams: [Upstream]
    var rooms: [RoomReport] = []
}
