import Testing

@testable import Admission

@Suite struct PollIntervalTests {
    /// Of any wait, known or not, with the longest jitter.
    @Test(arguments: [9_000_000, 30_000_000, 60_000_000] as [Microseconds])
    func whoeverComesAsToldDoesNotMissItsTurn(claimWindow: Microseconds) {
        var rules = RoomRules(rate: .perSecond(1), slotsMax: 1)
        rules.claimWindow = claimWindow
        let waits: [WaitRange?] =
            [nil] + ([1, 15, 25, 300, 90_000] as [Microseconds]).map { WaitRange(low: $0 * 900_000, high: $0 * 1_100_000) }
        for wait in waits {
            for dice in [0, 7, UInt64.max, UInt64.max / 3] {
                let after = PollInterval.after(wait, rules: rules, dice: dice)
                #expect(after < claimWindow * 2 / 3 && after >= 800_000)
            }
        }
    }
}
