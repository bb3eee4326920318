import Telemetry

/// What a server counts, on one loop.
public struct ServerCounts {
    private let shard: MetricsShard
    private let names: ServerCountNames

    public init(_ names: ServerCountNames, shard: MetricsShard) {
        self.names = names
        self.shard = shard
    }

    func opened() {
        shard.add(names.connectionsAccepted)
        shard.add(names.connectionsOpen, 1)
    }

    func closed() { shard.add(names.connectionsOpen, -1) }
    func refused() { shard.add(names.connectionsRefused) }
    func shed(_ count: Int) { shard.add(names.connectionsShed, UInt64(count)) }
    func handshakeFailed() { shard.add(names.handshakesFailed) }

    func answered(_ exchange: Exchange, nanoseconds: UInt64) {
        shard.add(names.requests[min(Int(exchange.status / 100), 5)])
        shard.add(names.bytesIn, exchange.bodyBytesIn)
        shard.add(names.bytesOut, exchange.bytesOut)
        shard.observe(names.seconds, nanoseconds: Int64(clamping: nanoseconds))
    }
}

/// The series behind the counts, the same on every loop.
public struct ServerCountNames: Sendable {
    let connectionsOpen: GaugeID
    let connectionsAccepted: CounterID
    let connectionsRefused: CounterID
    let connectionsShed: CounterID
    let handshakesFailed: CounterID
    /// By the first digit of the status; 0 for requests that got no answer.
    let requests: [CounterID]
    let seconds: HistogramID
    let bytesIn: CounterID
    let bytesOut: CounterID

    public init(_ metrics: Metrics) {
        connectionsOpen = metrics.gauge("waitingroom_connections", "Client connections open now.")
        connectionsAccepted = metrics.counter("waitingroom_connections_accepted_total", "Client connections accepted.")
        connectionsRefused = metrics.counter(
            "waitingroom_connections_refused_total", "Client connections turned away by a ceiling (total or per address).")
        connectionsShed = metrics.counter(
            "waitingroom_connections_shed_total", "Client connections closed because no file descriptor was left.")
        handshakesFailed = metrics.counter("waitingroom_tls_handshakes_failed_total", "TLS connections that failed.")
        let help = "Requests by the class of their answer; none where the client got no answer."
        requests = ["none", "1xx", "2xx", "3xx", "4xx", "5xx"].map {
            metrics.counter("waitingroom_requests_total", help, ["class": $0])
        }
        seconds = metrics.histogram("waitingroom_request_seconds", "Time from a request's head to the end of its answer.")
        bytesIn = metrics.counter("waitingroom_body_bytes_received_total", "Bytes of request bodies received.")
        bytesOut = metrics.counter("waitingroom_bytes_sent_total", "Bytes of answers sent, heads included.")
    }
}
