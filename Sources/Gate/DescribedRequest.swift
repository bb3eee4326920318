import Bytes
import HTTP

/// A request that a proxy has and asks us about.
///
/// What the proxy says of it is written out as a request and read by the one reader, so that it is judged as if it had come by
/// itself. The visitor's own fields come along with the proxy's, and a visitor may have added what describes a request too: a
/// description is taken only when it is there once, in one way, and whole.
public struct DescribedRequest: Sendable {
    public let head: RequestHead
    public let bytes: [UInt8]

    /// Where it is described.
    public enum Form: Sendable, Equatable {
        /// In `X-Original-…` or `X-Forwarded-…`.
        case fields
        /// It is the path behind ours, and the method and the host of the question.
        case path
    }

    /// `target`: where it is in the question's own, if it is there.
    init(_ question: RequestHead, _ text: Span<UInt8>, target: ByteRange?) throws(DescriptionFault) {
        guard question.first(.xForwardedFor) != nil else { throw .noClient }
        let said = try SaidFields(question, text)
        if target != nil, !said.isEmpty { throw .twice }
        let request =
            if let target { (question.methodName, target, question.host) } else { try said.request(question, text) }
        bytes = try Self.written(request, question, text)
        head = try Self.read(bytes, fieldsMax: question.fields.count + 1)
    }

    private static func written(
        _ request: SaidFields.Request, _ question: RequestHead, _ text: Span<UInt8>
    ) throws(DescriptionFault) -> [UInt8] {
        // Readers cut off what follows; the proxy hands it on, to an origin that may not.
        if text.firstIndex(of: UInt8(ascii: "#"), in: request.target.range) != nil { throw .fragment }
        var output = ByteBuffer()
        output.append(text[request.method])
        output.append(" ")
        output.append(text[request.target])
        output.append(" HTTP/1.1\r\nHost: ")
        output.append(text[request.host])
        output.append("\r\n")
        for field in question.fields where isVisitors(field, text) {
            output.append(text[field.name])
            output.append(": ")
            output.append(text[field.value])
            output.append("\r\n")
        }
        output.append("\r\n")
        return output.span.array
    }

    private static func read(_ bytes: [UInt8], fieldsMax: Int) throws(DescriptionFault) -> RequestHead {
        var limits = RequestLimits()
        limits.headBytesMax = bytes.count + 1
        limits.fieldsMax = fieldsMax
        var (stream, head) = (RequestStream(), RequestHead())
        switch stream.next(bytes.span, head: &head, limits: limits).event {
        case .head: return head
        case .refused(let refusal): throw .unreadable(refusal)
        case .needMore, .body, .end: throw .unreadable(.badRequestLine)
        }
    }

    /// Not about the question itself, and not the description.
    private static func isVisitors(_ field: Field, _ text: Span<UInt8>) -> Bool {
        switch field.known {
        case .host, .contentLength, .transferEncoding, .connection, .keepAlive, .proxyConnection, .te, .trailer, .upgrade,
            .expect, .proxyAuthenticate, .proxyAuthorization, .http2Settings, .lookAlike:
            false
        case .other: SaidFields.Word(text[field.name]) == nil
        default: true
        }
    }
}

/// Why it cannot be said what a proxy asks about.
public enum DescriptionFault: Error, Equatable, Sendable {
    case noClient
    case nothing
    case noMethod
    case noHost
    case twice
    case fragment
    case notAPath
    case unreadable(Refusal)

    public var status: UInt16 { if case .unreadable(let refusal) = self { refusal.status } else { 400 } }

    public var sentence: StaticString {
        switch self {
        case .noClient: "X-Forwarded-For is missing: the proxy has to say whose request it is"
        case .nothing:
            "no request is described: X-Original-Method with X-Original-URI, X-Forwarded-Method with X-Forwarded-Host and X-Forwarded-Uri, or a path behind /authorize is wanted"
        case .noMethod:
            "the method is missing: X-Original-Method belongs to X-Original-URI, X-Forwarded-Method to X-Forwarded-Uri"
        case .noHost: "X-Forwarded-Host is missing, which belongs to X-Forwarded-Uri"
        case .twice: "the request is described in two ways, or twice: the proxy has to take away what a visitor adds"
        case .fragment: "the address has a #, which no browser sends"
        case .notAPath: "the address has to begin with /, or to be a whole one in X-Original-URL"
        case .unreadable(let refusal): refusal.text
        }
    }
}

/// The fields in which a proxy describes a request.
struct SaidFields {
    enum Word: Int, CaseIterable {
        case originalMethod, originalURI, originalURL, forwardedMethod, forwardedURI

        init?(_ name: Span<UInt8>) {
            // The longest name, so that others are compared with nothing.
            guard name.count >= 14, name.count <= 18, name[0] | 0x20 == UInt8(ascii: "x") else { return nil }
            guard let word = Self.allCases.first(where: { name.equalsIgnoringCase($0.name) }) else { return nil }
            self = word
        }

        private var name: StaticString {
            switch self {
            case .originalMethod: "x-original-method"
            case .originalURI: "x-original-uri"
            case .originalURL: "x-original-url"
            case .forwardedMethod: "x-forwarded-method"
            case .forwardedURI: "x-forwarded-uri"
            }
        }
    }

    private var values = [ByteRange?](repeating: nil, count: Word.allCases.count)
    private var hosts = 0
    private var host = ByteRange.empty

    init(_ question: RequestHead, _ text: Span<UInt8>) throws(DescriptionFault) {
        for field in question.fields {
            if field.known == .xForwardedHost {
                host = field.value
                hosts += 1
            }
            guard field.known == .other, let word = Word(text[field.name]) else { continue }
            guard values[word.rawValue] == nil else { throw .twice }
            values[word.rawValue] = field.value
        }
    }

    var isEmpty: Bool { values.allSatisfy { $0 == nil } }

    private subscript(word: Word) -> ByteRange? { values[word.rawValue] }

    typealias Request = (method: ByteRange, target: ByteRange, host: ByteRange)

    func request(_ question: RequestHead, _ text: Span<UInt8>) throws(DescriptionFault) -> Request {
        let isForwarded = self[.forwardedURI] != nil || self[.forwardedMethod] != nil
        let isOriginal = self[.originalURI] != nil || self[.originalURL] != nil || self[.originalMethod] != nil
        if isForwarded && isOriginal || self[.originalURI] != nil && self[.originalURL] != nil { throw .twice }
        if let target = self[.forwardedURI] {
            guard let method = self[.forwardedMethod] else { throw .noMethod }
            guard hosts == 1 else { throw hosts == 0 ? .noHost : .twice }
            return (method, try Self.path(target, text), host)
        }
        guard
            let target = try self[.originalURI].map({ (target) throws(DescriptionFault) in try Self.path(target, text) })
                ?? self[.originalURL]
        else { throw .nothing }
        guard let method = self[.originalMethod] else { throw .noMethod }
        return (method, target, question.host)
    }

    /// Not a whole address, whose host would be another than the one that is said.
    private static func path(_ target: ByteRange, _ text: Span<UInt8>) throws(DescriptionFault) -> ByteRange {
        let path = text[target]
        guard path.count > 0, path[0] == UInt8(ascii: "/") || path.equals("*") else { throw .notAPath }
        return target
    }
}
