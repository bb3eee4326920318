import Bytes

/// The calls of one connection: who waits, who is owed an answer, who has given up. Pure: the time is an argument, and what
/// callers are to be told comes out as values.
///
/// Redis answers in the order of the commands. So a caller that gives up leaves its place in the row of those that are owed,
/// where the late answer finds nobody and is dropped.
struct RedisPipeline {
    typealias Then = (Result<RedisValue, RedisFault>) -> Void

    /// What somebody is to be told.
    struct Outcome {
        let then: Then
        let result: Result<RedisValue, RedisFault>

        func deliver() { then(result) }
    }

    private struct Waiting {
        let request: RedisRequest
        let due: UInt64
        let then: Then
    }

    private struct Owed {
        /// Kept only where another attempt with the script's source may follow.
        let scripted: RedisRequest?
        let due: UInt64
        /// Nil once the caller has given up.
        var then: Then?
        let sentAt: UInt64
        /// Where its last byte is in the stream of this connection.
        let endOffset: UInt64
        let heldBytes: Int
        let isTransaction: Bool
        var repliesSeen = 0
        let replyCount: Int
        /// The first one in a transaction, which aborts it.
        var refusal: RedisRefusal?
        /// `MULTI` itself was refused: what follows is not held back for `EXEC`.
        var isTorn = false
    }

    let callsMax: Int
    let queueBytesMax: Int
    let lateRepliesMax: Int
    let silenceMax: UInt64

    private var waiting = CallQueue<Waiting>()
    private var owed = CallQueue<Owed>()
    /// Of calls that wait, and of those under way that may have to be sent again with a script's source.
    private(set) var heldBytes = 0
    private(set) var lateCount = 0
    /// Bytes written since the connection began.
    private var offset: UInt64 = 0

    init(_ settings: RedisSettings) {
        callsMax = settings.callsMax
        queueBytesMax = settings.queueBytesMax
        lateRepliesMax = settings.lateRepliesMax
        silenceMax = settings.silenceNanosecondsMax
    }

    var waitingCount: Int { waiting.count }
    var owedCount: Int { owed.count }

    // MARK: In

    /// Takes a call, or says why not.
    mutating func admit(_ request: RedisRequest, due: UInt64, then: @escaping Then) -> RedisFault? {
        guard waiting.count + owed.count < callsMax else {
            return .overloaded("\(callsMax) calls wait or are under way")
        }
        let bytes = request.byteCount
        guard heldBytes + bytes <= queueBytesMax else {
            return .overloaded("calls of \(queueBytesMax) bytes wait to be sent")
        }
        wait(request, due: due, then: then)
        return nil
    }

    private mutating func wait(_ request: RedisRequest, due: UInt64, then: @escaping Then) {
        heldBytes += request.byteCount
        waiting.append(Waiting(request: request, due: due, then: then))
    }

    // MARK: Out

    /// Writes those who wait until `limit` bytes are in `out`. Whoever's time is over is not sent, and faulted.
    mutating func write(to out: inout ByteBuffer, limit: Int, now: UInt64) -> [Outcome] {
        var outcomes: [Outcome] = []
        while out.count < limit, let next = waiting.popFirst() {
            if next.due <= now {
                heldBytes -= next.request.byteCount
                outcomes.append(Outcome(then: next.then, result: .failure(.notSent("its time was over"))))
                continue
            }
            let before = out.count
            next.request.write(to: &out)
            offset += UInt64(out.count - before)
            owe(next, now: now)
        }
        return outcomes
    }

    private mutating func owe(_ call: Waiting, now: UInt64) {
        let bytes = call.request.byteCount
        var isTransaction = false
        if case .transaction = call.request { isTransaction = true }
        let mayNeedSource = call.request.hasScript
        if !mayNeedSource { heldBytes -= bytes }
        owed.append(
            Owed(
                scripted: mayNeedSource ? call.request : nil, due: call.due, then: call.then, sentAt: now, endOffset: offset,
                heldBytes: mayNeedSource ? bytes : 0, isTransaction: isTransaction, replyCount: call.request.replyCount))
    }

    // MARK: Answers

    enum Reply {
        case outcome(Outcome)
        /// Not the last of its call, or of a caller that has given up, or the call goes on with its source.
        case absorbed
        /// Nobody is owed anything.
        case unexpected
    }

    mutating func take(_ value: RedisValue) -> Reply {
        guard var call = owed.first else { return .unexpected }
        call.repliesSeen += 1
        let isLast = call.repliesSeen == call.replyCount
        if let refusal = value.error, call.refusal == nil, isLast || call.isTransaction {
            call.refusal = refusal
            // Whom it does not know at all, it does not serve the rest either.
            call.isTorn = !isLast && call.repliesSeen == 1 && refusal.kind != .noAuthentication
        }
        if !isLast {
            owed.changeFirst { $0 = call }
            return .absorbed
        }
        _ = owed.popFirst()
        heldBytes -= call.heldBytes
        guard let then = call.then else {
            lateCount -= 1
            return .absorbed
        }
        guard let refusal = call.refusal else { return .outcome(Outcome(then: then, result: .success(value))) }
        if call.isTorn {
            let reason = "MULTI was refused, and the rest not held back: \(refusal.message)"
            return .outcome(Outcome(then: then, result: .failure(.outcomeUnknown(reason))))
        }
        if refusal.kind == .noScript, let source = call.scripted?.withSource {
            wait(source, due: call.due, then: then)
            return .absorbed
        }
        return .outcome(Outcome(then: then, result: .failure(.refused(refusal))))
    }

    // MARK: Time

    /// When time has something to do here; `UInt64.max` when never.
    func nextDue(heardAt: UInt64) -> UInt64 {
        var earliest = silentTooLongAt(heardAt)
        waiting.forEach { earliest = min(earliest, $0.due) }
        owed.forEach { if $0.then != nil { earliest = min(earliest, $0.due) } }
        return earliest
    }

    /// A server that answers, however late, is alive.
    private func silentTooLongAt(_ heardAt: UInt64) -> UInt64 {
        guard let oldest = owed.first else { return .max }
        return max(oldest.sentAt, heardAt).addingClamped(silenceMax)
    }

    /// Faults those whose time is over.
    mutating func expire(now: UInt64, because reason: String) -> [Outcome] {
        var outcomes: [Outcome] = []
        owed.changeEach { call in
            guard let then = call.then, call.due <= now else { return }
            call.then = nil
            outcomes.append(Outcome(then: then, result: .failure(.outcomeUnknown("no answer in time"))))
        }
        lateCount += outcomes.count
        for call in waiting.removeAll(where: { $0.due <= now }) {
            heldBytes -= call.request.byteCount
            outcomes.append(Outcome(then: call.then, result: .failure(.notSent(reason))))
        }
        return outcomes
    }

    /// Why this connection is not worth waiting for any longer. `heardAt`: when bytes came last.
    func stuck(now: UInt64, heardAt: UInt64) -> String? {
        if lateCount > lateRepliesMax { return "\(lateCount) answers are late" }
        return now >= silentTooLongAt(heardAt)
            ? "it owes an answer and has been silent for \(silenceMax / 1_000_000) ms" : nil
    }

    // MARK: Ends

    /// The connection is lost. `unsentBytes`: of what was written, so many last bytes have never left.
    mutating func lose(unsentBytes: Int, because fault: RedisFault) -> [Outcome] {
        let sent = offset - min(offset, UInt64(unsentBytes))
        offset = 0
        lateCount = 0
        return owed.takeAll().compactMap { call in
            heldBytes -= call.heldBytes
            guard let then = call.then else { return nil }
            // A command of which the end is missing is no command.
            let result: RedisFault = call.endOffset > sent ? .notSent(fault.reason) : fault.ofSent
            return Outcome(then: then, result: .failure(result))
        }
    }

    /// Those who wait shall not wait any longer.
    mutating func giveUpWaiting(_ fault: RedisFault) -> [Outcome] {
        waiting.takeAll().map { call in
            heldBytes -= call.request.byteCount
            return Outcome(then: call.then, result: .failure(fault))
        }
    }
}

extension RedisFault {
    /// In words, without what became of the call.
    var reason: String {
        switch self {
        case .notSent(let reason), .outcomeUnknown(let reason), .overloaded(let reason): reason
        case .refused(let refusal): refusal.message
        case .malformed, .closed: description
        }
    }

    /// The same for a call that was sent.
    var ofSent: RedisFault {
        if case .malformed = self { return self }
        return .outcomeUnknown(reason)
    }
}

extension UInt64 {
    func addingClamped(_ other: UInt64) -> UInt64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
