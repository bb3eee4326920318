import Bytes
import HTTP
import Loop
import Telemetry
import Testing

@testable import Relay
@testable import Web

/// Whatever can be read of an origin is written so that a client reads one answer, the same, and nothing besides.
@Suite struct AnswerRewriterTests {
    /// Only its clock is asked.
    private final class NoHandler: Handler {
        func handle(_ head: RequestHead, _ bytes: Span<UInt8>, on connection: ServerConnection) {}
        func refused(_ refusal: Refusal, on connection: ServerConnection) {}
        func finished(_ connection: ServerConnection) {}
    }

    private func makeServer() throws -> Server {
        let metrics = Metrics()
        let counts = ServerCounts(ServerCountNames(metrics), shard: metrics.makeShard())
        return Server(loop: try EventLoop(), handler: NoHandler(), settings: ServerSettings(), counts: counts)
    }

    /// What a client is sent for an answer: head, and the body as the framing says.
    private func written(
        _ head: ResponseHead, _ bytes: [UInt8], body: [UInt8], to method: Method, minorVersion: UInt8, _ server: Server
    ) -> ([UInt8], AnswerFraming) {
        var output = ByteBuffer()
        let framing = AnswerFraming.decide(
            method: method, minorVersion: minorVersion, keepsAlive: true, status: head.status, framing: head.framing,
            declaredLength: head.declaredLength)
        AnswerRewriter(head: head, framing: framing, minorVersion: minorVersion).append(
            bytes.span, date: server, to: &output)
        switch framing.body {
        case .none: break
        case .length, .untilClose: output.append(body.span)
        case .chunked:
            ChunkWriter.append(body.span, to: &output)
            ChunkWriter.appendTerminator(to: &output)
        }
        return (output.span.array, framing)
    }

    @Test func theCorpusIsRewritten() throws {
        let server = try makeServer()
        var count = 0
        for item in try CorpusFile.cases("responses") {
            let method = Method.allCases.first { "\($0)" == (item.keys["method"] ?? "get").lowercased() } ?? .get
            let whole = ResponseTranscript.read([item.bytes], method: method)
            guard whole.close == .complete, whole.fault == nil || whole.fault == .unexpectedBytes else { continue }
            for (head, bytes, body) in finalAnswers(item.bytes, method) where head.status != 101 {
                for minorVersion in [UInt8(0), 1] {
                    count += 1
                    let (output, framing) = written(
                        head, bytes, body: body, to: method, minorVersion: minorVersion, server)
                    judge(output, framing, head, bytes, body, method, "\(item) to HTTP/1.\(minorVersion)")
                }
            }
        }
        #expect(count >= 100)
    }

    private func finalAnswers(_ all: [UInt8], _ method: Method) -> [(ResponseHead, [UInt8], [UInt8])] {
        var answers: [(ResponseHead, [UInt8], [UInt8])] = []
        var stream = ResponseStream()
        var head = ResponseHead()
        var rest = all
        stream.expect(method)
        while true {
            let step = stream.next(rest.span, head: &head, limits: ResponseLimits())
            switch step.event {
            case .head where !head.isInterim: answers.append((head, rest, []))
            case .body(let range): answers[answers.count - 1].2 += rest[range]
            case .head: break
            case .end, .needMore, .refused: return answers
            }
            rest.removeFirst(step.consumed)
        }
    }

    private func judge(
        _ output: [UInt8], _ framing: AnswerFraming, _ head: ResponseHead, _ bytes: [UInt8], _ body: [UInt8],
        _ method: Method,
        _ name: String
    ) {
        let read = ResponseTranscript.read([output], method: method)
        #expect(read.fault == nil && read.close == .complete && read.answers.count == 1, "\(name): \(output)")
        guard let answer = read.answers.first else { return }
        #expect(answer.status == head.status && answer.reason == bytes.span[head.reason].array, "\(name)")
        #expect(answer.body == (framing.body == .none ? [] : body), "\(name)")
        #expect(answer.keepsAlive == framing.keepsAlive || framing.body == .untilClose, "\(name)")
        let isOurs = { (field: String) in
            field.hasSuffix(" contentLength") || field == "Transfer-Encoding=chunked transferEncoding"
                || field == "Connection=close connection" || field == "Connection=keep-alive connection"
        }
        for field in answer.fields where !isOurs(field) {
            let known = KnownField.allCases.first { field.hasSuffix(" \($0)") } ?? .other
            #expect(!HopByHop.covers(known), "\(name): \(field)")
        }
        #expect(answer.fields.filter(isOurs).count <= 2, "\(name): \(answer.fields)")
        let dates = answer.fields.filter { $0.hasSuffix(" date") }
        var given = 0
        for field in head.fields where field.known == .date { given += 1 }
        #expect(dates.count == max(given, 1) || given == 1, "\(name): \(dates)")
    }

    private func interim(_ lines: String..., upgrade: Bool = false) throws -> String {
        var stream = ResponseStream()
        var head = ResponseHead()
        let bytes = Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
        stream.expect(.get)
        #expect(stream.next(bytes.span, head: &head, limits: ResponseLimits()).event == .head)
        var output = ByteBuffer()
        AnswerRewriter.append(interim: head, bytes.span, upgrade: upgrade, to: &output)
        return output.span.string
    }

    @Test func interimAnswersLoseWhatConcernsOneConnection() throws {
        #expect(
            try interim("HTTP/1.0 103 Early Hints", "Link: </a>", "Connection: X, keep-alive", "X: y", "Content-Length: 5")
                == "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
    }

    @Test func aSwitchNamesTheProtocol() throws {
        #expect(
            try interim(
                "HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Accept: x",
                upgrade: true)
                == "HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
        )
    }

    @Test func imitationsOfFramingAreDropped() throws {
        #expect(
            try interim("HTTP/1.1 103 Early Hints", "Content_Length: 5", "ContentLength: 5", "X_Request_ID: a")
                == "HTTP/1.1 103 Early Hints\r\nX_Request_ID: a\r\n\r\n")
    }
}
