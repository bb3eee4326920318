import Bytes

/// The log of one loop: formats lines into a buffer of its own and hands them to the writer once per turn of the loop.
///
///     journal.log(.warning, "upstream.ejected", at: now) {
///         $0.field("upstream", name)
///         $0.field("failures", 5)
///     }
///
/// Not Sendable: it belongs to the thread that made it. A closure must not log itself.
public final class Journal {
    /// Beyond this the chunk is handed over at once and not only at the turn's end.
    public static let chunkBytesMax = 32_768

    /// Lines above it are not written; may be changed at any time.
    public var level: LogLevel

    private let writer: LogWriter
    @usableFromInline var line: LogLine
    private var lines = 0
    private var clock = TimeText()
    private var ceiling = EventCeiling()

    public init(_ writer: LogWriter, level: LogLevel = .info) {
        self.writer = writer
        self.level = level
        line = LogLine(format: writer.format)
    }

    deinit {
        if lines > 0 { handOver() }
    }

    /// Writes a line, unless its level is not wanted or its event has used up its second's lines; `time` is unix
    /// nanoseconds. Debug lines have no ceiling: whoever turns them on wants all of them.
    @inlinable public func log(
        _ level: LogLevel, _ event: StaticString, at time: Int64, _ fields: (inout LogLine) -> Void = { _ in }
    ) {
        guard level <= self.level, begin(level, event, at: time) else { return }
        fields(&line)
        end()
    }

    /// Once per turn of the loop: what was written goes to the writer, and events that were cut short are accounted for.
    public func flush(at time: Int64) {
        if ceiling.owing > 0 { settle(at: time) }
        if lines > 0 { handOver() }
    }

    @usableFromInline func begin(_ level: LogLevel, _ event: StaticString, at time: Int64) -> Bool {
        if ceiling.owing > 0 { settle(at: time) }
        if level < .debug, !ceiling.admits(level, event, at: time) { return false }
        line.begin(level, event, at: time, &clock)
        return true
    }

    @usableFromInline func end() {
        line.end()
        lines += 1
        if line.bytes.count > Self.chunkBytesMax { handOver() }
    }

    private func settle(at time: Int64) {
        while let cut = ceiling.nextSuppressed(at: time) {
            line.begin(cut.level, "log.suppressed", at: time, &clock)
            line.field("suppressed", cut.event)
            line.field("lines", cut.lines)
            end()
        }
    }

    /// Taken or not, the buffer is empty afterwards: the writer counts what it refused.
    private func handOver() {
        _ = writer.submit(line.bytes.span, lines: lines)
        line.bytes.removeAll()
        lines = 0
    }
}
