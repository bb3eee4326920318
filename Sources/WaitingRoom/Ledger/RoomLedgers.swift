import Admission
import Digest
import Ledger
import Loop
import Telemetry

/// What this process hears of its rooms, written down for the proof after the sale (`docs/EXPORT.md`). Lives on the control loop,
/// where all that the desks ask of the store comes by; the writing is done on a thread of its own.
final class RoomLedgers {
    private let thread: LedgerThread
    private let clock: () -> Microseconds
    private var witnesses: [String: Witness] = [:]
    /// What was lost for want of room in a witness, and has been counted.
    private var counted: [String: Int] = [:]
    private var troubles: [String: String] = [:]
    private let journal: Journal
    private let loop: EventLoop
    private lazy var mine = LoopBound(WeakLedgers(self), on: loop)

    private struct WeakLedgers {
        weak var ledgers: RoomLedgers?

        init(_ ledgers: RoomLedgers) { self.ledgers = ledgers }
    }

    /// `folder`: a folder for each room is made in it. `clock`: since 1970.
    init(
        folder: String, node: String, bytesMax: Int, clock: @escaping () -> Microseconds, on loop: EventLoop,
        journal: Journal
    ) throws(SystemError) {
        let run = SecureRandom.bytes(4).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let since = clock() / 1_000_000
        (self.clock, self.loop, self.journal) = (clock, loop, journal)
        thread = try LedgerThread { LedgerFolder(folder, run: run, node: node, bytesMax: bytesMax, since: since) }
    }

    func asked(_ room: String) -> Witness.Question {
        if witnesses[room] == nil {
            var witness = Witness()
            witness.note(.opened, at: clock())
            witnesses[room] = witness
        }
        return (witnesses[room] ?? Witness()).asked()
    }

    func answered(_ call: StoreCall, _ question: Witness.Question, _ result: Result<StoreAnswer, StoreFault>) {
        witnesses[call.room]?.answered(call, question, result)
        write(call.room)
    }

    private func write(_ room: String) {
        guard let rows = witnesses[room]?.takeRows(), !rows.isEmpty else { return }
        let lost = (witnesses[room]?.lostCount ?? 0) - (counted[room] ?? 0)
        if lost > 0 {
            thread.loseRows(lost)
            counted[room, default: 0] += lost
        }
        let (handle, mine) = (loop.handle, mine)
        thread.write(rows.map(LedgerText.text).joined(), rows: rows.count, room: room) { trouble in
            handle.submit { loop in mine.open(on: loop)?.ledgers?.report(room, trouble) }
        }
    }

    /// Once when it begins, once when it is over.
    private func report(_ room: String, _ trouble: String?) {
        guard trouble != troubles[room] else { return }
        troubles[room] = trouble
        journal.log(trouble == nil ? .info : .error, "ledger.state", at: Int64(loop.unixNow)) { line in
            line.field("room", room)
            line.field("state", trouble ?? "written again")
            if trouble != nil { line.field("hint", "what is lost will be missing in an export, which says so") }
        }
    }

    func register(in metrics: Metrics) {
        let help = "Rows of the ledgers of the rooms, by what became of them."
        let thread = thread
        metrics.counter("waitingroom_ledger_rows_total", help, ["outcome": "written"]) {
            Double(thread.rowsWritten.load(ordering: .relaxed))
        }
        metrics.counter("waitingroom_ledger_rows_total", help, ["outcome": "lost"]) {
            Double(thread.rowsLost.load(ordering: .relaxed))
        }
        metrics.counter("waitingroom_ledger_bytes_total", "Bytes written to the ledgers of the rooms.") {
            Double(thread.bytesWritten.load(ordering: .relaxed))
        }
    }

    /// No more is heard. What was is on the disk then.
    func close() {
        for room in witnesses.keys.sorted() {
            witnesses[room]?.note(.closed, at: clock())
            write(room)
        }
        witnesses = [:]
        thread.stop()
        mine.release(on: loop)
    }
}
