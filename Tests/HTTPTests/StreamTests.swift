import Bytes
import HTTP
import Testing

@Suite struct StreamTests {
    /// An idle connection holds one of each.
    @Test func areSmall() {
        #expect(MemoryLayout<RequestStream>.size <= 64)
        #expect(MemoryLayout<ResponseStream>.size <= 64)
    }

    @Test func isBetweenRequests() {
        var stream = RequestStream()
        var head = RequestHead()
        let limits = RequestLimits()
        let step = { (stream: inout RequestStream, head: inout RequestHead, text: String) in
            stream.next(Array(text.utf8).span, head: &head, limits: limits).event
        }
        #expect(stream.isBetweenRequests)
        #expect(step(&stream, &head, "\r\n") == .needMore)
        #expect(stream.isBetweenRequests)
        #expect(step(&stream, &head, "GET") == .needMore)
        #expect(!stream.isBetweenRequests)
        #expect(step(&stream, &head, "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n") == .head)
        #expect(!stream.isBetweenRequests)
        #expect(step(&stream, &head, "") == .needMore)
        #expect(step(&stream, &head, "x") == .body(0..<1))
        #expect(!stream.isBetweenRequests)
        #expect(step(&stream, &head, "") == .end)
        #expect(stream.isBetweenRequests)
    }

    @Test func rangesAreRelativeToTheBytesOfTheStep() {
        var stream = RequestStream()
        var head = RequestHead()
        let bytes = Array("\r\nPUT /a HTTP/1.1\r\nHost: b\r\n\r\nrest".utf8)
        let step = stream.next(bytes.span, head: &head, limits: RequestLimits())
        #expect(step.event == .head)
        #expect(step.consumed == bytes.count - 4)
        #expect(bytes.span[head.methodName].string == "PUT")
        #expect(bytes.span[head.target].string == "/a")
        #expect(head.first(.host).map { bytes.span[$0].string } == "b")
    }

    @Test func pathsForMatching() {
        let targets = [
            ("/", "/"), ("/a", "/a"), ("/a?b", "/a"), ("/?b", "/"), ("/a?b?c", "/a"), ("/a#b?c", "/a"), ("http://x", "/"),
            ("http://x?b", "/"), ("http://x?", "/"), ("http://x/a?b", "/a"), ("https://u@x?/b", "/"), ("https://u:p@x", "/"),
        ]
        for (target, path) in targets {
            var stream = RequestStream()
            var head = RequestHead()
            let bytes = Array("GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
            #expect(stream.next(bytes.span, head: &head, limits: RequestLimits()).event == .head)
            let found = head.path(in: bytes.span).string
            #expect(found == path, "\(target)")
        }
        let ofNothing = RequestHead().path(in: Span()).string
        #expect(ofNothing == "")
    }

    @Test func aRefusalIsFinal() {
        var stream = RequestStream()
        var head = RequestHead()
        let good = Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        #expect(stream.next(Array("\0".utf8).span, head: &head, limits: RequestLimits()).event == .refused(.badMethod))
        #expect(stream.next(good.span, head: &head, limits: RequestLimits()).event == .refused(.badMethod))
        var answers = ResponseStream()
        var answer = ResponseHead()
        #expect(answers.next(good.span, head: &answer, limits: ResponseLimits()).event == .refused(.unexpectedBytes))
        answers.expect(.get)
        #expect(answers.next(Span(), head: &answer, limits: ResponseLimits()).event == .refused(.unexpectedBytes))
    }

    @Test func closeBetweenAnswersLosesNothing() {
        var answers = ResponseStream()
        #expect(answers.isIdle && answers.closed(pending: 0) == .complete)
        answers.expect(.get)
        #expect(!answers.isIdle && answers.closed(pending: 0) == .beforeAnswer)
        #expect(answers.closed(pending: 1) == .truncated)
    }

    @Test func everyRefusalSaysWhatIsWrong() {
        let chunks: [ChunkFault] = [.badSize, .bodyTooLarge, .trailersTooLarge, .trailer(.badName)]
        let refusals: [Refusal] =
            [.badHost, .unknownMethod, .targetTooLong, .headTooLarge, .field(.badName)] + chunks.map(Refusal.chunk)
        for refusal in refusals { #expect(refusal.reason.count > 10 && (400...505).contains(refusal.status)) }
        #expect(Refusal.chunk(.bodyTooLarge).status == 413 && Refusal.chunk(.trailersTooLarge).status == 431)
        #expect(ResponseFault.chunk(.trailer(.badName)).reason == Refusal.field(.badName).reason)
    }
}
