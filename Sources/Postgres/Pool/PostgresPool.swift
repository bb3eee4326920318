import Loop

/// Connections of one loop to one server. They are made at once and, when they end, made again, with growing pauses.
///
/// A question goes to the connection with the least to do. While there is no connection but there may be one soon,
/// questions wait; once an attempt has failed they are refused at once, as not sent, until there is one again.
public final class PostgresPool {
    let loop: EventLoop
    let settings: PostgresSettings
    let limits: PostgresLimits
    let budget: PostgresBudget
    let lookup: PostgresLookup
    let random: () -> UInt64
    private(set) var slots: [PostgresSlot] = []
    private(set) var isClosed = false
    /// Questions without a connection.
    private var waiting = Fifo<PostgresCall>()
    /// Transactions without one of their own.
    private var waiters = Fifo<PostgresWaiter>()
    private var deadline = Deadline()
    private var told: [() -> Void] = []
    private var isTurnEndAsked = false

    public private(set) var state = PostgresState.connecting
    public var onStateChange: ((PostgresState) -> Void)?
    /// Such as 150004; 0 before the first connection.
    public private(set) var serverVersion = 0

    /// `random`: all bits are used, for the pauses between attempts.
    public init(
        _ settings: PostgresSettings, limits: PostgresLimits = PostgresLimits(), on loop: EventLoop,
        random: @escaping () -> UInt64
    ) {
        self.loop = loop
        self.settings = settings
        self.limits = limits
        self.random = random
        budget = PostgresBudget(limits)
        lookup = PostgresLookup(on: loop)
        slots = (0..<max(limits.connectionsMax, 1)).map { PostgresSlot($0, of: self) }
    }

    public func open() { for slot in slots { slot.connect() } }

    /// Ends all connections. What has been sent is of unknown outcome.
    public func close() {
        guard !isClosed else { return }
        isClosed = true
        for slot in slots { slot.close() }
        deadline.cancel(on: loop)
        refuseWaiting(.closed)
    }

    /// Questions asked and not answered, and transactions that wait.
    public var load: (calls: Int, bytes: Int, waiters: Int) { (budget.calls, budget.bytes, waiters.count) }
    public var connectionsReady: Int { slots.count { $0.isReady } }

    // MARK: Asking

    /// See `PostgresConnection.query`.
    public func query(
        _ statement: PostgresStatement, _ parameters: [any PostgresValue] = [], deadline: UInt64,
        then: @escaping (Result<PostgresRows, PostgresFault>) -> Void
    ) {
        segment([PostgresStep(statement, parameters)], deadline: deadline, then: PostgresConnection.single(then))
    }

    /// See `PostgresConnection.segment`.
    public func segment(
        _ steps: [PostgresStep], isolation: PostgresIsolation? = nil, deadline: UInt64,
        then: @escaping (Result<[PostgresRows], PostgresFault>) -> Void
    ) {
        let (kind, then) = PostgresConnection.call(steps, isolation, then)
        switch PostgresCall.taken(kind, due: deadline, from: budget, then: then) {
        case .success(let call): route(call)
        case .failure(let fault): tell { then(.failure(fault)) }
        }
    }

    /// Gives `body` a transaction when a connection is free for it; `then` is called once, when it has ended.
    public func transaction(
        isolation: PostgresIsolation = .readCommitted, deadline: UInt64, body: @escaping (PostgresTransaction) -> Void,
        then: @escaping (Result<PostgresTransaction.End, PostgresFault>) -> Void
    ) {
        if isClosed { return tell { then(.failure(.closed)) } }
        if case .down(let why) = state { return tell { then(.failure(.notSent(why))) } }
        guard waiters.count < limits.waitersMax else { return tell { then(.failure(.overloaded(.waiters))) } }
        waiters.append(PostgresWaiter(isolation: isolation, due: deadline, body: body, then: then))
        watch(deadline)
        askForTurnEnd()
    }

    private func route(_ call: PostgresCall) {
        if isClosed { return tell { call.finish(.failure(.closed)) } }
        if let connection = leastBusy()?.connection { return connection.enqueue(call) }
        if case .down(let why) = state { return tell { call.finish(.failure(.notSent(why))) } }
        waiting.append(call)
        watch(call.due)
    }

    private func leastBusy() -> PostgresSlot? {
        var best: PostgresSlot?
        for slot in slots where slot.isReady && !slot.isHeld {
            if let best, best.load <= slot.load { continue }
            best = slot
        }
        return best
    }

    // MARK: Connections come and go

    func slotIsReady(_ slot: PostgresSlot) {
        serverVersion = slot.connection?.serverVersion ?? serverVersion
        change(to: .up)
        askForTurnEnd()
    }

    func slotIsDown(_ slot: PostgresSlot, _ why: PostgresInterruption, _ unsent: [PostgresCall]) {
        for call in unsent { route(call) }
        if slots.contains(where: { $0.isReady }) || isClosed { return }
        // A connection that was lost is tried again soon, and until all that try have failed there is hope.
        guard case .cannotConnect = why, !slots.contains(where: { $0.isTrying }) else {
            return state == .up ? change(to: .connecting) : ()
        }
        change(to: .down(why))
        refuseWaiting(why)
    }

    private func change(to new: PostgresState) {
        guard state != new else { return }
        state = new
        onStateChange?(new)
    }

    private func refuseWaiting(_ why: PostgresInterruption) {
        for call in waiting.removeAll() { tell { call.finish(.failure(.notSent(why))) } }
        for waiter in waiters.removeAll() { tell { waiter.then(.failure(.notSent(why))) } }
    }

    // MARK: Serving

    private func tell(_ body: @escaping () -> Void) {
        told.append(body)
        askForTurnEnd()
    }

    private func askForTurnEnd() {
        if isTurnEndAsked { return }
        isTurnEndAsked = true
        loop.atTurnEnd(self)
    }

    private func serveWaiters() {
        let exclusiveMax = max(1, min(limits.exclusiveMax, slots.count))
        while !waiters.isEmpty, slots.count(where: { $0.isHeld }) < exclusiveMax, let slot = leastBusy(),
            let connection = slot.connection, let waiter = waiters.removeFirst()
        {
            slot.isHeld = true
            waiter.start(on: connection) { [weak self] in
                slot.isHeld = false
                self?.askForTurnEnd()
            }
        }
    }

    private func watch(_ due: UInt64) {
        if due < deadline.due { deadline.set(due, for: self, on: loop) }
    }
}

extension PostgresPool: TurnEnd {
    public func turnEnded() {
        isTurnEndAsked = false
        let told = told
        self.told = []
        for body in told { body() }
        serveWaiters()
        while !waiting.isEmpty, let connection = leastBusy()?.connection, let call = waiting.removeFirst() {
            connection.enqueue(call)
        }
    }
}

extension PostgresPool: DeadlineOwner {
    public func deadlinePassed() {
        guard deadline.hasPassed(for: self, on: loop) else { return }
        let now = loop.now
        for call in waiting.remove(where: { $0.due <= now }) {
            tell { call.finish(.failure(.notSent(.deadlinePassed))) }
        }
        for waiter in waiters.remove(where: { $0.due <= now }) {
            tell { waiter.then(.failure(.notSent(.deadlinePassed))) }
        }
        if let next = (waiting.all.map(\.due) + waiters.all.map(\.due)).min(), next != .max { watch(next) }
    }
}

/// A transaction that waits for a connection of its own.
struct PostgresWaiter {
    let isolation: PostgresIsolation
    let due: UInt64
    let body: (PostgresTransaction) -> Void
    let then: (Result<PostgresTransaction.End, PostgresFault>) -> Void

    func start(on connection: PostgresConnection, release: @escaping () -> Void) {
        body(PostgresTransaction(on: connection, isolation: isolation, due: due, release: release, onEnd: then))
    }
}
