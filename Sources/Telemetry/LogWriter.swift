import Bytes
import Glibc
import Synchronization

/// Takes lines from any number of loops and writes them on a thread of its own, so that no loop ever waits for a disk, a
/// terminal or whoever reads a pipe.
///
/// A loop pays for a copy under a short lock, and now and then for waking the thread. The thread writes what has
/// gathered, then lingers before it can be woken by single lines again: a busy proxy costs some twenty writes a second.
/// What does not fit below `bytesMax` is dropped and counted, and the log says so itself once there is room. Nothing
/// that happens to the destination ends the process or stops the loops.
public final class LogWriter: Sendable {
    public static let bytesMaxDefault = 4 << 20

    public let format: LogFormat
    private let thread: LogThread

    /// Opens the destination and starts the thread. `bytesMax` bounds what waits and what is being written together.
    public convenience init(
        to destination: LogDestination, format: LogFormat = .text, bytesMax: Int = bytesMaxDefault
    ) throws(LogWriterError) {
        try self.init(to: destination, format: format, bytesMax: bytesMax, complaintsTo: STDERR_FILENO)
    }

    init(
        to destination: LogDestination, format: LogFormat, bytesMax: Int, complaintsTo complaints: Int32
    ) throws(LogWriterError) {
        self.format = format
        thread = try LogThread(to: destination, format: format, bytesMax: bytesMax, complaintsTo: complaints)
        try thread.start()
    }

    /// Ends the thread when it has nothing left to write; does not wait for it.
    deinit { thread.end(millisecondsMax: LogThread.endMillisecondsDefault) }

    /// Takes whole lines, each ending in a newline, `lines` of them. False when they were dropped.
    public func submit(_ chunk: Span<UInt8>, lines: Int) -> Bool { thread.submit(chunk, lines: lines) }

    /// Takes whole lines, each ending in a newline. False when they were dropped.
    public func submit(_ chunk: [UInt8]) -> Bool { thread.submit(chunk.span, lines: chunk.span.newlines) }

    /// Opens the file anew before the next line is written: somebody has renamed it away. Does not wait.
    public func reopen() { thread.reopen() }

    /// Waits until what was submitted before is written or lost; false when that took too long.
    public func flush(millisecondsMax: Int) -> Bool { thread.flush(millisecondsMax: millisecondsMax) }

    /// Takes nothing more, writes what is there and ends the thread; false when that took too long, in which case the
    /// rest is lost. Calling it again waits again.
    public func close(millisecondsMax: Int) -> Bool {
        thread.end(millisecondsMax: millisecondsMax)
        return thread.waitForEnd(millisecondsMax: millisecondsMax)
    }

    public var counts: LogCounts { thread.counts }

    var isIdle: Bool { thread.isIdle }

    /// Shows at every scrape what became of the lines; `name` tells one log from another.
    public func register(in metrics: Metrics, as name: String) {
        let help = "Log lines, by what became of them."
        metrics.counter("waitingroom_log_lines_total", help, ["log": name, "outcome": "written"]) { [thread] in
            Double(thread.counts.written)
        }
        metrics.counter("waitingroom_log_lines_total", help, ["log": name, "outcome": "dropped"]) { [thread] in
            Double(thread.counts.dropped)
        }
    }
}

/// What became of the lines. After a flush, `submitted == written + dropped`.
public struct LogCounts: Equatable, Sendable {
    public var submitted = 0
    public var written = 0
    /// Did not fit, came after `close`, or were lost with a failed write.
    public var dropped = 0
    public var failedWrites = 0
}

extension Span where Element == UInt8 {
    var newlines: Int {
        var lines = 0
        for at in 0..<count where self[at] == UInt8(ascii: "\n") { lines += 1 }
        return lines
    }
}
