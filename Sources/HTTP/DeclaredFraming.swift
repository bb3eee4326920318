import Bytes

/// What the fields of a head declare about the length of its body, gathered field by field. Anything that two readers could
/// understand differently is a fault (RFC 9112 sections 6.1 to 6.3, and stricter: see `docs/HTTP.md`).
struct DeclaredFraming {
    enum Fault {
        case badContentLength
        case repeatedContentLength
        case contentLengthAndTransferEncoding
        case unsupportedTransferEncoding
        case repeatedTransferEncoding
        case transferEncodingOnHTTP10
    }

    private(set) var length: UInt64?
    private(set) var isChunked = false

    static let lengthDigitsMax = 18

    mutating func takeContentLength(_ bytes: Span<UInt8>, _ value: ByteRange) -> Fault? {
        if isChunked { return .contentLengthAndTransferEncoding }
        if length != nil { return .repeatedContentLength }
        guard value.count > 0, value.count <= Self.lengthDigitsMax else { return .badContentLength }
        var number: UInt64 = 0
        for at in value.range {
            guard bytes[at].isDigit else { return .badContentLength }
            number = number &* 10 &+ UInt64(bytes[at] &- 48)
        }
        length = number
        return nil
    }

    mutating func takeTransferEncoding(_ bytes: Span<UInt8>, _ value: ByteRange, minorVersion: UInt8) -> Fault? {
        if length != nil { return .contentLengthAndTransferEncoding }
        if isChunked { return .repeatedTransferEncoding }
        guard bytes[value].equalsIgnoringCase("chunked") else { return .unsupportedTransferEncoding }
        if minorVersion == 0 { return .transferEncodingOnHTTP10 }
        isChunked = true
        return nil
    }
}

extension Refusal {
    init(_ fault: DeclaredFraming.Fault) {
        switch fault {
        case .badContentLength: self = .badContentLength
        case .repeatedContentLength: self = .repeatedContentLength
        case .contentLengthAndTransferEncoding: self = .contentLengthAndTransferEncoding
        case .unsupportedTransferEncoding: self = .unsupportedTransferEncoding
        case .repeatedTransferEncoding: self = .repeatedTransferEncoding
        case .transferEncodingOnHTTP10: self = .transferEncodingOnHTTP10
        }
    }
}

extension ResponseFault {
    init(_ fault: DeclaredFraming.Fault) {
        switch fault {
        case .badContentLength: self = .badContentLength
        case .repeatedContentLength: self = .repeatedContentLength
        case .contentLengthAndTransferEncoding: self = .contentLengthAndTransferEncoding
        case .unsupportedTransferEncoding: self = .unsupportedTransferEncoding
        case .repeatedTransferEncoding: self = .repeatedTransferEncoding
        case .transferEncodingOnHTTP10: self = .transferEncodingOnHTTP10
        }
    }
}
