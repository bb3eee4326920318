import Bytes
import Glibc
import Synchronization

/// The thread behind a `LogWriter`, and the queue between it and the loops. The lock is never held during a system call.
final class LogThread: Sendable {
    /// After a write, how long single lines gather before the next.
    static let lingerMilliseconds = 50
    /// So much ends the lingering at once.
    static let lingerBytesMax = 65_536
    static let endMillisecondsDefault = 2_000

    private enum Sleep { case awake, lingering, idle }

    private struct Queue: ~Copyable {
        var waiting = ByteBuffer()
        var lines = 0
        var bytesBeingWritten = 0
        var sleep = Sleep.awake
        var reopens = false
        var flushes: [Bell] = []
        /// Set by `end`: nothing more is taken.
        var deadline: MonotonicTime?
        var unreported = 0
        var isFailing = false
        var counts = LogCounts()
    }

    /// What the thread has to do now, besides the bytes.
    private struct Work {
        var lines = 0
        var reopens = false
        var flushes: [Bell] = []
        /// Lines dropped since the log last said so.
        var unreported = 0
        /// The last write went well, so that telling of what was dropped is worth a write of its own.
        var retries = true
        var ends = false

        var isNothing: Bool { lines == 0 && !reopens && flushes.isEmpty && (unreported == 0 || !retries) }
    }

    private let bytesMax: Int
    private let queue: Mutex<Queue>
    private let bell: Bell
    private let ended: Bell
    private let file: Mutex<LogFile>

    init(to destination: LogDestination, format: LogFormat, bytesMax: Int, complaintsTo: Int32) throws(LogWriterError) {
        self.bytesMax = bytesMax
        var empty = Queue()
        empty.waiting.reserve(bytesMax)
        queue = Mutex(empty)
        bell = try Bell()
        ended = try Bell()
        file = Mutex(try LogFile(destination, format: format, complaintsTo: complaintsTo))
    }

    // MARK: Called from any thread

    func submit(_ chunk: Span<UInt8>, lines: Int) -> Bool {
        let (taken, wakes) = queue.withLock { queue in
            queue.counts.submitted += lines
            let hasEnded = queue.deadline != nil
            if hasEnded || queue.waiting.count + queue.bytesBeingWritten + chunk.count > bytesMax {
                queue.counts.dropped += lines
                if !hasEnded { queue.unreported += lines }
                return (false, false)
            }
            queue.waiting.append(chunk)
            queue.lines += lines
            let enough = queue.sleep == .idle || (queue.sleep == .lingering && queue.waiting.count >= Self.lingerBytesMax)
            if enough { queue.sleep = .awake }
            return (true, enough)
        }
        if wakes { bell.ring() }
        return taken
    }

    func reopen() {
        queue.withLock { $0.reopens = true }
        bell.ring()
    }

    func flush(millisecondsMax: Int) -> Bool {
        guard let done = try? Bell() else { return false }
        let isOver = queue.withLock { queue in
            // A thread that has ended wrote all it ever will.
            if queue.deadline != nil { return true }
            queue.flushes.append(done)
            return false
        }
        if isOver { return waitForEnd(millisecondsMax: millisecondsMax) }
        bell.ring()
        return done.wait(millisecondsMax: millisecondsMax)
    }

    func end(millisecondsMax: Int) {
        let deadline = MonotonicTime.now().advanced(milliseconds: millisecondsMax)
        // The first deadline stays: whoever asks again waits again, but the thread gives up when it first was to.
        queue.withLock { $0.deadline = $0.deadline ?? deadline }
        bell.ring()
    }

    func waitForEnd(millisecondsMax: Int) -> Bool {
        guard ended.wait(millisecondsMax: millisecondsMax) else { return false }
        // The next one to wait hears it too.
        ended.ring()
        return true
    }

    /// It waits for as long as nobody wakes it.
    var isIdle: Bool { queue.withLock { $0.sleep == .idle } }

    var counts: LogCounts { queue.withLock { $0.counts } }

    // MARK: The thread

    /// The thread owns this object until it ends. It takes no signals, which are the main thread's (and SIGPIPE
    /// nobody's), but those of its own faults.
    func start() throws(LogWriterError) {
        var all = sigset_t()
        var before = sigset_t()
        sigfillset(&all)
        for fault in [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT] { sigdelset(&all, fault) }
        pthread_sigmask(SIG_SETMASK, &all, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        // The one way to hand an object to a new thread; the thread takes the reference over.
        let object = Unmanaged.passRetained(self)
        var thread = pthread_t()
        let failure = pthread_create(
            &thread, nil,
            { object in
                guard let object else { return nil }
                Unmanaged<LogThread>.fromOpaque(object).takeRetainedValue().run()
                return nil
            }, object.toOpaque())
        guard failure == 0 else {
            object.release()
            throw .noThread(errno: failure)
        }
        pthread_detach(thread)
    }

    private func run() {
        var bytes = ByteBuffer()
        bytes.reserve(bytesMax)
        while true {
            let work = take(&bytes)
            if work.isNothing {
                if work.ends { break }
                _ = bell.wait(millisecondsMax: -1)
                continue
            }
            perform(work, bytes.span)
            if bytes.count > Self.lingerBytesMax * 4 {
                // A burst has passed: its memory goes back.
                bytes.release()
                bytes.reserve(bytesMax)
            }
            bytes.removeAll()
            if lingers() { _ = bell.wait(millisecondsMax: Self.lingerMilliseconds) }
        }
        file.withLock { $0.close() }
        ended.ring()
    }

    /// Swaps the waiting bytes for the empty buffer; the loops go on filling that.
    private func take(_ bytes: inout ByteBuffer) -> Work {
        queue.withLock { queue in
            swap(&queue.waiting, &bytes)
            let work = Work(
                lines: queue.lines, reopens: queue.reopens, flushes: queue.flushes,
                unreported: queue.unreported, retries: !queue.isFailing, ends: queue.deadline != nil)
            queue.bytesBeingWritten = bytes.count
            queue.lines = 0
            queue.reopens = false
            queue.flushes = []
            if !work.isNothing { queue.unreported = 0 }
            queue.sleep = work.isNothing && !work.ends ? .idle : .awake
            return work
        }
    }

    private func perform(_ work: Work, _ bytes: Span<UInt8>) {
        let deadline = { @Sendable in self.queue.withLock { $0.deadline } }
        let outcome = file.withLock { file in
            if work.reopens { file.reopen() }
            return file.write(bytes, lines: work.lines, droppedBefore: work.unreported, givingUpAt: deadline)
        }
        queue.withLock { queue in
            queue.bytesBeingWritten = 0
            queue.counts.written += work.lines - outcome.linesLost
            queue.counts.dropped += outcome.linesLost
            queue.counts.failedWrites += outcome.failures
            queue.isFailing = outcome.failures > 0
            queue.unreported += outcome.linesLost + outcome.unreported
        }
        for flush in work.flushes { flush.ring() }
    }

    private func lingers() -> Bool {
        queue.withLock { queue in
            if queue.waiting.count >= Self.lingerBytesMax || queue.deadline != nil || !queue.flushes.isEmpty { return false }
            queue.sleep = .lingering
            return true
        }
    }
}
