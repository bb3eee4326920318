import Loop
import TLS

/// Redis, wherever it is: one server, a master that Sentinels name, or a cluster. A call finds its server, follows where it is
/// sent on to, and is tried again within its deadline as long as it certainly has not been carried out.
///
/// Calls that are under way together are answered in any order.
///
/// Belongs to one loop. It works until `close`. Nothing calls back before the function that asked has returned, but for
/// `close`.
public final class RedisClient: DeadlineOwner, TurnEnd {
    public typealias Then = RedisConnection.Then

    private struct Parked {
        let call: ClientCall
        /// `UInt64.max`: when the topology changes.
        let wakeAt: UInt64
        let reason: String
    }

    let loop: EventLoop
    let template: RedisTarget
    private var topology: (any RedisTopology)?
    private var parked: [Parked] = []
    private var calls: Set<ClientCall> = []
    private var heldBytes = 0
    private var refusedAtOnce: [(Then, RedisFault)] = []
    private var deadline = Deadline()
    private var isTurnEndAsked = false
    private var hasChanged = false
    private var isClosed = false
    private var shownState = RedisState.idle
    private var subscriptions: [WeakSubscription] = []

    /// Called when `state` has changed, at the end of a turn.
    public var onStateChange: ((RedisState) -> Void)?

    /// - Parameters:
    ///   - settings: credentials and database of the address win.
    ///   - trust: who may vouch for the servers, where the address says TLS.
    ///   - tlsName: the name in the servers' certificates, when it is not that of their host.
    public init(
        _ address: RedisAddress, settings: RedisSettings = RedisSettings(), trust: TLSTrust = .system,
        tlsName: String? = nil,
        lookup: HostLookup = .system, random: @escaping () -> UInt64 = { .random(in: 0 ... .max) }, on loop: EventLoop
    ) throws(TLSFault) {
        self.loop = loop
        var settings = settings
        if let credentials = address.credentials { settings.credentials = credentials }
        if address.database != 0 { settings.database = address.database }
        let tls = address.isSecure ? try TLSClient(trust: trust, protocols: []) : nil
        template = RedisTarget(
            server: .path(""), settings: settings, tls: tls, tlsName: tlsName, lookup: lookup, random: random)
        switch address.topology {
        case .single(let server):
            var target = template
            target.server = server
            topology = SingleServer(target, on: self)
        case .sentinel(let sentinels, let name): topology = SentinelMaster(sentinels, name, template, on: self)
        case .cluster(let seeds): topology = Cluster(seeds, template, on: self)
        }
    }

    public var state: RedisState { isClosed ? .closed : topology?.state ?? .closed }

    /// Calls that wait or are under way.
    public var callCount: Int { calls.count }

    public func start() { topology?.start() }

    /// Faults every call, now, and ends.
    public func close() {
        guard !isClosed else { return }
        isClosed = true
        deadline.cancel(on: loop)
        let waiting = parked
        parked = []
        for item in waiting { finish(item.call, .failure(item.call.lastFault ?? .closed)) }
        topology?.close()
        for item in subscriptions { item.subscription?.close() }
        topologyChanged()
    }

    // MARK: Calls

    /// Not for commands that answer more or less than once (`SUBSCRIBE`, `MONITOR`, `CLIENT REPLY`), nor for those that wait
    /// (`BLPOP`), which everybody behind them would wait for as well.
    ///
    /// `due`: when the caller stops waiting, by the loop's clock. A cluster finds the server by the command's first key.
    public func send(_ command: RedisCommand, due: UInt64, then: @escaping Then) {
        begin(.command(command), due: due, then: then)
    }

    /// The commands as one step (`MULTI` … `EXEC`); in a cluster all keys belong to one slot. The answer is the array of
    /// theirs, where one that failed is an `.error` and undoes nothing.
    public func send(transaction commands: [RedisCommand], due: UInt64, then: @escaping Then) {
        begin(.transaction(commands), due: due, then: then)
    }

    private func begin(_ request: RedisRequest, due: UInt64, then: @escaping Then) {
        if let fault = faultAtOnce(request) {
            refusedAtOnce.append((then, fault))
            return askForTurnEnd()
        }
        let call = ClientCall(request, due: due, backoff: template.settings.retryBackoff, then: then)
        heldBytes += call.byteCount
        calls.insert(call)
        dispatch(call)
    }

    private func faultAtOnce(_ request: RedisRequest) -> RedisFault? {
        if isClosed { return .closed }
        let settings = template.settings
        if calls.count >= settings.callsMax { return .overloaded("\(settings.callsMax) calls wait or are under way") }
        if heldBytes + request.byteCount > settings.queueBytesMax {
            return .overloaded("calls of \(settings.queueBytesMax) bytes wait or are under way")
        }
        return nil
    }

    private func dispatch(_ call: ClientCall) {
        switch topology?.route(call.request) {
        case .to(let connection): send(call, call.request, to: connection)
        case .nowhere(let reason): park(call, until: .max, because: reason)
        case nil: finish(call, .failure(.closed))
        }
    }

    private func send(_ call: ClientCall, _ request: RedisRequest, to connection: RedisConnection) {
        connection.send(request, due: call.due) { result in self.answered(call, result, from: connection) }
    }

    private func answered(_ call: ClientCall, _ result: Result<RedisValue, RedisFault>, from connection: RedisConnection) {
        guard case .failure(let fault) = result, !isClosed, loop.now < call.due, let topology else {
            return finish(call, result)
        }
        call.lastFault = fault
        switch topology.judge(fault, of: call.request, from: connection) {
        case .final: finish(call, result)
        case .again: again(call, after: fault)
        case .redirect(let server, let asking):
            guard call.redirects < template.settings.redirectsMax else { return again(call, after: fault) }
            call.redirects += 1
            send(call, asking ? call.request.asking : call.request, to: server)
        }
    }

    /// Later. What was not even sent may be tried until its deadline, what was refused only so often.
    private func again(_ call: ClientCall, after fault: RedisFault) {
        if case .refused = fault {
            guard call.retries < template.settings.retriesMax else { return finish(call, .failure(fault)) }
            call.retries += 1
        }
        call.redirects = 0
        let wait = call.backoff.next(random: template.random())
        park(call, until: loop.now.addingClamped(max(wait, 1)), because: fault.reason)
    }

    private func finish(_ call: ClientCall, _ result: Result<RedisValue, RedisFault>) {
        guard calls.remove(call) != nil else { return }
        heldBytes -= call.byteCount
        call.then(result)
    }

    // MARK: Waiting

    private func park(_ call: ClientCall, until wakeAt: UInt64, because reason: String) {
        parked.append(Parked(call: call, wakeAt: wakeAt, reason: reason))
        expect(by: min(wakeAt, call.due))
    }

    private func expect(by due: UInt64) {
        if due < deadline.due { deadline.set(due, for: self, on: loop) }
    }

    public func deadlinePassed() {
        guard deadline.hasPassed(for: self, on: loop) else { return }
        wake(all: false)
    }

    private func wake(all: Bool) {
        let waiting = parked
        parked = []
        for item in waiting {
            if item.call.due <= loop.now {
                finish(item.call, .failure(item.call.lastFault ?? .notSent(item.reason)))
            } else if item.wakeAt <= loop.now || all && item.wakeAt == .max {
                dispatch(item.call)
            } else {
                parked.append(item)
                expect(by: min(item.wakeAt, item.call.due))
            }
        }
    }

    private func askForTurnEnd() {
        if isTurnEndAsked { return }
        isTurnEndAsked = true
        loop.atTurnEnd(self)
    }

    /// A server is ready or lost, or another one is asked from now on.
    func topologyChanged() {
        hasChanged = true
        askForTurnEnd()
    }

    public func turnEnded() {
        isTurnEndAsked = false
        let refused = refusedAtOnce
        refusedAtOnce.removeAll()
        if hasChanged {
            hasChanged = false
            wake(all: true)
            moveSubscriptions()
            let now = state
            if now != shownState {
                shownState = now
                onStateChange?(now)
            }
        }
        for (then, fault) in refused { then(.failure(fault)) }
    }

    // MARK: Channels

    private struct WeakSubscription {
        weak var subscription: RedisSubscription?
    }

    /// Somebody who listens to channels, on a connection of its own that goes where this client goes.
    public func makeSubscription(_ then: @escaping (RedisSubscription.Event) -> Void) -> RedisSubscription {
        var target = template
        target.settings.database = 0
        let subscription = RedisSubscription(target, on: loop, then)
        subscriptions.removeAll { $0.subscription == nil }
        subscriptions.append(WeakSubscription(subscription: subscription))
        if let server = topology?.channelServer { subscription.move(to: server) }
        return subscription
    }

    private func moveSubscriptions() {
        guard !isClosed, let server = topology?.channelServer else { return }
        for item in subscriptions { item.subscription?.move(to: server) }
    }
}

/// One call of a client, through all its attempts.
final class ClientCall: Hashable {
    let request: RedisRequest
    let due: UInt64
    let then: RedisClient.Then
    let byteCount: Int
    var retries = 0
    var redirects = 0
    var backoff: RedisBackoff
    /// What the last attempt came to. Each one before has certainly done nothing.
    var lastFault: RedisFault?

    init(_ request: RedisRequest, due: UInt64, backoff: RedisBackoff, then: @escaping RedisClient.Then) {
        self.request = request
        self.due = due
        self.backoff = backoff
        self.then = then
        byteCount = request.byteCount
    }

    static func == (one: ClientCall, other: ClientCall) -> Bool { one === other }
    func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
