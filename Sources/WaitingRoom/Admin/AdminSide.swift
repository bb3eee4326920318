import Address
import Bytes
import HTTP
import Loop
import Settings
import Telemetry
import Web

/// The listener for operators: dashboard, rooms, metrics and health, on the control loop, so that it answers however busy the
/// others are.
final class AdminSide: Handler {
    unowned let service: Service
    let board: RoomBoard
    var access: AdminAccess
    let audit: AuditLog?
    let page = DashboardPage()
    /// Changes that wait for the store to say that they are in force.
    var pending: [PendingChange] = []
    private var listeners: [Listener] = []
    private let originCounts: OriginCounts

    init(_ service: Service) throws {
        self.service = service
        let settings = service.plan.settings
        board = RoomBoard(settings)
        access = AdminAccess(service.plan.admin.tokens)
        audit = settings.admin.listen.isEmpty ? nil : try AuditLog(folder: settings.server.stateDirectory)
        originCounts = OriginCounts(service.shared.metrics)
        let metrics = Metrics()
        let counts = ServerCounts(ServerCountNames(metrics), shard: metrics.makeShard())
        ProcessMetrics.register(in: service.shared.metrics)
        let server = Server(loop: service.loop, handler: self, settings: Self.settings, counts: counts)
        for socket in service.sockets.all where socket.kind == .admin {
            let own = try socket.copy()
            listeners.append(
                try Listener(own.socket, endpoint: own.endpoint, server: server, journal: service.journal))
        }
        service.line?.host.open(on: service.loop)?.onSnapshot = { [weak self] room, snapshot in
            guard let self else { return }
            self.board.heard(room, snapshot, at: self.service.loop.now)
        }
        board.onSnapshot = { [weak self] room, snapshot in self?.settle(room, snapshot) }
    }

    private static var settings: ServerSettings {
        var settings = ServerSettings()
        settings.limits.headBytesMax = 16 * 1024
        settings.limits.bodyBytesMax = 64 * 1024
        settings.idleTimeout = 30_000_000_000
        return settings
    }

    func stop() {
        for listener in listeners { listener.stop() }
        listeners = []
    }

    func closeAudit(millisecondsMax: Int) { _ = audit?.close(millisecondsMax: millisecondsMax) }

    /// New settings are in force.
    func follow(_ plan: EdgePlan) {
        board.follow(plan.settings)
        access.replace(plan.admin.tokens)
    }

    /// Once a second.
    func tick() {
        board.sample(
            at: service.loop.now, unixSeconds: unixSeconds, originCounts.figures(service.shared.metrics), store: storeInUse)
        expirePending()
    }

    var unixSeconds: Int64 { Int64(service.loop.unixNow / 1_000_000_000) }

    func storeInUse(_ room: String) -> String { service.line?.storeInUse(room).word ?? "not known yet" }

    // MARK: Requests

    func handle(_ head: RequestHead, _ bytes: Span<UInt8>, on connection: ServerConnection) {
        let facts = AdminFacts(head, bytes, on: connection, trusted: service.plan.settings.server.trustedProxies)
        if let api = AdminRoute(facts.path) { return answer(api, facts, connection) }
        guard facts.method == .get || facts.method == .head else {
            return connection.answer(Answer(405, body: "Only GET and HEAD.\n").with("Allow", "GET, HEAD"))
        }
        switch facts.path {
        case "/healthz": connection.answer(health())
        case "/readyz": connection.answer(readiness())
        case "/metrics": connection.answer(metrics())
        case "/" where facts.wantsPage: page.send(on: connection)
        case "/":
            let paths = "/healthz\n/readyz\n/metrics\n/api/rooms\n"
            connection.answer(Answer(200, body: "waitingroom \(HelpText.version)\n\n\(paths)"))
        default: connection.answer(Answer(404, body: "There are /, /healthz, /readyz, /metrics and /api/rooms.\n"))
        }
    }

    func refused(_ refusal: Refusal, on connection: ServerConnection) {}

    func finished(_ connection: ServerConnection) {}

    private func health() -> Answer {
        service.health.loopsRespond(at: service.loop.now)
            ? Answer(200, body: "ok\n") : Answer(503, body: "a loop has not answered for 5 s\n")
    }

    private func readiness() -> Answer {
        let names = service.plan.settings.allRooms.map(\.name)
        let stores = service.line.map { line in names.map { (room: $0, use: line.storeInUse($0)) } } ?? []
        let (isReady, lines) = service.health.readiness(
            at: service.loop.now, upstreams: service.plan.targets.map(\.name), stores: stores)
        return Answer(isReady ? 200 : 503, body: lines.joined(separator: "\n") + "\n")
    }

    private func metrics() -> Answer {
        service.updateGauges()
        var page = ByteBuffer()
        service.shared.metrics.render(into: &page)
        board.renderMetrics(at: service.loop.now, store: storeInUse, into: &page)
        return Answer(200, contentType: "text/plain; version=0.0.4; charset=utf-8", body: page.span.string)
    }
}

/// What the loops count of the origin, under the names of the relay's counts.
struct OriginCounts {
    private let requests: CounterID
    private let failures: CounterID
    private let firstByte: HistogramID

    /// A series that is there is given out again.
    init(_ metrics: Metrics) {
        requests = metrics.counter("waitingroom_upstream_requests_total", "")
        failures = metrics.counter("waitingroom_upstream_failures_total", "")
        firstByte = metrics.histogram("waitingroom_upstream_first_byte_seconds", "")
    }

    func figures(_ metrics: Metrics) -> OriginFigures {
        let times = metrics.value(of: firstByte)
        return OriginFigures(
            requests: metrics.value(of: requests), failures: metrics.value(of: failures), answers: times.count,
            nanoseconds: times.nanoseconds)
    }
}
