import Bytes

/// Which trace a request belongs to (W3C Trace Context, `traceparent`): passed on when it is sound, else begun.
public struct TraceContext: Equatable, Sendable {
    public static let headerBytes = 55
    /// `sampled` and `random-trace-id`; the other bits have no meaning yet and are sent as zero, as the standard says.
    private static let flagsKnown: UInt8 = 0x03

    public let traceHigh: UInt64
    public let traceLow: UInt64
    /// The span that the header names: the sender's, or ours in what we send.
    public let parent: UInt64
    public let flags: UInt8

    public var isSampled: Bool { flags & 1 != 0 }

    private init(traceHigh: UInt64, traceLow: UInt64, parent: UInt64, flags: UInt8) {
        self.traceHigh = traceHigh
        self.traceLow = traceLow
        self.parent = parent
        self.flags = flags
    }

    /// A new trace out of three random words.
    public static func begin(_ first: UInt64, _ second: UInt64, parent: UInt64, sampled: Bool = false) -> TraceContext {
        // All zero means "none": no random number may say that.
        let low = first == 0 && second == 0 ? 1 : second
        return TraceContext(
            traceHigh: first, traceLow: low, parent: max(parent, 1), flags: sampled ? 0x03 : 0x02)
    }

    /// The same trace with another span, a random word, for the next hop.
    public func next(parent: UInt64) -> TraceContext {
        TraceContext(traceHigh: traceHigh, traceLow: traceLow, parent: max(parent, 1), flags: flags)
    }

    /// Reads the value of `traceparent`: `version "-" trace-id "-" parent-id "-" flags`, lower-case hexadecimal. A
    /// version above 00 may have more behind the flags, after a dash (section "Versioning of traceparent").
    public static func parse(_ value: Span<UInt8>) -> TraceContext? {
        let dash = UInt8(ascii: "-")
        guard value.count >= headerBytes, value[2] == dash, value[35] == dash, value[52] == dash,
            let version = value.hexPair(at: 0), version != 0xff,
            value.count == headerBytes || (version > 0 && value[headerBytes] == dash),
            let high = value.hexWord(at: 3), let low = value.hexWord(at: 19), high | low != 0,
            let parent = value.hexWord(at: 36), parent != 0,
            let flags = value.hexPair(at: 53)
        else { return nil }
        let kept = flags & (version == 0 ? flagsKnown : 0x01)
        return TraceContext(traceHigh: high, traceLow: low, parent: parent, flags: kept)
    }

    /// The value of the header, in version 00.
    public func append(to head: inout ByteBuffer) {
        head.append("00-")
        append(idTo: &head)
        head.append("-")
        head.append(hex: parent, width: 16)
        head.append("-")
        head.append(hex: UInt64(flags), width: 2)
    }

    /// The 32 digits of the trace's id, as the log has it.
    public func append(idTo line: inout ByteBuffer) {
        line.append(hex: traceHigh, width: 16)
        line.append(hex: traceLow, width: 16)
    }
}

extension Span where Element == UInt8 {
    /// Sixteen lower-case hexadecimal digits; nil when one is anything else.
    fileprivate func hexWord(at start: Int) -> UInt64? {
        guard let high = hexHalf(at: start), let low = hexHalf(at: start + 8) else { return nil }
        return UInt64(high) << 32 | UInt64(low)
    }

    private func hexHalf(at start: Int) -> UInt32? {
        HexDigits.value(of: bytes.unsafeLoadUnaligned(fromByteOffset: start, as: UInt64.self))
    }

    /// Two of them.
    fileprivate func hexPair(at start: Int) -> UInt8? {
        guard let high = self[start].hexNibble, let low = self[start + 1].hexNibble else { return nil }
        return high << 4 | low
    }
}

extension UInt8 {
    fileprivate var hexNibble: UInt8? {
        if self &- 48 < 10 { return self &- 48 }
        return self &- 97 < 6 ? self &- 87 : nil
    }
}
