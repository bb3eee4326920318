import Loop
import Synchronization

/// The thread that writes ledgers. What waits for it has a ceiling; beyond, and where the disk takes nothing, rows are lost and counted,
/// and their numbers are missed in the ledger.
final class LedgerThread: Sendable {
    static let bytesWaitingMax = 16 << 20

    let rowsWritten = Atomic<Int>(0)
    let rowsLost = Atomic<Int>(0)
    let bytesWritten = Atomic<Int>(0)
    private let bytesWaiting = Atomic<Int>(0)
    private let thread: LoopThread

    init(_ make: @escaping @Sendable () -> LedgerFolder) throws(SystemError) {
        thread = try LoopThread.start(name: "ledger") { $0.tenant = make() }
    }

    /// `told`: why it could not be written, or nil when it was; on the thread.
    func write(_ text: String, rows: Int, room: String, told: @escaping @Sendable (String?) -> Void) {
        let bytes = text.utf8.count
        guard bytesWaiting.load(ordering: .relaxed) + bytes <= Self.bytesWaitingMax else {
            rowsLost.add(rows, ordering: .relaxed)
            return told("more than \(Self.bytesWaitingMax) bytes wait for the disk")
        }
        bytesWaiting.add(bytes, ordering: .relaxed)
        let isTaken = thread.handle.submit { [self] loop in
            let trouble = (loop.tenant as? LedgerFolder)?.append(text, to: room)
            bytesWaiting.subtract(bytes, ordering: .relaxed)
            if trouble == nil {
                rowsWritten.add(rows, ordering: .relaxed)
                bytesWritten.add(bytes, ordering: .relaxed)
            } else {
                rowsLost.add(rows, ordering: .relaxed)
            }
            told(trouble)
        }
        if !isTaken { rowsLost.add(rows, ordering: .relaxed) }
    }

    func loseRows(_ count: Int) { rowsLost.add(count, ordering: .relaxed) }

    /// Everything that was given before is on the disk.
    func stop() {
        let isTaken = thread.handle.submit { loop in
            (loop.tenant as? LedgerFolder)?.closeAll()
            loop.tenant = nil
            loop.stop()
        }
        if isTaken { thread.join() }
    }
}
