import Loop

/// The master that Sentinels agree on. One of them is asked now and then, and at once when the master is lost or turns out to
/// be none; whoever is said to be it has to say so itself (`ROLE`) before it gets a call.
///
/// A user of an ACL needs `ROLE` for that. With TLS the certificates have to name the addresses that Sentinel tells, or the one
/// `tlsName`.
///
/// Asking again and again finds the same as `+switch-master` would, and cannot miss it.
final class SentinelMaster: RedisTopology {
    private let sentinels: [RedisServerName]
    private let masterName: String
    private let template: RedisTarget
    private weak var client: RedisClient?
    private let loop: EventLoop

    private var sentinel: RedisConnection?
    private var nextSentinel = 0
    /// Sentinels that have failed one after the other.
    private var failures = 0
    private var isAsking = false
    private var timer: LoopTimer?
    private var isClosed = false
    private(set) var master: RedisConnection?
    private var reason = "no Sentinel has been asked yet"

    init(_ sentinels: [RedisServerName], _ masterName: String, _ template: RedisTarget, on client: RedisClient) {
        self.sentinels = sentinels
        self.masterName = masterName
        self.template = template
        self.client = client
        loop = client.loop
    }

    var state: RedisState {
        if isClosed { return .closed }
        if let master { return master.state }
        return failures > 0 ? .unreachable(reason) : timer == nil ? .idle : .connecting
    }

    var channelServer: RedisServerName? { master?.server }

    func start() {
        timer = LoopTimer.every(template.settings.watchIntervalNanoseconds, on: loop) { [weak self] in self?.ask() }
        ask()
    }

    func close() {
        isClosed = true
        timer?.cancel()
        sentinel?.close()
        master?.close()
    }

    func route(_ request: RedisRequest) -> RedisRoute {
        guard let master else { return .nowhere(reason) }
        switch master.state {
        case .ready, .connecting: return .to(master)
        case .unreachable(let reason): return .nowhere(reason)
        case .idle, .partial, .closed: return .nowhere("not connected")
        }
    }

    func judge(_ fault: RedisFault, of request: RedisRequest, from connection: RedisConnection) -> RedisVerdict {
        if case .refused(let refusal) = fault, refusal.kind == .readOnly {
            // It was demoted. What it still owes are answers all the same.
            if connection === master { replaceMaster(with: nil, because: "\(connection.server) is no master any more") }
            ask()
            return .again
        }
        return RedisVerdict(fault)
    }

    // MARK: Asking

    private func ask() {
        guard !isAsking, !isClosed, !sentinels.isEmpty else { return }
        isAsking = true
        let sentinel = self.sentinel ?? connectToSentinel()
        self.sentinel = sentinel
        let due = loop.now.addingClamped(template.settings.connectTimeoutNanoseconds)
        sentinel.send(RedisCommand("SENTINEL", "get-master-addr-by-name", masterName), due: due) { [weak self] result in
            self?.answered(result, by: sentinel)
        }
    }

    private func connectToSentinel() -> RedisConnection {
        var target = template
        target.server = sentinels[nextSentinel % sentinels.count]
        target.settings.credentials = template.settings.sentinelCredentials
        target.settings.database = 0
        target.settings.patience = .whileConnecting
        let connection = RedisConnection(target, on: loop)
        connection.start()
        return connection
    }

    private func answered(_ result: Result<RedisValue, RedisFault>, by sentinel: RedisConnection) {
        isAsking = false
        guard !isClosed else { return }
        switch result {
        case .success(let value):
            if let host = value[0]?.text, let port = value[1]?.integer.flatMap({ UInt16(exactly: $0) }) {
                failures = 0
                return learned(.host(host, port: port))
            }
            failed("Sentinel \(sentinel.server) knows no master \"\(masterName)\"")
        case .failure(let fault): failed("Sentinel \(sentinel.server): \(fault.reason)")
        }
    }

    /// The next one is asked: at once, or after all have failed when the timer says so.
    private func failed(_ why: String) {
        reason = why
        failures += 1
        leaveSentinel()
        client?.topologyChanged()
        if failures % sentinels.count != 0 { ask() }
    }

    private func learned(_ server: RedisServerName) {
        guard let master, master.server == server else { return replaceMaster(with: server, because: "") }
        // It cannot be reached, and this Sentinel may not know better: the next question goes to another one.
        if case .unreachable = master.state { leaveSentinel() }
    }

    private func leaveSentinel() {
        nextSentinel += 1
        sentinel?.close()
        sentinel = nil
    }

    private func replaceMaster(with server: RedisServerName?, because why: String) {
        let old = master
        master = nil
        old?.onStateChange = nil
        old?.retire()
        reason = why
        if let server {
            var target = template
            target.server = server
            target.requiresMaster = true
            target.settings.patience = .whileConnecting
            let connection = RedisConnection(target, on: loop)
            connection.onStateChange = { [weak self] state in self?.masterChanged(state) }
            master = connection
            connection.start()
        }
        client?.topologyChanged()
    }

    private func masterChanged(_ state: RedisState) {
        if case .unreachable = state { ask() }
        client?.topologyChanged()
    }
}
