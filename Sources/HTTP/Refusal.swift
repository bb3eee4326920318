/// Why a request is not taken. Each names the status of the answer and says what was wrong, for the answer and the log.
public enum Refusal: Error, Equatable, Sendable {
    // The request line.
    case tlsOnPlainPort
    case http2Preface
    case tooManyBlankLines
    case badRequestLine
    case badMethod
    case unknownMethod
    case connect
    case badTarget
    case userInformation
    case targetTooLong
    case badVersion
    case unsupportedVersion
    // The fields.
    case field(FieldFault)
    case headTooLarge
    case tooManyFields
    case missingHost
    case repeatedHost
    case badHost
    case badConnection
    case unknownExpectation
    // The framing.
    case badContentLength
    case repeatedContentLength
    case contentLengthAndTransferEncoding
    case unsupportedTransferEncoding
    case repeatedTransferEncoding
    case transferEncodingOnHTTP10
    case bodyOfTrace
    case bodyTooLarge
    case chunk(ChunkFault)

    public var status: UInt16 {
        switch self {
        case .unknownMethod, .connect: 501
        case .targetTooLong: 414
        case .unsupportedVersion: 505
        case .headTooLarge, .tooManyFields: 431
        case .unknownExpectation: 417
        case .bodyTooLarge, .chunk(.bodyTooLarge): 413
        case .chunk(.trailersTooLarge): 431
        default: 400
        }
    }

    public var reason: String { text.description }

    /// The same without an allocation.
    public var text: StaticString {
        switch self {
        case .tlsOnPlainPort: "TLS was spoken to a port that expects plain HTTP"
        case .http2Preface: "HTTP/2 was spoken; only HTTP/1.1 and HTTP/1.0 are understood here"
        case .tooManyBlankLines: "too many empty lines before the request line"
        case .badRequestLine: "the request line must be method, target and version with one space between them"
        case .badMethod: "the method is not a token"
        case .unknownMethod: "the method is not in the registry of HTTP methods"
        case .connect: "CONNECT is not served: this is a gateway, not a tunnel"
        case .badTarget: "the target must be a path that begins with /, an http or https URI, or * with OPTIONS"
        case .userInformation: "the user information before the host of the target is malformed"
        case .targetTooLong: "the request line is too long"
        case .badVersion: "the version must be written HTTP/1.1 or HTTP/1.0"
        case .unsupportedVersion: "only HTTP/1.1 and HTTP/1.0 are understood here"
        case .field(let fault): fault.reason
        case .headTooLarge: "the head is too large"
        case .tooManyFields: "the head has too many fields"
        case .missingHost: "HTTP/1.1 requires a Host field"
        case .repeatedHost: "there is more than one Host field"
        case .badHost: "Host is not a host name or address with an optional port"
        case .badConnection: "Connection is not a list of tokens"
        case .unknownExpectation: "the only expectation that can be met is 100-continue"
        case .badContentLength: "Content-Length is not a number of 1 to 18 digits"
        case .repeatedContentLength: "there is more than one Content-Length field"
        case .contentLengthAndTransferEncoding: "both Content-Length and Transfer-Encoding are given"
        case .unsupportedTransferEncoding: "the only Transfer-Encoding understood is chunked"
        case .repeatedTransferEncoding: "there is more than one Transfer-Encoding field"
        case .transferEncodingOnHTTP10: "HTTP/1.0 knows no Transfer-Encoding"
        case .bodyOfTrace: "TRACE has no body"
        case .bodyTooLarge: "the body is larger than allowed"
        case .chunk(let fault): fault.reason
        }
    }
}
