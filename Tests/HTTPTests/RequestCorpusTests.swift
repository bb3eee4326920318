import HTTP
import Testing

@Suite struct RequestCorpusTests {
    static let tail = Array("GET /tail HTTP/1.1\r\nHost: tail\r\n\r\n".utf8)

    @Test func isLarge() throws {
        let all = try CorpusFile.cases("requests")
        #expect(all.count >= 290)
        #expect(Set(all.map(\.description)).count == all.count, "two cases have the same title")
        #expect(all.filter { $0.file.contains("chunked") }.count >= 40)
    }

    @Test func everyCaseWhole() throws {
        for item in try CorpusFile.cases("requests") {
            try judge(item, RequestTranscript.read([item.bytes], limits: limits(item)))
        }
    }

    @Test func everyCaseInPieces() throws {
        for item in try CorpusFile.cases("requests") {
            let limits = limits(item)
            let whole = RequestTranscript.read([item.bytes], limits: limits)
            for place in Pieces.places(item.bytes.count) {
                let cut = RequestTranscript.read(Pieces.cut(item.bytes, at: place), limits: limits)
                #expect(cut == whole, "\(item), cut at \(place)")
            }
            if item.bytes.count <= 4096 {
                #expect(RequestTranscript.read(Pieces.single(item.bytes), limits: limits) == whole, "\(item), byte by byte")
            }
        }
    }

    @Test func everyCaseWithATail() throws {
        for item in try CorpusFile.cases("requests") where item.expectation.first != "wait" {
            let limits = limits(item)
            let whole = RequestTranscript.read([item.bytes], limits: limits)
            let more = item.bytes + Self.tail
            var tailed = RequestTranscript.read([more], limits: limits)
            for place in stride(from: 0, through: more.count, by: max(1, more.count / 50)) {
                #expect(
                    RequestTranscript.read(Pieces.cut(more, at: place), limits: limits) == tailed, "\(item), cut at \(place)"
                )
            }
            if whole.refusal == nil, whole.requests.last?.keepsAlive == true {
                let last = tailed.requests.popLast()
                #expect(
                    last?.path == Array("/tail".utf8) && last?.hasEnded == true, "\(item): the request behind it is not read"
                )
            }
            #expect(tailed == whole, "\(item): a request behind it changes it")
        }
    }

    private func limits(_ item: CorpusCase) -> RequestLimits {
        var limits = RequestLimits()
        if let head = item.number("head") { limits.headBytesMax = head }
        if let fields = item.number("fields") { limits.fieldsMax = fields }
        if let body = item.number("limit") { limits.bodyBytesMax = UInt64(body) }
        return limits
    }

    private func judge(_ item: CorpusCase, _ transcript: RequestTranscript) throws {
        let words = item.expectation
        switch words.first {
        case "accept":
            #expect(transcript.refusal == nil, "\(item)")
            #expect(transcript.ended == Int(words[1]) && transcript.requests.count == transcript.ended, "\(item)")
        case "refuse":
            let refusal = try #require(transcript.refusal, "\(item)")
            #expect("\(refusal.status)" == words[1] && refusal.name == words[2], "\(item): \(refusal)")
            #expect(transcript.ended == (words.count > 4 ? Int(words[4]) : 0), "\(item)")
        case "wait":
            #expect(transcript.refusal == nil, "\(item)")
            #expect(transcript.requests.allSatisfy { !$0.hasEnded }, "\(item)")
        default: Issue.record("\(item): expect accept, refuse or wait")
        }
        let last = transcript.requests.last
        if let body = try item.text("body") { #expect(transcript.body == body, "\(item)") }
        if let path = try item.text("path") { #expect(last?.path == path, "\(item)") }
        if let host = try item.text("host") { #expect(last?.host == host, "\(item)") }
        if let upgrade = try item.text("upgrade") { #expect(last?.upgrade == upgrade, "\(item)") }
        if let closes = item.keys["closes"] { #expect(last?.keepsAlive == (closes == "no"), "\(item)") }
        if let continues = item.keys["continues"] { #expect(last?.expectsContinue == (continues == "yes"), "\(item)") }
        if let lookAlikes = item.number("lookalikes") { #expect(last?.lookAlikes == lookAlikes, "\(item)") }
    }
}
