import Bytes
import HTTP
import Loop
import Telemetry
import Web

/// The listener for operators: metrics and health, on the control loop, so that it answers however busy the others are.
final class AdminSide: Handler {
    private unowned let service: Service
    private var listeners: [Listener] = []

    init(_ service: Service) throws(SystemError) {
        self.service = service
        let metrics = Metrics()
        let counts = ServerCounts(ServerCountNames(metrics), shard: metrics.makeShard())
        ProcessMetrics.register(in: service.shared.metrics)
        let server = Server(loop: service.loop, handler: self, settings: Self.settings, counts: counts)
        for socket in service.sockets.all where socket.kind == .admin {
            let own = try socket.copy()
            listeners.append(
                try Listener(own.socket, endpoint: own.endpoint, server: server, journal: service.journal))
        }
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

    func handle(_ head: RequestHead, _ bytes: Span<UInt8>, on connection: ServerConnection) {
        guard head.method == .get || head.method == .head else {
            return connection.answer(Answer(405, body: "Only GET and HEAD.\n").with("Allow", "GET, HEAD"))
        }
        switch head.path(in: bytes).string {
        case "/healthz": connection.answer(health())
        case "/readyz": connection.answer(readiness())
        case "/metrics": connection.answer(metrics())
        case "/": connection.answer(Answer(200, body: "waitingroom \(HelpText.version)\n\n/healthz\n/readyz\n/metrics\n"))
        default: connection.answer(Answer(404, body: "There are /healthz, /readyz and /metrics.\n"))
        }
    }

    func refused(_ refusal: Refusal, on connection: ServerConnection) {}

    func finished(_ connection: ServerConnection) {}

    private func health() -> Answer {
        service.health.loopsRespond(at: service.loop.now)
            ? Answer(200, body: "ok\n") : Answer(503, body: "a loop has not answered for 5 s\n")
    }

    private func readiness() -> Answer {
        let (isReady, lines) = service.health.readiness(at: service.loop.now, upstreams: service.plan.targets.map(\.name))
        return Answer(isReady ? 200 : 503, body: lines.joined(separator: "\n") + "\n")
    }

    private func metrics() -> Answer {
        service.updateGauges()
        var page = ByteBuffer()
        service.shared.metrics.render(into: &page)
        return Answer(200, contentType: "text/plain; version=0.0.4; charset=utf-8", body: page.span.string)
    }
}

extension Service {
    /// Gauges that are known here and not counted by the loops.
    func updateGauges() {
        let metrics = shared.metrics
        let names = Set(plan.targets.map(\.name))
        // A series does not go away; one of an upstream that a reload took out says that it is not used.
        knownUpstreams.formUnion(names)
        for name in knownUpstreams {
            let gauge = metrics.gauge(
                "waitingroom_upstream_usable", "1 when the upstream is used, 0 when it is down or left alone.",
                ["upstream": name])
            metrics.set(gauge, names.contains(name) && health.isUsable(name) ? 1 : 0)
        }
        let waiting = metrics.gauge("waitingroom_upstream_waiting", "Requests that wait for an upstream connection.")
        metrics.set(waiting, Int64(health.reports.values.reduce(0) { $0 + $1.waiting }))
        for (name, writer) in [("log", Optional(shared.log)), ("access", shared.accessLog)] {
            guard let writer else { continue }
            let gauge = metrics.gauge(
                "waitingroom_log_lines_dropped", "Lines that were dropped because the log could not be written fast enough.",
                ["log": name])
            metrics.set(gauge, Int64(writer.counts.dropped))
        }
    }
}
