import Testing

@testable import Admission

@Suite struct VisitorTests {
    @Test(arguments: LineInvariantTests.seeds) func nobodyIsInsideTwiceAndNobodyLosesAPlace(_ seed: UInt64) {
        var visitors = Visitors(seed: seed)
        for step in 0..<8_000 {
            visitors.step()
            guard visitors.faults.isEmpty else {
                Issue.record("seed \(seed), step \(step): \(visitors.faults)")
                return
            }
        }
        let usual = ["waited", "claimed", "at once", "passed", "released", "spent", "spent and passed", "left", "lost"]
        // The rarest comes some ten times in a run, by chance; one in thirty random seeds had five or fewer.
        for what in usual { #expect(visitors.met[what, default: 0] > 0, "seed \(seed): \(what) \(visitors.met)") }
    }
}
