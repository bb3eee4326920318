/// What is wrong with a chunked body.
public enum ChunkFault: Error, Equatable, Sendable {
    case badSize
    case sizeTooLarge
    case badExtension
    case extensionTooLong
    case badLineEnd
    case missingEndOfChunk
    case bodyTooLarge
    case trailer(FieldFault)
    case forbiddenTrailer
    case trailersTooLarge

    public var reason: StaticString {
        switch self {
        case .badSize: "a chunk does not begin with its size in hexadecimal digits"
        case .sizeTooLarge: "the size of a chunk has too many digits or is too large"
        case .badExtension: "a chunk extension is malformed"
        case .extensionTooLong: "the chunk extensions are too long"
        case .badLineEnd: "a chunk's size line does not end with CR LF"
        case .missingEndOfChunk: "a chunk is not followed by CR LF"
        case .bodyTooLarge: "the body is larger than allowed"
        case .trailer(let fault): fault.reason
        case .forbiddenTrailer: "a trailer has the name of a field that frames or routes a message"
        case .trailersTooLarge: "the trailers are too large"
        }
    }
}
