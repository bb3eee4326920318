import Loop

/// A Redis Cluster: a map of its slots, and a connection to each node that has some.
///
/// The map is asked for at the start, when an answer says that it is wrong, and while a node cannot be reached; never more
/// often than `mapIntervalNanosecondsMin`. Until the new one is there, `MOVED` mends the old one slot by slot.
final class Cluster: RedisTopology {
    private final class Node {
        let connection: RedisConnection
        var usedAt: UInt64

        init(_ connection: RedisConnection, usedAt: UInt64) {
            self.connection = connection
            self.usedAt = usedAt
        }
    }

    private let seeds: [RedisServerName]
    private let template: RedisTarget
    private weak var client: RedisClient?
    private let loop: EventLoop

    private var nodes: [RedisServerName: Node] = [:]
    private(set) var slotMap = ClusterMap()
    private var timer: LoopTimer?
    private var isAsking = false
    private var askedAt: UInt64?
    private var isMapDoubtful = true
    private var nextSource = 0
    private var channelNode: RedisServerName?
    /// Why there is no map.
    private var reason = ""
    private var isClosed = false

    init(_ seeds: [RedisServerName], _ template: RedisTarget, on client: RedisClient) {
        self.seeds = seeds
        self.template = template
        self.client = client
        loop = client.loop
    }

    var state: RedisState {
        if isClosed { return .closed }
        if timer == nil { return .idle }
        if slotMap.isEmpty { return reason.isEmpty ? .connecting : .unreachable(reason) }
        let lost = slotMap.servers.filter { nodes[$0]?.connection.state != .ready }
        if lost.isEmpty {
            return slotMap.orphans == 0 ? .ready : .partial("\(slotMap.orphans) slots are served by nobody")
        }
        let isConnecting = lost.allSatisfy { nodes[$0]?.connection.state == .connecting }
        if lost.count == slotMap.servers.count { return isConnecting ? .connecting : .unreachable("no node can be reached") }
        return .partial("not reachable: \(lost.map(\.description).joined(separator: ", "))")
    }

    /// Any node, since what is published at one is heard at all; the same one for as long as it can be reached.
    var channelServer: RedisServerName? {
        let ready = slotMap.servers.filter { nodes[$0]?.connection.state == .ready }
        if let channelNode, ready.contains(channelNode) || ready.isEmpty { return channelNode }
        channelNode = ready.first
        return channelNode
    }

    func start() {
        timer = LoopTimer.every(template.settings.watchIntervalNanoseconds, on: loop) { [weak self] in self?.watch() }
        ask()
    }

    func close() {
        isClosed = true
        timer?.cancel()
        for node in nodes.values { node.connection.close() }
        nodes = [:]
    }

    // MARK: Calls

    func route(_ request: RedisRequest) -> RedisRoute {
        if slotMap.isEmpty { return .nowhere(reason.isEmpty ? "the map of the cluster is not known yet" : reason) }
        let slot: UInt16? = request.slot
        if let slot { return route(slot: slot) }
        for server in slotMap.servers where nodes[server]?.connection.state == .ready { return .to(connection(to: server)) }
        return .nowhere("no node can be reached")
    }

    private func route(slot: UInt16) -> RedisRoute {
        let owner: RedisServerName? = slotMap.owner(ofSlot: slot)
        guard let owner else { return .nowhere("slot \(slot) is served by nobody") }
        let connection = connection(to: owner)
        if case .unreachable(let reason) = connection.state { return .nowhere(reason) }
        return .to(connection)
    }

    func judge(_ fault: RedisFault, of request: RedisRequest, from connection: RedisConnection) -> RedisVerdict {
        guard case .refused(let refusal) = fault else {
            if case .notSent = fault { doubtMap() }
            return RedisVerdict(fault)
        }
        switch refusal.kind {
        case .moved:
            guard let redirection = refusal.redirection else { return .final }
            let server = server(redirection, from: connection)
            slotMap.assign(redirection.slot, to: server)
            doubtMap()
            return .redirect(to: self.connection(to: server), asking: false)
        case .ask:
            guard let redirection = refusal.redirection else { return .final }
            // The permission that ASKING gives ends with the next command, which in a transaction is MULTI.
            if case .transaction = request { return .again }
            return .redirect(to: self.connection(to: server(redirection, from: connection)), asking: true)
        case .clusterDown, .readOnly, .masterDown:
            doubtMap()
            return .again
        default: return RedisVerdict(fault)
        }
    }

    private func server(_ redirection: RedisRefusal.Redirection, from connection: RedisConnection) -> RedisServerName {
        .host(ClusterMap.host(redirection.host, asked: Self.host(of: connection)), port: redirection.port)
    }

    private static func host(of connection: RedisConnection) -> String {
        if case .host(let host, _) = connection.server { host } else { "" }
    }

    private func connection(to server: RedisServerName) -> RedisConnection {
        if let node = nodes[server] {
            node.usedAt = loop.now
            return node.connection
        }
        var target = template
        target.server = server
        target.settings.patience = .whileConnecting
        target.settings.database = 0
        let connection = RedisConnection(target, on: loop)
        nodes[server] = Node(connection, usedAt: loop.now)
        connection.onStateChange = { [weak self] state in self?.nodeChanged(state) }
        connection.start()
        return connection
    }

    private func nodeChanged(_ state: RedisState) {
        if case .unreachable = state { doubtMap() }
        client?.topologyChanged()
    }

    // MARK: The map

    private func doubtMap() {
        isMapDoubtful = true
        ask()
    }

    private func watch() {
        let age = loop.now - (askedAt ?? 0)
        let hasLost = slotMap.servers.contains { nodes[$0]?.connection.state != .ready }
        if hasLost || slotMap.isEmpty || slotMap.orphans > 0 || age >= template.settings.mapAgeNanosecondsMax {
            isMapDoubtful = true
        }
        if isMapDoubtful { ask() }
    }

    private func ask() {
        guard !isAsking, !isClosed, timer != nil else { return }
        // Too early: the timer comes back to it.
        if let askedAt, loop.now - askedAt < template.settings.mapIntervalNanosecondsMin { return }
        isAsking = true
        askedAt = loop.now
        let source = connection(to: nextToAsk())
        let due = loop.now.addingClamped(template.settings.connectTimeoutNanoseconds)
        source.send(RedisCommand("CLUSTER", "SLOTS"), due: due) { [weak self] result in self?.answered(result, by: source) }
    }

    /// Nodes that answer in turn, or whoever may answer.
    private func nextToAsk() -> RedisServerName {
        nextSource += 1
        let ready = slotMap.servers.filter { nodes[$0]?.connection.state == .ready }
        let choice = ready.isEmpty ? seeds + slotMap.servers : ready
        return choice[nextSource % choice.count]
    }

    private func answered(_ result: Result<RedisValue, RedisFault>, by source: RedisConnection) {
        isAsking = false
        guard !isClosed else { return }
        switch result {
        case .success(let value):
            guard let fresh = ClusterMap(slots: value, asked: Self.host(of: source)) else {
                reason = "\(source.server) sent no map of a cluster"
                break
            }
            // A node that was taken out of the cluster, or has not joined yet, knows of no slots at all.
            if fresh.isEmpty {
                reason = "\(source.server) knows of no slots"
                break
            }
            reason = ""
            isMapDoubtful = false
            adopt(fresh)
        case .failure(let fault): reason = "\(source.server): \(fault.reason)"
        }
        client?.topologyChanged()
        if slotMap.isEmpty { askAnotherSeed() }
    }

    /// At the start every seed is asked once without waiting for the timer.
    private func askAnotherSeed() {
        guard nextSource < seeds.count else { return }
        askedAt = nil
        ask()
    }

    private func adopt(_ fresh: ClusterMap) {
        slotMap = fresh
        for server in fresh.servers { _ = connection(to: server) }
        // A node without slots may be one that is about to get some, as `ASK` says.
        let members = Set(fresh.servers)
        for (server, node) in nodes where !members.contains(server) {
            guard node.usedAt.addingClamped(template.settings.mapAgeNanosecondsMax) <= loop.now else { continue }
            nodes[server] = nil
            node.connection.onStateChange = nil
            node.connection.retire()
        }
    }
}
