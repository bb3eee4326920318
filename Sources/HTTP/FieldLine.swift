import Bytes

/// One line of a head: `name ":" OWS value OWS CRLF` (RFC 9112 section 5), or the empty line that ends the head.
///
/// What is wrong is said at the first wrong byte, whether or not the rest of the line is there: the outcome depends on the
/// bytes alone and never on how they came in pieces.
enum FieldLine {
    enum Outcome: Equatable {
        case field(KnownField, ByteRange)
        case endOfHead
        case needMore
        case fault(FieldFault)
    }

    /// Reads the line at `start` and appends its field. For `field` and `endOfHead`, `start` then lies behind the line.
    ///
    /// The field is made where it stays: returned, it would go through memory in pieces that cost more than the reading.
    @inline(__always)
    static func read(_ bytes: Span<UInt8>, at start: inout Int, into fields: inout [Field]) -> Outcome {
        var at = bytes.endOfPlainName(from: start)
        guard at < bytes.count else { return .needMore }
        var isPlain = true
        if bytes[at] != .colon || at == start {
            while at < bytes.count, bytes[at].isToken { at &+= 1 }
            guard at < bytes.count else { return .needMore }
            if bytes[at] != .colon || at == start { return unusual(bytes, start: &start, at: at) }
            isPlain = false
        }
        let nameCount = at &- start
        at &+= 1
        while at < bytes.count, bytes[at].isBlank { at &+= 1 }
        let valueStart = at
        var stop = bytes.firstControl(from: at)
        while stop < bytes.count, bytes[stop] == .tab { stop = bytes.firstControl(from: stop &+ 1) }
        guard stop < bytes.count else { return .needMore }
        if bytes[stop] != .carriageReturn { return .fault(bytes[stop] == .lineFeed ? .bareLineFeed : .controlCharacter) }
        guard stop &+ 1 < bytes.count else { return .needMore }
        if bytes[stop &+ 1] != .lineFeed { return .fault(.bareCarriageReturn) }

        var valueEnd = stop
        while valueEnd > valueStart, bytes[valueEnd &- 1].isBlank { valueEnd &-= 1 }
        let known = KnownField.named(bytes, at: start, count: nameCount, isPlain: isPlain)
        let value = ByteRange(start: valueStart, count: valueEnd &- valueStart)
        fields.append(Field(name: ByteRange(start: start, count: nameCount), value: value, known: known))
        start = stop &+ 2
        return .field(known, value)
    }

    /// `at` is the first byte that is no token character; it is not a colon, or it is one without a name before it.
    private static func unusual(_ bytes: Span<UInt8>, start: inout Int, at: Int) -> Outcome {
        let byte = bytes[at]
        if byte == .carriageReturn {
            guard at + 1 < bytes.count else { return .needMore }
            guard bytes[at + 1] == .lineFeed else { return .fault(.bareCarriageReturn) }
            guard at == start else { return .fault(.missingColon) }
            start = at + 2
            return .endOfHead
        }
        if byte == .lineFeed { return .fault(.bareLineFeed) }
        if byte.isBlank { return .fault(at == start ? .foldedLine : .blankInName) }
        if byte.isControl { return .fault(.controlCharacter) }
        return .fault(byte == .colon ? .emptyName : .badName)
    }
}
