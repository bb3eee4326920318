/// Why an answer of the origin is not passed on.
public enum ResponseFault: Error, Equatable, Sendable {
    /// Bytes came although no request is waiting for an answer.
    case unexpectedBytes
    case badStatusLine
    case unsupportedVersion
    case field(FieldFault)
    case headTooLarge
    case tooManyFields
    case tooManyInterimAnswers
    case badConnection
    case badContentLength
    case repeatedContentLength
    case contentLengthAndTransferEncoding
    case unsupportedTransferEncoding
    case repeatedTransferEncoding
    case transferEncodingOnHTTP10
    case chunk(ChunkFault)

    public var reason: String { text.description }

    /// The same without an allocation.
    public var text: StaticString {
        switch self {
        case .unexpectedBytes: "bytes came that belong to no request"
        case .badStatusLine: "the status line must be HTTP/1.1, a space, three digits, a space and a reason"
        case .unsupportedVersion: "the answer is not HTTP/1.1 or HTTP/1.0"
        case .field(let fault): fault.reason
        case .headTooLarge: "the head is too large"
        case .tooManyFields: "the head has too many fields"
        case .tooManyInterimAnswers: "too many 1xx answers without a final one"
        case .badConnection: "Connection is not a list of tokens"
        case .badContentLength: "Content-Length is not a number of 1 to 18 digits"
        case .repeatedContentLength: "there is more than one Content-Length field"
        case .contentLengthAndTransferEncoding: "both Content-Length and Transfer-Encoding are given"
        case .unsupportedTransferEncoding: "the only Transfer-Encoding understood is chunked"
        case .repeatedTransferEncoding: "there is more than one Transfer-Encoding field"
        case .transferEncodingOnHTTP10: "HTTP/1.0 knows no Transfer-Encoding"
        case .chunk(let fault): fault.reason
        }
    }
}
