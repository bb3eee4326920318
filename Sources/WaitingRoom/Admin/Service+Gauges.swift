import Telemetry

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
