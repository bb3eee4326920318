import Bytes
import Loop
import TLS

/// Calls to one server, pipelined: whatever is asked in one turn of the loop goes out in one write, and answers come in order.
///
/// It connects by itself, again and again, until `close`, without which it lives for ever. Nothing calls back before the
/// function that asked has returned, but for `close`.
public final class RedisConnection: RedisLinkOwner, DeadlineOwner, TurnEnd {
    public typealias Then = (Result<RedisValue, RedisFault>) -> Void

    /// Of what is written and not yet taken by the kernel: what is beyond waits as calls, which can still be called off.
    private static let outputBytesMax = 256 * 1024

    private let link: RedisLink
    private let loop: EventLoop
    private var pipeline: RedisPipeline
    private var deadline = Deadline()
    /// Told at the end of the turn.
    private var refusedAtOnce: [RedisPipeline.Outcome] = []
    private var isTurnEndAsked = false
    private var isRetiring = false

    public var onStateChange: ((RedisState) -> Void)?

    /// - Parameters:
    ///   - tls: nil for a connection in the clear. Without ALPN: `TLSClient(trust:protocols: [])`.
    ///   - random: evenly spread numbers, for the jitter of the backoff.
    public convenience init(
        to server: RedisServerName, settings: RedisSettings = RedisSettings(), tls: TLSClient? = nil, tlsName: String? = nil,
        lookup: HostLookup = .system, random: @escaping () -> UInt64 = { .random(in: 0 ... .max) }, on loop: EventLoop
    ) {
        let target = RedisTarget(
            server: server, settings: settings, tls: tls, tlsName: tlsName, lookup: lookup, random: random)
        self.init(target, on: loop)
    }

    init(_ target: RedisTarget, on loop: EventLoop) {
        self.loop = loop
        link = RedisLink(target, on: loop)
        pipeline = RedisPipeline(target.settings)
        link.owner = self
    }

    public var server: RedisServerName { link.target.server }
    public var state: RedisState { link.state }
    /// Calls that wait or are under way.
    public var callCount: Int { pipeline.waitingCount + pipeline.owedCount }
    /// Answers still owed whose callers have given up.
    public var lateCount: Int { pipeline.lateCount }

    /// Begins to connect.
    public func start() { link.start() }

    /// Faults every call, now, and ends.
    public func close() {
        let unsentBytes = link.wire?.unsentBytes ?? 0
        link.close()
        deadline.cancel(on: loop)
        let closed = RedisFault.outcomeUnknown("the Redis client was closed")
        deliver(pipeline.lose(unsentBytes: unsentBytes, because: closed) + pipeline.giveUpWaiting(.closed))
    }

    /// Takes no call any more, and ends when those that were sent have their answers. Those that were not are told so.
    func retire() {
        if isRetiring { return }
        isRetiring = true
        deliver(pipeline.giveUpWaiting(.notSent("another server is asked from now on")))
        closeIfRetired()
    }

    private func closeIfRetired() {
        if isRetiring && (pipeline.owedCount == 0 || !link.isReady) { close() }
    }

    // MARK: Calls

    /// Not for commands that answer more or less than once (`SUBSCRIBE`, `MONITOR`, `CLIENT REPLY`), nor for those that wait
    /// (`BLPOP`), which everybody behind them would wait for as well.
    ///
    /// `due`: when the caller stops waiting, by the loop's clock.
    public func send(_ command: RedisCommand, due: UInt64, then: @escaping Then) {
        send(.command(command), due: due, then: then)
    }

    /// The commands as one step (`MULTI` … `EXEC`), all or none of them queued; the answer is the array of theirs, where one
    /// that failed is an `.error` and undoes nothing.
    public func send(transaction commands: [RedisCommand], due: UInt64, then: @escaping Then) {
        send(.transaction(commands), due: due, then: then)
    }

    func send(_ request: RedisRequest, due: UInt64, then: @escaping Then) {
        if let fault = faultAtOnce ?? pipeline.admit(request, due: due, then: then) {
            refusedAtOnce.append(RedisPipeline.Outcome(then: then, result: .failure(fault)))
        } else {
            expect(by: due)
        }
        askForTurnEnd()
    }

    private var faultAtOnce: RedisFault? {
        if link.phase == .closed { return .closed }
        if isRetiring { return .notSent("another server is asked from now on") }
        let isHopeless = !link.isReady && !link.isConnecting
        if link.target.settings.patience == .whileConnecting && isHopeless { return .notSent(link.reason) }
        return nil
    }

    private func askForTurnEnd() {
        if isTurnEndAsked { return }
        isTurnEndAsked = true
        loop.atTurnEnd(self)
    }

    public func turnEnded() {
        isTurnEndAsked = false
        let refused = refusedAtOnce
        refusedAtOnce.removeAll()
        pump()
        deliver(refused)
    }

    private func pump() {
        while link.isReady, let wire = link.wire, !wire.isBlocked, pipeline.waitingCount > 0 {
            let outcomes = pipeline.write(to: &wire.output, limit: Self.outputBytesMax, now: loop.now)
            expect(by: loop.now.addingClamped(pipeline.silenceMax))
            link.flush()
            deliver(outcomes)
            // The kernel did not take it for another reason than being full: the loop will report the socket.
            if wire.unsentBytes > 0 { return }
        }
    }

    private func deliver(_ outcomes: [RedisPipeline.Outcome]) {
        for outcome in outcomes { outcome.deliver() }
    }

    // MARK: What the link says

    func linkReady() { askForTurnEnd() }

    func linkDrained() { pump() }

    func linkReceived(_ value: RedisValue) {
        switch pipeline.take(value) {
        case .outcome(let outcome):
            outcome.deliver()
            closeIfRetired()
        case .absorbed: if pipeline.waitingCount > 0 { askForTurnEnd() }
        case .unexpected: link.lose(.malformed("a reply that nobody asked for"))
        }
    }

    func linkLost(_ fault: RedisFault, unsentBytes: Int) {
        var outcomes = pipeline.lose(unsentBytes: unsentBytes, because: fault)
        if link.target.settings.patience == .whileConnecting {
            outcomes += pipeline.giveUpWaiting(.notSent(fault.reason))
        }
        deliver(outcomes)
        closeIfRetired()
    }

    func linkFailed(_ fault: RedisFault) {
        guard link.target.settings.patience == .whileConnecting else { return }
        deliver(pipeline.giveUpWaiting(.notSent(fault.reason)))
    }

    func linkStateChanged() { onStateChange?(state) }

    // MARK: Time

    private func expect(by due: UInt64) {
        if due < deadline.due { deadline.set(due, for: self, on: loop) }
    }

    public func deadlinePassed() {
        guard deadline.hasPassed(for: self, on: loop) else { return }
        let reason = link.isReady ? "its time was over" : "not connected: \(link.reason)"
        let outcomes = pipeline.expire(now: loop.now, because: reason)
        if let reason = pipeline.stuck(now: loop.now, heardAt: link.heardAt) { link.lose(.outcomeUnknown(reason)) }
        expect(by: pipeline.nextDue(heardAt: link.heardAt))
        deliver(outcomes)
    }
}
