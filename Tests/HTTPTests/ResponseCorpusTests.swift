import HTTP
import Testing

@Suite struct ResponseCorpusTests {
    @Test func isLarge() throws {
        let all = try CorpusFile.cases("responses")
        #expect(all.count >= 120)
        #expect(Set(all.map(\.description)).count == all.count, "two cases have the same title")
    }

    @Test func everyCaseWhole() throws {
        for item in try CorpusFile.cases("responses") { try judge(item, read(item, [item.bytes])) }
    }

    @Test func everyCaseInPieces() throws {
        for item in try CorpusFile.cases("responses") {
            let whole = try read(item, [item.bytes])
            for place in Pieces.places(item.bytes.count) {
                #expect(try read(item, Pieces.cut(item.bytes, at: place)) == whole, "\(item), cut at \(place)")
            }
            if item.bytes.count <= 4096 {
                #expect(try read(item, Pieces.single(item.bytes)) == whole, "\(item), byte by byte")
            }
        }
    }

    /// A second answer behind a whole one belongs to no request, whatever it looks like.
    @Test func everyCaseWithATail() throws {
        let tail = Array("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".utf8)
        for item in try CorpusFile.cases("responses") where item.expectation.first == "accept" {
            let whole = try read(item, [item.bytes])
            guard let last = whole.final.last, last.status != 101, last.framing != .untilClose else { continue }
            var tailed = try read(item, [item.bytes + tail])
            #expect(tailed.fault == .unexpectedBytes, "\(item)")
            tailed.fault = nil
            #expect(tailed == whole, "\(item)")
        }
    }

    private func read(_ item: CorpusCase, _ pieces: [[UInt8]]) throws -> ResponseTranscript {
        var limits = ResponseLimits()
        if let head = item.number("head") { limits.headBytesMax = head }
        if let fields = item.number("fields") { limits.fieldsMax = fields }
        let method = try #require(
            Method.allCases.first { "\($0)" == (item.keys["method"] ?? "get").lowercased() }, "\(item)")
        let words = item.expectation
        let expected = words.first == "accept" ? Int(words[1]) ?? 1 : 1
        return ResponseTranscript.read(pieces, method: method, expected: expected, limits: limits)
    }

    private func judge(_ item: CorpusCase, _ transcript: ResponseTranscript) throws {
        let words = item.expectation
        switch words.first {
        case "accept":
            #expect(transcript.fault == nil && transcript.final.count == Int(words[1]), "\(item): \(transcript)")
            #expect(transcript.final.allSatisfy { $0.hasEnded || $0.framing == .untilClose || $0.status == 101 }, "\(item)")
        case "refuse": #expect(transcript.fault?.name == words[1], "\(item): \(transcript)")
        case "wait":
            #expect(transcript.fault == nil && transcript.final.allSatisfy { !$0.hasEnded }, "\(item): \(transcript)")
        default: Issue.record("\(item): expect accept, refuse or wait")
        }
        let last = transcript.final.last
        if let body = try item.text("body") { #expect(transcript.body == body, "\(item)") }
        if let status = item.number("status") { #expect(last.map { Int($0.status) } == status, "\(item)") }
        if let keeps = item.keys["keeps"] { #expect(last?.keepsAlive == (keeps == "yes"), "\(item)") }
        if let close = item.keys["close"] { #expect("\(transcript.close)" == close, "\(item)") }
    }
}
