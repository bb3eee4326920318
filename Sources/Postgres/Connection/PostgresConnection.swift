import Loop

/// One connection, from connecting to its end; it does not come back, which is the business of `PostgresPool`.
///
/// Everything asked in one turn of the loop goes out at the end of that turn, without waiting for earlier answers. Each
/// question is a segment of its own, which ends with a sync: the server commits it, or undoes it and goes on with the next.
/// An answer is told when the sync has come, since that is when it is committed.
///
/// Answers come in the order of the questions, but for one that has to be prepared anew, which goes to the end.
///
/// When a deadline passes the connection is closed. A cancel request would take another connection and a thread that
/// blocks, and may hit whatever the server has begun meanwhile; closing is certain. The server looks for that every
/// `abandonedCheck` while it works (PostgreSQL 14 and later). All that was sent behind is of unknown outcome then.
public final class PostgresConnection {
    enum Phase {
        case new
        case lookingUp
        case connecting
        case ready
        case closed
    }

    let loop: EventLoop
    let settings: PostgresSettings
    let limits: PostgresLimits
    let budget: PostgresBudget
    let lookup: PostgresLookup
    /// Which of several addresses is tried first, so that one that is silent does not stop every attempt.
    let firstAddress: Int

    var phase = Phase.new
    var wire: PostgresWire?
    var watched: Int32?
    var isWritingWanted = false
    /// Asked, and nothing of it sent.
    var queue = Fifo<PostgresCall>()
    /// Sent, in the order in which the server answers.
    var inFlight = Fifo<PostgresCall>()
    var prepared: PostgresPrepared
    var deadline = Deadline()
    var idleTimer: LoopTimer?
    var lastHeard: UInt64 = 0
    /// Told at the end of the turn, so that nobody is called back before they have asked.
    var told: [(PostgresCall, PostgresCall.Outcome)] = []
    private var isTurnEndAsked = false

    /// Called once it can be used, and once when it has ended, with what has not been sent; without it, that fails.
    var onReady: (() -> Void)?
    var onClosed: ((_ why: PostgresInterruption, _ unsent: [PostgresCall]) -> Void)?
    /// Told of the end before the calls are: the transaction that holds it may have none under way.
    var onHolderLost: ((PostgresInterruption) -> Void)?
    public var onNotification: ((_ channel: String, _ payload: String) -> Void)?
    public var onStateChange: ((PostgresState) -> Void)?

    public convenience init(_ settings: PostgresSettings, limits: PostgresLimits = PostgresLimits(), on loop: EventLoop) {
        self.init(
            settings, limits: limits, budget: PostgresBudget(limits), lookup: PostgresLookup(on: loop), firstAddress: 0,
            on: loop)
    }

    init(
        _ settings: PostgresSettings, limits: PostgresLimits, budget: PostgresBudget, lookup: PostgresLookup,
        firstAddress: Int, on loop: EventLoop
    ) {
        self.loop = loop
        self.settings = settings
        self.limits = limits
        self.budget = budget
        self.lookup = lookup
        self.firstAddress = firstAddress
        prepared = PostgresPrepared(countMax: limits.preparedMax)
    }

    /// Such as 150004; 0 before it is connected.
    public var serverVersion: Int { wire?.serverVersion ?? 0 }
    public var isEncrypted: Bool { wire?.isEncrypted ?? false }
    /// The server's process for this connection; 0 before it is connected.
    public var processID: Int32 { wire?.processID ?? 0 }
    var load: Int { queue.count + inFlight.count }

    // MARK: Asking

    /// Asks one statement; committed by itself. `deadline`: nanoseconds of the loop's clock.
    public func query(
        _ statement: PostgresStatement, _ parameters: [any PostgresValue] = [], deadline: UInt64,
        then: @escaping (Result<PostgresRows, PostgresFault>) -> Void
    ) {
        segment([PostgresStep(statement, parameters)], deadline: deadline, then: PostgresConnection.single(then))
    }

    /// Asks several statements in one round trip: a transaction, all or nothing. None may be `BEGIN` or `COMMIT`.
    public func segment(
        _ steps: [PostgresStep], isolation: PostgresIsolation? = nil, deadline: UInt64,
        then: @escaping (Result<[PostgresRows], PostgresFault>) -> Void
    ) {
        let (kind, then) = PostgresConnection.call(steps, isolation, then)
        ask(kind, deadline: deadline, then: then)
    }

    /// Runs a text of several statements without parameters, which are one transaction unless they say otherwise. Nothing
    /// else is under way on the connection meanwhile. For migrations.
    public func script(
        _ sql: String, deadline: UInt64, then: @escaping (Result<[PostgresRows], PostgresFault>) -> Void
    ) {
        ask(.script(sql), deadline: deadline, then: then)
    }

    private func ask(_ kind: PostgresCall.Kind, deadline: UInt64, then: @escaping (PostgresCall.Outcome) -> Void) {
        switch PostgresCall.taken(kind, due: deadline, from: budget, then: then) {
        case .success(let call): enqueue(call)
        case .failure(let fault): refuse(fault, then)
        }
    }

    func refuse(_ fault: PostgresFault, _ then: @escaping (PostgresCall.Outcome) -> Void) {
        tell(PostgresCall(.segment([]), due: 0, budget: nil, then: then), .failure(fault))
    }

    func enqueue(_ call: PostgresCall) {
        if phase == .closed { return tell(call, .failure(.closed)) }
        queue.append(call)
        watchDeadline(of: call)
        askForTurnEnd()
    }

    func watchDeadline(of call: PostgresCall) {
        // While it is connecting the deadline is that of the connection, and queued calls are looked at when it is over.
        if phase == .ready && call.due < deadline.due { deadline.set(call.due, for: self, on: loop) }
    }

    func tell(_ call: PostgresCall, _ outcome: PostgresCall.Outcome) {
        told.append((call, outcome))
        askForTurnEnd()
    }

    func askForTurnEnd() {
        if isTurnEndAsked { return }
        isTurnEndAsked = true
        loop.atTurnEnd(self)
    }

    /// Ends it. What has been sent is of unknown outcome, what has not is said not to have been.
    public func close() { end(.closed) }
}

extension PostgresConnection: TurnEnd {
    public func turnEnded() {
        isTurnEndAsked = false
        let told = told
        self.told = []
        for (call, outcome) in told { call.finish(outcome) }
        sendQueued()
    }
}

extension PostgresCall {
    /// A call within the budget, or the ceiling that it meets.
    static func taken(
        _ kind: Kind, due: UInt64, from budget: PostgresBudget, isBound: Bool = false, then: @escaping (Outcome) -> Void
    ) -> Result<PostgresCall, PostgresFault> {
        if case .segment(let steps) = kind, steps.contains(where: { $0.parameters.count > PostgresParameters.countMax }) {
            return .failure(.overloaded(.parameters))
        }
        if let ceiling = budget.take(byteCount(kind)) { return .failure(.overloaded(ceiling)) }
        return .success(PostgresCall(kind, due: due, budget: budget, isBound: isBound, then: then))
    }
}

extension PostgresConnection {
    static func single(
        _ then: @escaping (Result<PostgresRows, PostgresFault>) -> Void
    ) -> (Result<[PostgresRows], PostgresFault>) -> Void {
        { outcome in
            then(
                outcome.flatMap { rows in
                    rows.first.map { .success($0) } ?? .failure(.protocolViolation("the server gave no result"))
                })
        }
    }

    static func call(
        _ steps: [PostgresStep], _ isolation: PostgresIsolation?,
        _ then: @escaping (PostgresCall.Outcome) -> Void
    ) -> (PostgresCall.Kind, (PostgresCall.Outcome) -> Void) {
        guard let isolation else { return (.segment(steps), then) }
        return (.segment([isolation.set] + steps), { outcome in then(outcome.map { Array($0.dropFirst()) }) })
    }
}
