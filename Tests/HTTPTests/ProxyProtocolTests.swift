import Address
import Bytes
import HTTP
import Testing

@Suite struct ProxyProtocolTests {
    @Test func everyCase() throws {
        let all = try CorpusFile.cases("proxy")
        #expect(all.count >= 30)
        #expect(Set(all.map(\.description)).count == all.count, "two cases have the same title")
        for item in all {
            let outcome = ProxyProtocol.read(item.bytes.span)
            let rest = item.number("rest") ?? 0
            switch item.expectation.first {
            case "source":
                let source = try #require(Endpoint(item.expectation[1]), "\(item)")
                #expect(outcome == .header(consumed: item.bytes.count - rest, source: source), "\(item)")
            case "none": #expect(outcome == .header(consumed: item.bytes.count - rest, source: nil), "\(item)")
            case "wait": #expect(outcome == .needMore, "\(item)")
            case "refuse":
                guard case .refused(let why) = outcome else {
                    Issue.record("\(item): \(outcome)")
                    continue
                }
                #expect(!why.isEmpty)
            default: Issue.record("\(item): expect source, none, refuse or wait")
            }
        }
    }

    /// The first outcome that is not `needMore` is the outcome, whatever comes behind.
    @Test func everyCaseByteByByteAndWithATail() throws {
        for item in try CorpusFile.cases("proxy") {
            let whole = ProxyProtocol.read(item.bytes.span)
            var first = ProxyProtocol.Outcome.needMore
            for count in 0...item.bytes.count where first == .needMore {
                first = ProxyProtocol.read(item.bytes.span.extracting(0..<count))
            }
            #expect(first == whole, "\(item)")
            guard whole != .needMore else { continue }
            let tailed = item.bytes + Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
            #expect(ProxyProtocol.read(tailed.span) == whole, "\(item)")
        }
    }
}
