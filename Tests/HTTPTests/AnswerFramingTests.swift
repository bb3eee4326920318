import HTTP
import Testing

@Suite struct AnswerFramingTests {
    private func decide(
        _ method: Method = .get, minor: UInt8 = 1, keeps: Bool = true, status: UInt16 = 200, as framing: BodyFraming,
        declared: UInt64? = nil
    ) -> AnswerFraming {
        AnswerFraming.decide(
            method: method, minorVersion: minor, keepsAlive: keeps, status: status, framing: framing,
            declaredLength: declared)
    }

    @Test func aLengthStaysALength() {
        #expect(decide(as: .length(5), declared: 5) == AnswerFraming(body: .length(5), contentLength: 5, keepsAlive: true))
        #expect(
            decide(minor: 0, as: .length(5), declared: 5)
                == AnswerFraming(body: .length(5), contentLength: 5, keepsAlive: true))
        #expect(
            decide(keeps: false, as: .length(5), declared: 5)
                == AnswerFraming(body: .length(5), contentLength: 5, keepsAlive: false))
        #expect(decide(as: .none) == AnswerFraming(body: .length(0), contentLength: 0, keepsAlive: true))
    }

    @Test func anUnknownLengthIsChunkedOrEndsWithTheConnection() {
        for framing in [BodyFraming.chunked, .untilClose] {
            #expect(decide(as: framing) == AnswerFraming(body: .chunked, contentLength: nil, keepsAlive: true))
            #expect(
                decide(keeps: false, as: framing) == AnswerFraming(body: .chunked, contentLength: nil, keepsAlive: false))
            #expect(decide(minor: 0, as: framing) == AnswerFraming(body: .untilClose, contentLength: nil, keepsAlive: false))
        }
    }

    @Test func answersWithoutABody() {
        #expect(decide(.head, as: .none, declared: 5) == AnswerFraming(body: .none, contentLength: 5, keepsAlive: true))
        #expect(decide(.head, as: .none) == AnswerFraming(body: .none, contentLength: nil, keepsAlive: true))
        #expect(
            decide(status: 304, as: .none, declared: 5) == AnswerFraming(body: .none, contentLength: 5, keepsAlive: true))
        #expect(
            decide(status: 204, as: .none, declared: 0) == AnswerFraming(body: .none, contentLength: nil, keepsAlive: true))
        #expect(decide(status: 100, as: .none) == AnswerFraming(body: .none, contentLength: nil, keepsAlive: true))
        #expect(decide(status: 101, as: .none) == AnswerFraming(body: .none, contentLength: nil, keepsAlive: false))
        #expect(decide(.head, minor: 0, as: .none) == AnswerFraming(body: .none, contentLength: nil, keepsAlive: true))
    }
}
