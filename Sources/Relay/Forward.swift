import Bytes
import HTTP
import Loop
import Telemetry
import Web

/// One request on its way to an origin and its answer on the way back, attempts included.
///
/// First the body is gathered, as far as it is small; then a connection is asked for; what follows of the body is streamed.
/// Client and upstream each stop being read while the other cannot take more.
final class Forward: Responder, DeadlineOwner {
    let relay: Relay
    /// The pool of the moment when the request came; a reload may replace it.
    private let pool: UpstreamPool
    let client: ServerConnection
    let method: Method
    let framing: BodyFraming
    let wantsUpgrade: Bool
    let expectsContinue: Bool
    let isClientOld: Bool
    private let mark: ForwardMark?
    private var request = OutgoingRequest()
    /// The body is waited for; no server has been asked yet.
    private var isGathering = false
    private(set) var upstream: UpstreamConnection?
    private var slot: UpstreamSlot?
    private var attempts = 0
    /// Bytes of the body have gone out and are not kept: there can be no other attempt.
    private var bodyHasGone = false
    /// A kept connection turned out to be closed; the others may be as well.
    private(set) var wantsFreshConnection = false
    private var answerFraming: AnswerFraming?
    private var sentAt: UInt64 = 0
    private var waitDeadline = Deadline()
    private var isOver = false
    /// As long as the request is complete and has no answer.
    private var healthEntry: HealthBook.Entry?

    init(_ relay: Relay, client: ServerConnection, head: RequestHead, mark: ForwardMark?) {
        self.relay = relay
        self.mark = mark
        pool = relay.pool
        self.client = client
        method = head.method
        framing = head.framing
        wantsUpgrade = !head.upgrade.isEmpty
        expectsContinue = head.expectsContinue
        isClientOld = head.minorVersion == 0
    }

    private var loop: EventLoop { relay.loop }
    private var hasBody: Bool { framing != .none && framing != .length(0) }
    var isAnswerBegun: Bool { answerFraming != nil }
    var isRequestComplete: Bool { request.isComplete }

    /// A body that the origin may not have expected, and so not read: its bytes would be the next request.
    var hasUnusualBody: Bool { hasBody && method.isSafe }

    // MARK: The request

    func start(
        _ head: RequestHead, _ bytes: Span<UInt8>, peerIsTrusted: Bool, adding further: (inout ByteBuffer) -> Void
    ) {
        let trace = Self.trace(head, bytes, &relay.dice)
        let origin = RequestRewriter.Origin(
            peer: client.source.address, peerIsTrusted: peerIsTrusted, isSecure: client.isSecure,
            hostRule: pool.settings.host, trace: trace)
        var id = ByteBuffer()
        swap(&id, &relay.idBytes)
        id.removeAll()
        var incoming = Span<UInt8>()
        if let range = head.first(.xRequestID) { incoming = bytes[range] }
        RequestID.append(incoming: incoming, orMade: relay.dice.next(), relay.dice.next(), to: &id)
        swap(&request.bytes, &relay.spareRequest)
        request.hostOfServer = RequestRewriter(head, origin)
            .append(bytes, requestID: id.span, to: &request.bytes, adding: further)
        client.exchange?.record.set(requestID: id.span)
        client.exchange?.record.trace = trace
        swap(&id, &relay.idBytes)
        guard hasBody else {
            request.isComplete = true
            awaitsAnswer()
            return attempt(avoiding: nil)
        }
        isGathering = true
        // The origin is not asked whether it wants the body: a client that waits for that would hold a connection to it.
        if expectsContinue { client.compose { $0.append("HTTP/1.1 100 Continue\r\n\r\n") } }
    }

    private static func trace(_ head: RequestHead, _ bytes: Span<UInt8>, _ dice: inout Dice) -> TraceContext {
        if let value = head.first(.traceparent), let incoming = TraceContext.parse(bytes[value]) {
            return incoming.next(parent: dice.next())
        }
        return TraceContext.begin(dice.next(), dice.next(), parent: dice.next())
    }

    private func attempt(avoiding failed: UpstreamSlot?) {
        attempts += 1
        // What is not gathered waits at the client until somebody takes it.
        if !request.isComplete { client.pauseReading() }
        pool.acquire(for: self, avoiding: failed)
    }

    func assigned(to slot: UpstreamSlot) {
        waitDeadline.cancel(on: loop)
        self.slot = slot
        client.exchange?.record.set(upstream: slot.target.name)
    }

    /// The pool has found a connection, which may still have to be made.
    func attached(to connection: UpstreamConnection) {
        upstream = connection
        if connection.isReady { upstreamReady() }
    }

    func upstreamReady() {
        guard let upstream else { return }
        relay.counts.forwarded()
        sentAt = loop.now
        upstream.expectAnswer(to: method)
        upstream.send { request.append(to: &$0, authority: upstream.slot.target.authority) }
        if request.isComplete { upstream.expectFirstByte() } else { client.resumeReading() }
        // What follows of the body goes out with the head, when the batch that brought it ends.
        if !client.isReadingNow { upstream.flush() }
    }

    func requestBody(_ bytes: Span<UInt8>) {
        if isGathering { return gather(bytes) }
        guard let upstream else { return }
        bodyHasGone = true
        if upstream.phase == .tunnel {
            upstream.touchTunnel()
            upstream.send { $0.append(bytes) }
        } else if framing == .chunked {
            upstream.send { ChunkWriter.append(bytes, to: &$0) }
        } else {
            upstream.send { $0.append(bytes) }
        }
        if upstream.isOutputFull { client.pauseReading() }
    }

    private func gather(_ bytes: Span<UInt8>) {
        request.gather(bytes, framing: framing, relay: relay)
        guard request.isFull(relay) else { return }
        isGathering = false
        attempt(avoiding: nil)
    }

    func requestEnded() {
        if isGathering {
            isGathering = false
            request.end(framing: framing)
            awaitsAnswer()
            return attempt(avoiding: nil)
        }
        guard let upstream else { return }
        if upstream.phase == .tunnel {
            upstream.flush()
            return upstream.finishSending()
        }
        if request.isComplete { return }
        request.isComplete = true
        awaitsAnswer()
        bodyHasGone = true
        if framing == .chunked { upstream.send { ChunkWriter.appendTerminator(to: &$0) } }
        upstream.requestEnded()
        if answerFraming == nil { upstream.expectFirstByte() }
    }

    func batchEnded() { upstream?.flush() }

    func upstreamCanTakeMore() {
        client.resumeReading()
        if request.isComplete && answerFraming == nil { upstream?.expectFirstByte() }
    }

    // MARK: The answer

    func answerHead(_ head: ResponseHead, _ bytes: Span<UInt8>) {
        if head.isInterim {
            // The client was told to continue when its body was asked for.
            guard !isClientOld, head.status != 100 else { return }
            client.compose { AnswerRewriter.append(interim: head, bytes, upgrade: false, to: &$0) }
            return
        }
        dropRequest()
        judge(isFailed: head.status >= 500)
        let took = Int64(loop.now &- sentAt)
        relay.counts.firstByte(nanoseconds: took)
        client.exchange?.record.upstreamNanoseconds = took
        if head.status == 101 { return switchProtocols(head, bytes) }
        let decided = client.beginAnswer(head.status, body: head.framing, declaredLength: head.declaredLength)
        answerFraming = decided
        let further = fieldsOfWatcher(head, bytes)
        client.compose { output in
            AnswerRewriter(head: head, framing: decided, minorVersion: isClientOld ? 0 : 1)
                .append(bytes, date: client.server, adding: further, to: &output)
        }
    }

    private func fieldsOfWatcher(_ head: ResponseHead?, _ bytes: Span<UInt8>) -> [AnswerField] {
        guard let mark, let watcher = relay.watcher else { return [] }
        return watcher.answered(mark, head, bytes, at: loop.unixNow / 1_000_000_000)
    }

    func answerBody(_ bytes: Span<UInt8>) {
        guard let answerFraming else { return }
        switch answerFraming.body {
        case .chunked: client.compose { ChunkWriter.append(bytes, to: &$0) }
        case .length, .untilClose: client.send(bytes)
        case .none: break
        }
        if !isOver && client.isOutputFull { upstream?.pauseReading() }
    }

    /// The upstream connection has been given back already.
    func answerEnded() {
        upstream = nil
        leaveSlot()
        if case .chunked = answerFraming?.body { client.compose { ChunkWriter.appendTerminator(to: &$0) } }
        isOver = true
        client.finishAnswer()
    }

    /// All that came in one read has been told.
    func answerBatchEnded() { if !isOver { client.flush() } }

    func clientCanTakeMore() { upstream?.resumeReading() }

    // MARK: Tunnels

    private func switchProtocols(_ head: ResponseHead, _ bytes: Span<UInt8>) {
        guard wantsUpgrade else {
            let slot = slot
            upstream?.abandon()
            if let slot { upstreamFailed(.unaskedUpgrade, of: slot) }
            return
        }
        _ = client.beginAnswer(101, body: .none)
        client.compose { AnswerRewriter.append(interim: head, bytes, upgrade: true, to: &$0) }
        upstream?.becomeTunnel()
        client.becomeTunnel()
    }

    func tunnelBytes(_ bytes: Span<UInt8>) {
        client.send(bytes)
        if !isOver && client.isOutputFull { upstream?.pauseReading() }
    }

    func tunnelEnded() {
        upstream?.abandon()
        upstream = nil
        leaveSlot()
        isOver = true
        client.finishTunnel()
    }

    // MARK: Failures

    func waits(until due: UInt64) { waitDeadline.set(due, for: self, on: loop) }

    func deadlinePassed() {
        guard waitDeadline.hasPassed(for: self, on: loop) else { return }
        pool.leaveQueue(self)
        refusedByPool(.waitTimedOut)
    }

    func refusedByPool(_ fault: UpstreamFault) {
        relay.counts.refusedByPool()
        give(fault)
    }

    func upstreamFailed(_ fault: UpstreamFault, of slot: UpstreamSlot) {
        upstream = nil
        leaveSlot()
        relay.counts.failed()
        if fault.countsAgainstServer, let pause = slot.failed() { ejected(slot, for: pause) }
        if isOver { return }
        if mayRetry(after: fault) {
            if case .closedBeforeAnswer(wasReused: true) = fault { wantsFreshConnection = true }
            relay.counts.retried()
            return attempt(avoiding: slot)
        }
        log(fault, slot)
        give(fault)
    }

    private func mayRetry(after fault: UpstreamFault) -> Bool {
        guard answerFraming == nil, !bodyHasGone, attempts <= pool.settings.retriesMax else { return false }
        return fault.mayRetry(isSafe: method.isSafe) && relay.budget.takeRetry()
    }

    /// Tells the client as well as that is still possible.
    private func give(_ fault: UpstreamFault) {
        isOver = true
        leaveSlot()
        dropRequest()
        if !isAnswerBegun { judge(isFailed: true) }
        client.exchange?.record.set(reason: fault.reason)
        if client.exchange?.isAnswerBegun == true, !client.withdrawAnswer() { return client.cutAnswer() }
        var page = Answer.page(fault.status, fault.sentence)
        if fault.status == 503 { page = page.with("Retry-After", "1") }
        page.fields += fieldsOfWatcher(nil, Span())
        client.answer(page)
    }

    /// There will be no other attempt.
    private func dropRequest() { request.drop(to: relay) }

    func clientGone(_ loss: ClientLoss) {
        isOver = true
        if let healthEntry { relay.health.abandoned(healthEntry, at: loop.now) }
        healthEntry = nil
        dropRequest()
        waitDeadline.cancel(on: loop)
        pool.leaveQueue(self)
        upstream?.abandon()
        upstream = nil
        leaveSlot()
    }

    // MARK: Health

    /// From here on it is the origin that is waited for, or a connection to it.
    private func awaitsAnswer() {
        if !isAnswerBegun { healthEntry = relay.health.began(mark, at: loop.now) }
    }

    /// An answer to a request that is not complete yet was quick.
    private func judge(isFailed: Bool) {
        guard let entry = healthEntry ?? relay.health.began(mark, at: loop.now) else { return }
        relay.health.ended(entry, isFailed: isFailed, at: loop.now)
        healthEntry = nil
    }

    private func leaveSlot() {
        slot?.ended()
        slot = nil
    }

    private func log(_ fault: UpstreamFault, _ slot: UpstreamSlot) {
        relay.journal.log(.warning, "upstream.failed", at: Int64(loop.unixNow)) { line in
            line.field("upstream", slot.target.name)
            line.field("reason", fault.reason)
            line.field("status", fault.status)
            line.field("attempts", attempts)
        }
    }

    private func ejected(_ slot: UpstreamSlot, for pause: UInt64) {
        relay.counts.ejected()
        relay.journal.log(.warning, "upstream.ejected", at: Int64(loop.unixNow)) { line in
            line.field("upstream", slot.target.name)
            line.field("pause_ms", milliseconds: Int64(pause))
        }
    }
}
