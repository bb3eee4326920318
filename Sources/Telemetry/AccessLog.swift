import Bytes

/// The access log of one loop: one line a request, formatted without an allocation, handed over once per turn.
///
/// Not Sendable: it belongs to the thread that made it.
public final class AccessLog {
    private let writer: LogWriter
    private let format: LogFormat
    private var sheet = Sheet()

    /// What a line changes, in one place: each access to a variable of a class is checked for overlaps, which costs.
    private struct Sheet: ~Copyable {
        var lines = 0
        var bytes = ByteBuffer()
        var clock = TimeText()

        mutating func append(_ entry: borrowing AccessEntry, as format: LogFormat) -> Bool {
            switch format {
            case .text: entry.append(textTo: &bytes, &clock)
            case .json: entry.append(jsonTo: &bytes, &clock)
            }
            lines += 1
            return bytes.count > Journal.chunkBytesMax
        }
    }

    public init(_ writer: LogWriter) {
        self.writer = writer
        format = writer.format
    }

    deinit { flush() }

    public func append(_ entry: borrowing AccessEntry) {
        if sheet.append(entry, as: format) { handOver() }
    }

    /// Once per turn of the loop.
    public func flush() {
        if sheet.lines > 0 { handOver() }
    }

    private func handOver() {
        _ = writer.submit(sheet.bytes.span, lines: sheet.lines)
        sheet.bytes.removeAll()
        sheet.lines = 0
    }
}
