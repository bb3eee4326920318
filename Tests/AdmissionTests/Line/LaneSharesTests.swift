import Testing
import TestSupport

@testable import Admission

@Suite struct LaneSharesTests {
    @Test func sharesAreKeptToWithinOne() {
        var turns: [Int64] = [0, 0, 0]
        var given: [Int64] = [0, 0, 0]
        for step in 1...1_000 as ClosedRange<Int64> {
            let some = LaneShares.spread(1, waiting: [10, 10, 10], shares: [50, 30, 20], turns: &turns)
            for lane in 0..<3 { given[lane] += some[lane] }
            for (lane, share) in [Int64(50), 30, 20].enumerated() {
                #expect(abs(given[lane] * 100 - share * step) <= 100, "after \(step): \(given)")
            }
        }
        #expect(given == [500, 300, 200])
    }

    @Test func manyAtOnceAreAsManyOneByOne() {
        var together: [Int64] = [0, 0]
        var single: [Int64] = [0, 0]
        let once = LaneShares.spread(70, waiting: [100, 100], shares: [5, 2], turns: &together)
        var sum: [Int64] = [0, 0]
        for _ in 0..<70 {
            let one = LaneShares.spread(1, waiting: [100, 100], shares: [5, 2], turns: &single)
            sum = [sum[0] + one[0], sum[1] + one[1]]
        }
        #expect(once == [50, 20] && sum == once)
    }

    @Test(arguments: [1, UInt64.random(in: 2 ... .max)]) func allIsGivenAndNobodyTwice(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var turns = [Int64](repeating: 0, count: 4)
        for _ in 0..<2_000 {
            let waiting = (0..<4).map { _ in random.next() % 3 == 0 ? 0 : Int64(random.next() % 9) }
            let shares = (0..<4).map { _ in Int64(1 + random.next() % 1_000) }
            let count = Int64(random.next() % 20)
            let given = LaneShares.spread(count, waiting: waiting, shares: shares, turns: &turns)
            #expect(given.reduce(0, +) == min(count, waiting.reduce(0, +)), "seed \(seed)")
            #expect(zip(given, waiting).allSatisfy { $0 <= $1 && $0 >= 0 }, "seed \(seed)")
        }
        #expect(turns.allSatisfy { $0 >= 0 && $0 < 100 * LaneShares.stride })
    }

    @Test func withNobodyWaitingNothingIsGiven() {
        var turns: [Int64] = [5, 9]
        #expect(LaneShares.spread(10, waiting: [0, 0], shares: [1, 1], turns: &turns) == [0, 0])
    }
}
