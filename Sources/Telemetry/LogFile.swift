import Bytes
import Glibc

/// The open destination, and what to do when it takes nothing: count, say so on standard error now and then, go on.
struct LogFile: ~Copyable {
    static let complaintIntervalMilliseconds = 60_000
    /// How long one wait for a reader lasts before the deadline is looked at again.
    private static let readyMilliseconds = 100
    private static let bytesPerWriteMax = 262_144

    struct Outcome {
        var linesLost = 0
        /// Dropped lines that the log could not be told of.
        var unreported = 0
        var failures = 0
    }

    private let destination: LogDestination
    private let complaints: Int32
    private var descriptor: Int32
    private var line: LogLine
    private var clock = TimeText()
    /// The last write stopped within a line: what comes next must not look like its end.
    private var isTorn = false
    private var linesLostSinceComplaint = 0
    private var nextComplaint = MonotonicTime.now()

    init(_ destination: LogDestination, format: LogFormat, complaintsTo complaints: Int32) throws(LogWriterError) {
        self.destination = destination
        self.complaints = complaints
        descriptor = try destination.open()
        line = LogLine(format: format)
    }

    deinit { if descriptor >= 0 { destination.close(descriptor) } }

    mutating func close() {
        destination.close(descriptor)
        descriptor = -1
    }

    /// Keeps the old file when the new one cannot be opened: lines in the wrong file are better than none.
    mutating func reopen() {
        do throws(LogWriterError) {
            let opened = try destination.open()
            destination.close(descriptor)
            descriptor = opened
            isTorn = false
        } catch {
            complain("log: \(error); still writing to the file that was open")
        }
    }

    /// Writes a batch, then the count of what was dropped before it. The deadline is asked for while nothing moves.
    mutating func write(
        _ bytes: Span<UInt8>, lines: Int, droppedBefore: Int, givingUpAt deadline: @Sendable () -> MonotonicTime?
    ) -> Outcome {
        var outcome = Outcome()
        outcome.unreported = droppedBefore
        if isTorn {
            let newline: [UInt8] = [UInt8(ascii: "\n")]
            if writeAll(newline.span, deadline) == 1 { isTorn = false }
        }
        if !bytes.isEmpty {
            let written = isTorn ? 0 : writeAll(bytes, deadline)
            if written < bytes.count {
                outcome.failures = 1
                outcome.linesLost = bytes.extracting(written..<bytes.count).newlines
                isTorn = isTorn || (written > 0 && bytes[written - 1] != UInt8(ascii: "\n"))
                complain(lost: outcome.linesLost)
                return outcome
            }
        }
        if droppedBefore > 0, !isTorn {
            line.bytes.removeAll()
            line.begin(.warning, "log.dropped", at: MonotonicTime.unixNanoseconds(), &clock)
            line.field("lines", droppedBefore)
            line.end()
            let written = writeAll(line.bytes.span, deadline)
            if written == line.bytes.count {
                outcome.unreported = 0
            } else {
                isTorn = written > 0
                outcome.failures = 1
            }
        }
        return outcome
    }

    /// How many bytes went out before an error, all of them if there was none; `errno` is the error's.
    private func writeAll(_ bytes: Span<UInt8>, _ deadline: @Sendable () -> MonotonicTime?) -> Int {
        var at = 0
        while at < bytes.count {
            let piece = bytes.extracting(at..<min(bytes.count, at + Self.bytesPerWriteMax))
            let written = piece.withUnsafeBufferPointer { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written > 0 {
                at += written
                continue
            }
            let failure = written == 0 ? EIO : errno
            if failure == EINTR { continue }
            guard failure == EAGAIN, waitUntilReady(deadline) else {
                errno = failure
                return at
            }
        }
        return at
    }

    /// Whether to try again; false once the deadline has passed.
    private func waitUntilReady(_ deadline: @Sendable () -> MonotonicTime?) -> Bool {
        var watched = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        while poll(&watched, 1, Int32(Self.readyMilliseconds)) <= 0 {
            if let deadline = deadline(), deadline.millisecondsLeft() == 0 { return false }
        }
        return true
    }

    // MARK: Complaints

    private mutating func complain(lost lines: Int) {
        let failure = errno
        linesLostSinceComplaint += lines
        guard nextComplaint.millisecondsLeft() == 0 else { return }
        nextComplaint = MonotonicTime.now().advanced(milliseconds: Self.complaintIntervalMilliseconds)
        complain("log: cannot write to \(destination.name): \(errorText(failure)); lines lost: \(linesLostSinceComplaint)")
        linesLostSinceComplaint = 0
    }

    /// Says it only where that does not block. When standard error is itself the destination it was tried already.
    private func complain(_ text: String) {
        guard destination != .standardError else { return }
        var watched = pollfd(fd: complaints, events: Int16(POLLOUT), revents: 0)
        guard poll(&watched, 1, 0) == 1 else { return }
        let bytes = Array((text + "\n").utf8)
        _ = Glibc.write(complaints, bytes, bytes.count)
    }
}
