import Bytes

/// The chunked coding (RFC 9112 section 7.1) as a machine that keeps no bytes: it goes on where it stopped, whatever the
/// pieces. What does not frame the body (extensions, trailers) is checked as strictly as a head and then dropped: nothing
/// here depends on it, and nobody behind us shall. Trailers that would frame or route the message, if somebody took them for
/// fields of its head, are refused (RFC 9110 section 6.5.1).
struct ChunkReader: Sendable {
    enum Event: Equatable {
        case needMore
        case data(Range<Int>)
        case end
        case fault(ChunkFault)
    }

    private enum State: UInt8 {
        case size, sizeLineFeed
        case extensionName, inName, afterName, extensionValue, inToken, inQuotes, escaped, afterQuotes, afterValue
        case data, dataReturn, dataLineFeed
        case trailerStart, trailerName, trailerValue, trailerLineFeed, endLineFeed
    }

    /// Of one size, leading zeros included.
    static let sizeDigitsMax: UInt8 = 16
    /// In one chunk's line; and in all of one body, so that a body cannot be mostly extensions.
    static let extensionBytesMax: UInt16 = 256
    static let extensionBytesOfBodyMax: UInt16 = 16 * 1024
    static let trailerBytesMax: UInt16 = 8 * 1024

    private var state = State.size
    private var digits: UInt8 = 0
    private var extensionBytes: UInt16 = 0
    private var extensionBytesOfBody: UInt16 = 0
    private var trailerBytes: UInt16 = 0
    private var trailerName = ForbiddenTrailer()
    /// While the size is read the size, then what is left of the chunk.
    private var remaining: UInt64 = 0
    /// The sizes of the chunks so far.
    private var bodyBytes: UInt64 = 0

    init() {}

    /// Reads on from `at`, which then lies behind what was used up.
    mutating func next(_ bytes: Span<UInt8>, at: inout Int, bodyBytesMax: UInt64) -> Event {
        while at < bytes.count {
            if state == .data { return takeData(available: bytes.count - at, at: &at) }
            let byte = bytes[at]
            at += 1
            if let event = step(byte, bodyBytesMax: bodyBytesMax) { return event }
        }
        return .needMore
    }

    private mutating func takeData(available: Int, at: inout Int) -> Event {
        let count = remaining > UInt64(available) ? available : Int(remaining)
        let start = at
        remaining -= UInt64(count)
        at += count
        if remaining == 0 { state = .dataReturn }
        return .data(start..<at)
    }

    private mutating func step(_ byte: UInt8, bodyBytesMax: UInt64) -> Event? {
        switch state {
        case .size: return size(byte)
        case .sizeLineFeed:
            guard byte == .lineFeed else { return .fault(.badLineEnd) }
            return beginChunk(bodyBytesMax: bodyBytesMax)
        case .data: return nil
        case .dataReturn:
            guard byte == .carriageReturn else { return .fault(.missingEndOfChunk) }
            state = .dataLineFeed
        case .dataLineFeed:
            guard byte == .lineFeed else { return .fault(.missingEndOfChunk) }
            state = .size
            digits = 0
            extensionBytes = 0
        case .endLineFeed:
            return byte == .lineFeed ? .end : .fault(.trailer(.bareCarriageReturn))
        case .trailerStart, .trailerName, .trailerValue, .trailerLineFeed:
            return trailer(byte)
        default:
            return chunkExtension(byte)
        }
        return nil
    }

    private mutating func size(_ byte: UInt8) -> Event? {
        if let digit = byte.hexDigit {
            guard digits < Self.sizeDigitsMax, remaining >> 59 == 0 else { return .fault(.sizeTooLarge) }
            remaining = remaining << 4 | UInt64(digit)
            digits += 1
            return nil
        }
        guard digits > 0 else { return .fault(.badSize) }
        if byte == .carriageReturn {
            state = .sizeLineFeed
        } else if byte == UInt8(ascii: ";") {
            state = .extensionName
            return countExtensionByte()
        } else {
            return .fault(byte == .lineFeed ? .badLineEnd : .badSize)
        }
        return nil
    }

    private mutating func beginChunk(bodyBytesMax: UInt64) -> Event? {
        if remaining == 0 {
            state = .trailerStart
            return nil
        }
        // Neither overflows: a size is below 2^63, and a body that has reached 2^63 is refused.
        let total = bodyBytes + remaining
        guard total <= min(bodyBytesMax, UInt64(Int64.max)) else { return .fault(.bodyTooLarge) }
        bodyBytes = total
        state = .data
        return nil
    }

    // MARK: Extensions

    private mutating func countExtensionByte() -> Event? {
        extensionBytes += 1
        extensionBytesOfBody += 1
        guard extensionBytes <= Self.extensionBytesMax, extensionBytesOfBody <= Self.extensionBytesOfBodyMax else {
            return .fault(.extensionTooLong)
        }
        return nil
    }

    /// `*( ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] BWS )`; white space only where another part follows.
    private mutating func chunkExtension(_ byte: UInt8) -> Event? {
        if let event = countExtensionByte() { return event }
        let next: State?
        switch state {
        case .extensionName: next = byte.isToken ? .inName : byte.isBlank ? .extensionName : nil
        case .inName: next = byte.isToken ? .inName : afterName(byte, mayEnd: true)
        case .afterName: next = afterName(byte, mayEnd: false)
        case .extensionValue:
            next = byte.isToken ? .inToken : byte == UInt8(ascii: "\"") ? .inQuotes : byte.isBlank ? .extensionValue : nil
        case .inToken: next = byte.isToken ? .inToken : afterValue(byte, mayEnd: true)
        case .inQuotes:
            if byte == UInt8(ascii: "\"") {
                next = .afterQuotes
            } else {
                next = byte == UInt8(ascii: "\\") ? .escaped : byte.isControl && byte != .tab ? nil : .inQuotes
            }
        case .escaped: next = byte.isControl && byte != .tab ? nil : .inQuotes
        case .afterQuotes: next = afterValue(byte, mayEnd: true)
        default: next = afterValue(byte, mayEnd: false)
        }
        guard let next else { return .fault(byte == .lineFeed ? .badLineEnd : .badExtension) }
        state = next
        return nil
    }

    private func afterName(_ byte: UInt8, mayEnd: Bool) -> State? {
        if byte == UInt8(ascii: "=") { return .extensionValue }
        if byte.isBlank { return .afterName }
        return afterValue(byte, mayEnd: mayEnd)
    }

    private func afterValue(_ byte: UInt8, mayEnd: Bool) -> State? {
        if byte == UInt8(ascii: ";") { return .extensionName }
        if byte.isBlank { return .afterValue }
        return byte == .carriageReturn && mayEnd ? .sizeLineFeed : nil
    }

    // MARK: Trailers

    private mutating func trailer(_ byte: UInt8) -> Event? {
        trailerBytes += 1
        if trailerBytes > Self.trailerBytesMax { return .fault(.trailersTooLarge) }
        switch state {
        case .trailerStart:
            if byte.isToken {
                state = .trailerName
                trailerName = ForbiddenTrailer()
                trailerName.take(byte)
            } else if byte == .carriageReturn {
                state = .endLineFeed
            } else {
                return .fault(.trailer(fault(byte, blank: .foldedLine, colon: .emptyName)))
            }
        case .trailerName:
            if byte == .colon {
                if trailerName.isForbidden { return .fault(.forbiddenTrailer) }
                state = .trailerValue
            } else if byte.isToken {
                trailerName.take(byte)
            } else {
                return .fault(.trailer(fault(byte, blank: .blankInName, colon: .badName)))
            }
        case .trailerValue:
            if byte == .carriageReturn {
                state = .trailerLineFeed
            } else if byte.isControl, byte != .tab {
                return .fault(.trailer(byte == .lineFeed ? .bareLineFeed : .controlCharacter))
            }
        default:
            guard byte == .lineFeed else { return .fault(.trailer(.bareCarriageReturn)) }
            state = .trailerStart
        }
        return nil
    }

    private func fault(_ byte: UInt8, blank: FieldFault, colon: FieldFault) -> FieldFault {
        if byte == .lineFeed { return .bareLineFeed }
        if byte == .carriageReturn { return .missingColon }
        if byte.isBlank { return blank }
        if byte == .colon { return colon }
        return byte.isControl ? .controlCharacter : .badName
    }
}
