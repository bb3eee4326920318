import Testing

@testable import Telemetry

@Suite struct HistogramBoundsTests {
    private func judged(_ value: UInt64) -> Int {
        for bound in 0..<HistogramBounds.count where value <= HistogramBounds.nanoseconds[bound] { return bound }
        return HistogramBounds.count
    }

    @Test func neighboursLieAFactorOfTwoApart() {
        for bound in 1..<HistogramBounds.count {
            #expect(HistogramBounds.nanoseconds[bound] >= 2 * HistogramBounds.nanoseconds[bound - 1])
        }
    }

    @Test func theTableIsWhatItSays() {
        for zeros in 0...64 {
            let least: UInt64 = zeros == 64 ? 0 : 1 << UInt64(63 - zeros)
            let bounds = (0..<HistogramBounds.count).count { HistogramBounds.nanoseconds[$0] <= least }
            #expect(Int(HistogramBounds.below[zeros]) == bounds)
        }
    }

    @Test func theNamesAreTheBounds() throws {
        for bound in 0..<HistogramBounds.count {
            let seconds = try #require(Double("\(HistogramBounds.seconds[bound])"))
            #expect((seconds * 1e9).rounded() == Double(HistogramBounds.nanoseconds[bound]))
        }
    }

    @Test func findsTheBucketAtEveryEdge() {
        var values: [UInt64] = [0, 1, .max, .max - 1]
        for bound in 0..<HistogramBounds.count {
            let edge = HistogramBounds.nanoseconds[bound]
            values += [edge - 1, edge, edge + 1]
        }
        for bit in 0..<64 { values += [1 << UInt64(bit), (1 << UInt64(bit)) &- 1, (1 << UInt64(bit)) &+ 1] }
        for value in values { #expect(HistogramBounds.bucket(of: value) == judged(value), "\(value)") }
    }

    @Test func findsTheBucketOfAnything() {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("HistogramBoundsTests.findsTheBucketOfAnything seed \(seed)")
        var random = SeededRandom(seed: seed)
        for _ in 0..<20_000 {
            let value = UInt64.random(in: 0...UInt64.max, using: &random) >> UInt64.random(in: 0..<64, using: &random)
            if HistogramBounds.bucket(of: value) != judged(value) { Issue.record("seed \(seed) value \(value)") }
        }
    }
}
