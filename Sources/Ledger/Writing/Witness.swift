import Admission

/// Writes down what a process hears of a room's line: every call that it asks and what is answered become rows.
///
/// A row waits for the next tick that is asked after it was answered, so that it can say between which two ticks of the store's
/// clock it was done. Pure; whoever holds it asks `asked` and `answered`, and takes the rows away.
public struct Witness: Sendable {
    /// Rows that wait for a tick; beyond, they are lost, which their numbers show.
    public static let heldMax = 100_000
    /// Tickets of calls of which nobody knows whether they were done.
    public static let doubtsMax = 100_000

    /// What was so when a call was asked.
    public struct Question: Sendable {
        let line: UInt64
        let after: Microseconds?
        /// Rows up to here had been heard.
        let mark: Int
    }

    private var number: UInt64 = 0
    private var line: UInt64 = 0
    /// The latest tick of this line, by the store's clock.
    private var heard: Microseconds?
    private var held: [LedgerRow] = []
    private var takenCount = 0
    private var ready: [LedgerRow] = []
    /// Since when each may have been done; and those of before, which give way when there are as many again.
    private var doubts: [TicketID: Microseconds?] = [:]
    private var oldDoubts: [TicketID: Microseconds?] = [:]
    private var lastTick = ""
    private var isDeaf = false
    private var drawTold: (epoch: UInt64, isOpened: Bool) = (0, false)
    /// Rows that had no room.
    public private(set) var lostCount = 0

    public init() {}

    /// At the beginning and at the end, by the process's own clock.
    public mutating func note(_ kind: LedgerRow.Kind, at time: Microseconds) {
        if kind == .closed {
            settle(upTo: takenCount + held.count, before: nil)
        }
        var row = LedgerRow(kind)
        row.time = time
        finish(row)
    }

    public mutating func takeRows() -> [LedgerRow] {
        defer { ready = [] }
        return ready
    }

    public func asked() -> Question { Question(line: line, after: heard, mark: takenCount + held.count) }

    public mutating func answered(_ call: StoreCall, _ question: Question, _ result: Result<StoreAnswer, StoreFault>) {
        switch result {
        case .failure(let fault): failed(call, question, fault)
        case .success(let answer):
            let base = RowBase(
                line: answer.lineage, after: answer.lineage == question.line ? question.after : nil, rules: call.rules)
            switch (call.operation, answer.outcome) {
            case (_, .lost): break
            case (.admit, .admitted(let snapshot)): tick(snapshot, call, question, answer)
            case (.enter(let arrivals), .entered(let entered)) where arrivals.count == entered.count:
                for (arrival, outcome) in zip(arrivals, entered) { note(arrival, outcome, base) }
            case (.claim(let ids), .claimed(let claimed)) where ids.count == claimed.count:
                for (id, outcome) in zip(ids, claimed) { note(id, outcome, base) }
            case (.renew(let marks), .renewed(let renewed)) where marks.count == renewed.count:
                for (mark, outcome) in zip(marks, renewed) where outcome == .ended { hold(base.row(.expired, mark.id)) }
            case (.release(let ids), .done): for id in ids { hold(base.row(.released, id)) }
            case (.leave(let ids), .done): for id in ids { hold(base.row(.left, id)) }
            case (.revoke(let ids, _), .done): for id in ids { hold(base.row(.revoked, id)) }
            case (.control(let changes), .done):
                var row = base.row(.control, nil)
                for change in changes { row.details.add(change) }
                hold(row)
            default: break
            }
        }
    }

    // MARK: Tickets

    /// What the rows of one call have in common.
    private struct RowBase {
        let line: UInt64
        let after: Microseconds?
        let rules: RoomRules

        func row(_ kind: LedgerRow.Kind, _ id: TicketID?) -> LedgerRow {
            var row = LedgerRow(kind, line: line)
            row.after = after
            row.id = id
            return row
        }

        func lane(_ asked: Int) -> String { rules.lanes[min(max(asked, 0), rules.lanes.count - 1)].name }
    }

    private mutating func note(_ arrival: Arrival, _ entered: Entered, _ base: RowBase) {
        var row = base.row(.refused, arrival.id)
        row.lane = base.lane(arrival.lane)
        settleDoubt(&row)
        switch entered {
        case .waiting(let place):
            row.kind = arrival.isNew ? .joined : .returned
            row.place = place
        case .admitted(let startedAt):
            row.kind = arrival.isNew ? .direct : .resumed
            row.time = startedAt
        case .spent: row.details.add("why", "spent")
        case .passed: row.details.add("why", "passed")
        case .revoked: row.details.add("why", "revoked")
        case .full: row.details.add("why", "full")
        case .offered, .awaitsDraw, .notYet, .closed, .open: return
        }
        hold(row)
    }

    private mutating func note(_ id: TicketID, _ claimed: Claimed, _ base: RowBase) {
        var row = base.row(.admitted, id)
        settleDoubt(&row)
        switch claimed {
        case .granted(let startedAt): row.time = startedAt
        case .spent:
            row.kind = .refused
            row.details.add("why", "spent")
        case .revoked:
            row.kind = .refused
            row.details.add("why", "revoked")
        case .waiting, .unknown: return
        }
        hold(row)
    }

    /// It may have been done when it was asked before.
    private mutating func settleDoubt(_ row: inout LedgerRow) {
        guard let id = row.id, let since = doubts.removeValue(forKey: id) ?? oldDoubts.removeValue(forKey: id) else {
            return
        }
        row.after = since.flatMap { since in row.after.map { min($0, since) } }
    }

    private mutating func failed(_ call: StoreCall, _ question: Question, _ fault: StoreFault) {
        switch fault {
        case .notDone, .open, .overloaded, .moving, .unusable: return
        case .unknown, .nonsense: break
        }
        var (operation, ids): (String, [TicketID]) = ("", [])
        switch call.operation {
        case .enter(let arrivals): (operation, ids) = ("enter", arrivals.filter(\.isNew).map(\.id))
        case .claim(let asked): (operation, ids) = ("claim", asked)
        case .admit:
            // One says it, until a tick is answered.
            if isDeaf { return }
            isDeaf = true
            operation = "tick"
        case .beat, .renew, .release, .leave, .revoke, .control, .adapt, .restore, .read: return
        }
        for id in ids where doubts[id] == nil && oldDoubts[id] == nil {
            if doubts.count >= Self.doubtsMax / 2 { (oldDoubts, doubts) = (doubts, [:]) }
            doubts.updateValue(question.after, forKey: id)
        }
        var row = LedgerRow(.unknown, line: question.line)
        row.after = question.after
        row.details.add("asked", operation)
        row.details.add("count", ids.count)
        hold(row)
    }

    // MARK: Ticks

    private mutating func tick(
        _ snapshot: RoomSnapshot, _ call: StoreCall, _ question: Question, _ answer: StoreAnswer
    ) {
        isDeaf = false
        if answer.lineage != line {
            settle(upTo: takenCount + held.count, before: nil)
            (line, heard, doubts, oldDoubts) = (answer.lineage, nil, [:], [:])
        } else {
            settle(upTo: question.mark, before: snapshot.now)
        }
        heard = max(heard ?? snapshot.now, snapshot.now)
        if let draw = snapshot.draw, drawTold != (draw.epoch, draw.isOpened) {
            drawTold = (draw.epoch, draw.isOpened)
            var row = LedgerRow(.draw, line: line)
            row.time = snapshot.now
            row.details.add("epoch", draw.epoch)
            row.details.add("commitment", draw.commitment)
            if draw.isOpened { row.details.add("seed", Hex.text(draw.seed)) }
            finish(row)
        }
        let details = TickDetails.details(snapshot, call, epoch: answer.epoch)
        guard details.text != lastTick else { return }
        lastTick = details.text
        var row = LedgerRow(.tick, line: line)
        row.time = snapshot.now
        row.details = details
        finish(row)
    }

    // MARK: Rows

    private mutating func hold(_ row: LedgerRow) {
        guard held.count < Self.heldMax else {
            number += 1
            lostCount += 1
            return
        }
        held.append(row)
    }

    /// What was heard before a tick was asked was done before it.
    private mutating func settle(upTo mark: Int, before: Microseconds?) {
        let count = min(max(0, mark - takenCount), held.count)
        for var row in held.prefix(count) {
            row.before = row.line == line ? before : nil
            finish(row)
        }
        held.removeFirst(count)
        takenCount += count
    }

    private mutating func finish(_ row: LedgerRow) {
        number += 1
        var row = row
        row.number = number
        ready.append(row)
    }
}
