import Testing

@testable import Relay

@Suite struct OriginHealthTests {
    private static let start: UInt64 = 70_000_000_000
    private var health = OriginHealth(target: 500_000_000, now: start)

    private func counts(_ requests: Int, late: Int = 0, failed: Int = 0) -> OriginHealth.Counts {
        var counts = OriginHealth.Counts()
        (counts.requests, counts.late, counts.failed) = (requests, late, failed)
        return counts
    }

    private func at(_ milliseconds: UInt64) -> UInt64 { Self.start + milliseconds * 1_000_000 }

    @Test mutating func answersAreLateByTheTarget() {
        for took in [1, 500, 501, 5000] as [UInt64] {
            health.began(at: at(100))
            health.ended(at(100), isFailed: took == 1, at: at(100 + took))
        }
        #expect(health.take(at: at(200)) == counts(4, late: 2, failed: 1))
        #expect(health.take(at: at(1200)) == counts(0))
    }

    @Test mutating func whatHangsIsLateBeforeItEndsAndOnlyOnce() {
        for milliseconds in [0, 900, 1100] as [UInt64] { health.began(at: at(milliseconds)) }
        #expect(health.take(at: at(1400)) == counts(0))
        // The first second is over by more than the target, the next is not.
        #expect(health.take(at: at(1600)) == counts(2, late: 2))
        #expect(health.take(at: at(2400)) == counts(0))
        #expect(health.take(at: at(3000)) == counts(1, late: 1))
        health.ended(at(0), isFailed: false, at: at(9000))
        health.ended(at(900), isFailed: true, at: at(60_000))
        health.abandoned(at(1100), at: at(60_000))
        #expect(health.take(at: at(61_000)) == counts(0, failed: 1))
    }

    @Test mutating func whoDidNotWaitLongEnoughSaysNothing() {
        for _ in 0..<2 { health.began(at: at(0)) }
        health.abandoned(at(0), at: at(400))
        health.abandoned(at(0), at: at(700))
        #expect(health.take(at: at(5000)) == counts(1, late: 1))
    }

    @Test mutating func aLoopThatStoodStillForLongTellsEachOnce() {
        health.began(at: at(0))
        #expect(health.take(at: at(10_000_000)) == counts(1, late: 1))
        health.began(at: at(10_000_000))
        health.ended(at(0), isFailed: false, at: at(10_000_001))
        health.ended(at(10_000_000), isFailed: false, at: at(10_000_001))
        #expect(health.take(at: at(10_009_000)) == counts(1))
    }

    @Test mutating func aTargetBeyondWhatIsRememberedIsCutDown() {
        #expect(OriginHealth(target: .max, now: 0).target == 256_000_000_000)
    }

    @Test func requestsOfGroupsThatAreNoMoreCountForNobody() {
        var book = HealthBook()
        let mark = ForwardMark(high: 0, low: 0, word: 0, client: .loopback4, group: 1)
        #expect(book.began(mark, at: at(0)) == nil)
        book.begin([nil, 500_000_000], at: at(0))
        #expect(book.began(ForwardMark(high: 0, low: 0, word: 0, client: .loopback4, group: 0), at: at(0)) == nil)
        #expect(book.began(nil, at: at(0)) == nil)
        guard let entry = book.began(mark, at: at(0)) else {
            Issue.record("it is not measured")
            return
        }
        book.begin([500_000_000, 500_000_000], at: at(10))
        book.ended(entry, isFailed: true, at: at(20))
        book.abandoned(entry, at: at(2000))
        #expect(book.take(1, at: at(5000)) == OriginHealth.Counts())
        #expect(book.take(2, at: at(5000)) == nil && book.targets == [500_000_000, 500_000_000])
    }
}
