import Bytes

/// Lines being written, and the place where the fields of the one at the end are added.
public struct LogLine: ~Copyable {
    /// A longer value is cut here and ends in `...`, so that no peer decides how large a line is.
    public static let fieldBytesMax = 2_048

    var bytes = ByteBuffer()
    let format: LogFormat

    init(format: LogFormat) { self.format = format }

    public mutating func field(_ key: StaticString, _ value: StaticString) { field(key, value.bytes) }

    /// Disfavored, so that a literal is a StaticString.
    @_disfavoredOverload
    public mutating func field(_ key: StaticString, _ value: String) { field(key, value.utf8.span) }

    public mutating func field(_ key: StaticString, _ value: Span<UInt8>) {
        append(key: key)
        append(value: value)
    }

    @inlinable public mutating func field(_ key: StaticString, _ value: some FixedWidthInteger) {
        field(key, negative: value < 0, magnitude: UInt64(truncatingIfNeeded: value.magnitude))
    }

    public mutating func field(_ key: StaticString, _ value: Bool) {
        append(key: key)
        if value { bytes.append("true") } else { bytes.append("false") }
    }

    /// A duration, written in milliseconds with three decimals; end the key with `_ms`.
    public mutating func field(_ key: StaticString, milliseconds nanoseconds: Int64) {
        append(key: key)
        bytes.append(millisecondsOf: nanoseconds)
    }

    @usableFromInline mutating func field(_ key: StaticString, negative: Bool, magnitude: UInt64) {
        append(key: key)
        if negative { bytes.append("-") }
        bytes.append(decimal: magnitude)
    }

    // MARK: The frame of a line

    mutating func begin(_ level: LogLevel, _ event: StaticString, at time: Int64, _ clock: inout TimeText) {
        switch format {
        case .text:
            clock.append(rfc3339: time, to: &bytes)
            bytes.append(" ")
            bytes.append(level.name)
            bytes.append(" ")
            bytes.append(event)
        case .json:
            bytes.append("{\"time\":\"")
            clock.append(rfc3339: time, to: &bytes)
            bytes.append("\",\"level\":\"")
            bytes.append(level.name)
            bytes.append("\",\"event\":\"")
            bytes.append(event)
            bytes.append("\"")
        }
    }

    mutating func end() {
        switch format {
        case .text: bytes.append("\n")
        case .json: bytes.append("}\n")
        }
    }

    private mutating func append(key: StaticString) {
        switch format {
        case .text:
            bytes.append(" ")
            bytes.append(key)
            bytes.append("=")
        case .json:
            bytes.append(",\"")
            bytes.append(key)
            bytes.append("\":")
        }
    }

    private mutating func append(value: Span<UInt8>) {
        if format == .text, value.needsNoQuotes { return bytes.append(value) }
        bytes.append("\"")
        bytes.append(clipped: value, as: format)
        bytes.append("\"")
    }
}

extension ByteBuffer {
    /// The inside of a quoted string, cut at the ceiling.
    mutating func append(clipped value: Span<UInt8>, as format: LogFormat) {
        guard value.count > LogLine.fieldBytesMax else { return append(escaping: value, as: format) }
        var end = LogLine.fieldBytesMax
        // Not in the middle of a character, if it is one.
        while end > LogLine.fieldBytesMax - 3, value[end] & 0xc0 == 0x80 { end -= 1 }
        append(escaping: value.extracting(0..<end), as: format)
        append("...")
    }
}

extension Span where Element == UInt8 {
    /// Short, visible, and without what has a meaning in `key=value`.
    fileprivate var needsNoQuotes: Bool {
        guard count > 0, count <= 256, plainPrefix() == count else { return false }
        for at in 0..<count where self[at] == UInt8(ascii: " ") || self[at] == UInt8(ascii: "=") { return false }
        return true
    }
}
