import Admission
import Synchronization

/// Runs work on a thread that may wait for the disk. False when it will not run.
public typealias Background = (@escaping @Sendable () -> Void) -> Bool

/// The journal of one room: an append-only file, written at the end of every call that changed something worth keeping, so
/// that a process which dies has lost nothing that it said; on the disk about a second later, so that a machine which dies
/// has lost that second.
///
/// Where the file has grown, or could not be written, all that is to be kept is written anew, beside it, and takes its place.
/// Nothing is gathered for a disk that does not take it: the line itself is what will be written.
final class RoomJournal {
    /// A file is written anew when it has more bytes than this, and twice what it had when it was written last.
    static let rewriteBytesMin = 1 << 20
    static let growthMax = 2
    /// What may gather while it is written anew; beyond it that was in vain, and is begun again.
    static let tailBytesMax = 16 << 20
    static let syncEvery: Microseconds = 1_000_000
    static let retryEvery: Microseconds = 1_000_000

    let room: String
    let path: String
    private(set) var fault: JournalFault?

    private let background: Background
    private var file: JournalFile?
    private var identity: JournalFile.Identity?
    private var bytesCount = 0
    private var rewriteBytes = rewriteBytesMin

    private var rewriting: Job?
    private var tail: [UInt8] = []
    private var isTailLost = false
    private var retryAt: Microseconds?

    private var syncing: Job?
    private var syncedAt: Microseconds?
    private var isDirty = false

    /// Something that is done in the background, and what came of it.
    private final class Job: Sendable {
        enum Outcome: Sendable {
            case synced
            case rewritten(JournalFile, bytesCount: Int)
            case failed(JournalFault)
        }

        private let outcome = Mutex<Outcome?>(nil)

        func end(_ body: () throws(JournalFault) -> Outcome) {
            do throws(JournalFault) {
                let ended = try body()
                outcome.withLock { $0 = ended }
            } catch {
                outcome.withLock { $0 = .failed(error) }
            }
        }

        var result: Outcome? { outcome.withLock { $0 } }
    }

    init(room: String, path: String, identity: JournalFile.Identity?, background: @escaping Background) {
        self.room = room
        self.path = path
        self.identity = identity
        self.background = background
    }

    /// At the start, when there is time to wait for the disk.
    func begin(with image: JournalImage, isSynced: Bool) {
        var writing = JournalWriting()
        for record in image.records(room: room) { writing.append(record) }
        do throws(JournalFault) {
            let written = try JournalFile.write(writing.bytes, beside: path, isSynced: isSynced)
            try put(written, [], bytesCount: writing.bytes.count)
            if isSynced { try JournalFile.syncFolder(of: path) }
        } catch {
            fault = error
        }
    }

    /// At the end of each call, also of one that left nothing to write.
    func write(_ records: [JournalRecord], now: Microseconds, keepsake: () -> (Keepsake, at: Microseconds)) {
        if case .superseded = fault { return }
        settle(now)
        if !records.isEmpty { append(records, now) }
        let mustRewrite = fault.map { !$0.isRefusal && isDue(now) } ?? (bytesCount > rewriteBytes)
        if mustRewrite, rewriting == nil { rewrite(keepsake) }
        if fault == nil, isDirty, syncing == nil, isSyncDue(now) { sync(now) }
    }

    /// Waits until all that was written is on the disk. For the end of a process.
    func finish() {
        guard fault == nil, let file else { return }
        do throws(JournalFault) { try file.sync() } catch { fault = error }
    }

    private func append(_ records: [JournalRecord], _ now: Microseconds) {
        var writing = JournalWriting()
        for record in records { writing.append(record) }
        if rewriting != nil, !isTailLost {
            tail += writing.bytes
            isTailLost = tail.count > Self.tailBytesMax
        }
        guard fault == nil, let file else { return }
        do throws(JournalFault) {
            try file.append(writing.bytes)
            bytesCount += writing.bytes.count
            isDirty = true
        } catch {
            fail(error, now)
        }
    }

    private func fail(_ error: JournalFault, _ now: Microseconds) {
        fault = error
        retryAt = now + Self.retryEvery
    }

    /// A clock that was set back does not put it off.
    private func isDue(_ now: Microseconds) -> Bool {
        guard let retryAt else { return true }
        return now >= retryAt || retryAt - now > Self.retryEvery
    }

    private func isSyncDue(_ now: Microseconds) -> Bool {
        syncedAt.map { abs(now - $0) >= Self.syncEvery } ?? true
    }

    // MARK: In the background

    private func sync(_ now: Microseconds) {
        guard let file else { return }
        let job = Job()
        syncing = job
        syncedAt = now
        isDirty = false
        run {
            job.end { () throws(JournalFault) in
                try file.sync()
                return .synced
            }
        }
    }

    private func rewrite(_ keepsake: () -> (Keepsake, at: Microseconds)) {
        let (kept, at) = keepsake()
        let job = Job()
        rewriting = job
        tail = []
        isTailLost = false
        let (room, path) = (room, path)
        run {
            job.end { () throws(JournalFault) in
                let bytes = kept.bytes(room: room, at: at)
                return .rewritten(try JournalFile.write(bytes, beside: path, isSynced: true), bytesCount: bytes.count)
            }
        }
    }

    private func run(_ work: @escaping @Sendable () -> Void) {
        if !background(work) { work() }
    }

    /// Takes in what the background has done meanwhile.
    private func settle(_ now: Microseconds) {
        if let outcome = syncing?.result {
            syncing = nil
            if case .failed(let error) = outcome { fail(error, now) }
            checkIdentity(now)
        }
        guard let outcome = rewriting?.result else { return }
        rewriting = nil
        defer {
            tail = []
            isTailLost = false
        }
        do throws(JournalFault) {
            switch outcome {
            case .failed(let error): throw error
            case .rewritten(let written, let count) where !isTailLost:
                try put(written, tail, bytesCount: count)
                fault = nil
                retryAt = nil
                isDirty = true
            case .rewritten(let written, _): written.discard()
            case .synced: break
            }
        } catch {
            fail(error, now)
        }
    }

    /// Somebody has removed the file, or another process has put its own in its place.
    private func checkIdentity(_ now: Microseconds) {
        guard fault == nil else { return }
        let there = JournalFile.Identity.of(path)
        if there == nil {
            fail(.cannotWrite(path: path, reason: "the file was removed"), now)
        } else if there != identity {
            fail(.superseded(path: path), now)
        }
    }

    /// With what has gathered since.
    private func put(_ written: JournalFile, _ tail: [UInt8], bytesCount count: Int) throws(JournalFault) {
        do throws(JournalFault) {
            try written.append(tail)
            if let there = JournalFile.Identity.of(path), there != identity { throw .superseded(path: path) }
            try written.takePlace()
        } catch {
            written.discard()
            throw error
        }
        file = written
        identity = written.identity
        bytesCount = count + tail.count
        rewriteBytes = max(Self.rewriteBytesMin, bytesCount * Self.growthMax)
    }
}
