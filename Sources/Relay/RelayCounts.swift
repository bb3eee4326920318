import Telemetry

/// What a relay counts, on one loop.
public struct RelayCounts {
    private let shard: MetricsShard
    private let names: RelayCountNames

    public init(_ names: RelayCountNames, shard: MetricsShard) {
        self.names = names
        self.shard = shard
    }

    func forwarded() { shard.add(names.requests) }
    func retried() { shard.add(names.retries) }
    func failed() { shard.add(names.failures) }
    func ejected() { shard.add(names.ejections) }
    func refusedByPool() { shard.add(names.poolRefusals) }
    func firstByte(nanoseconds: Int64) { shard.observe(names.firstByte, nanoseconds: nanoseconds) }
}

/// The series behind the counts, the same on every loop.
public struct RelayCountNames: Sendable {
    let requests: CounterID
    let retries: CounterID
    let failures: CounterID
    let ejections: CounterID
    let poolRefusals: CounterID
    let firstByte: HistogramID

    public init(_ metrics: Metrics) {
        requests = metrics.counter("waitingroom_upstream_requests_total", "Requests sent to an upstream, retries included.")
        retries = metrics.counter("waitingroom_upstream_retries_total", "Requests sent a second time after a failure.")
        failures = metrics.counter("waitingroom_upstream_failures_total", "Requests that an upstream failed to answer.")
        ejections = metrics.counter("waitingroom_upstream_ejections_total", "Times that a failing upstream was left alone.")
        poolRefusals = metrics.counter(
            "waitingroom_upstream_refused_total", "Requests answered 503 since no upstream connection was to be had.")
        firstByte = metrics.histogram(
            "waitingroom_upstream_first_byte_seconds", "Time from a request sent to the head of its answer.")
    }
}
