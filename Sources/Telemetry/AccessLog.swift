import Bytes

/// The access log of one loop: one line a request, formatted without an allocation, handed over once per turn.
///
/// Not Sendable: it belongs to the thread that made it.
public final class AccessLog {
    private let writer: LogWriter
    private let format: LogFormat
    private var lines = 0
    private var bytes = ByteBuffer()
    private var clock = TimeText()

    public init(_ writer: LogWriter) {
        self.writer = writer
        format = writer.format
    }

    public func append(_ entry: borrowing AccessEntry) {
        switch format {
        case .text: entry.append(textTo: &bytes, &clock)
        case .json: entry.append(jsonTo: &bytes, &clock)
        }
        lines += 1
        if bytes.count > Journal.chunkBytesMax { handOver() }
    }

    /// Once per turn of the loop.
    @inlinable public func flush() {
        if hasLines { handOver() }
    }

    @usableFromInline var hasLines: Bool { lines > 0 }

    @usableFromInline func handOver() {
        _ = writer.submit(bytes.span, lines: lines)
        bytes.removeAll()
        lines = 0
    }
}
