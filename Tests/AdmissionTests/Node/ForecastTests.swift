import Testing

@testable import Admission

@Suite struct ForecastTests {
    static func course(shares: [Double] = [1]) -> Forecast.Course {
        Forecast.Course(
            rate: 100, replacementsMax: 100, owed: 0, missing: 0, claimWindow: 60, patience: 120, swept: [], shares: shares)
    }

    static func isAbout(_ seconds: Double?, _ right: Double, _ part: Double = 0.02) -> Bool {
        seconds.map { abs($0 - right) <= right * part } ?? false
    }

    @Test func aLineMovesAtItsRate() {
        let forecast = Forecast([[.init(count: 50_000, present: 50_000)]], Self.course())
        #expect(Self.isAbout(forecast.seconds(ahead: 999, lane: 0), 10))
        #expect(Self.isAbout(forecast.seconds(ahead: 49_999, lane: 0), 500))
        // Who comes next stands behind them all.
        #expect(Self.isAbout(forecast.seconds(ahead: 59_999, lane: 0), 600))
        #expect(Forecast([[]], Self.course()).seconds(ahead: 99, lane: 0) == 1)
    }

    @Test func nobodyIsAdmittedWithoutARate() {
        var course = Self.course()
        course.rate = 0
        #expect(Forecast([[.init(count: 10, present: 10)]], course).seconds(ahead: 5, lane: 0) == nil)
        #expect(Forecast([], nil).seconds(ahead: 5, lane: 0) == nil)
    }

    /// Until the store drops them the absent are admitted as well, and replaced when their claim window is over: in the end
    /// they have cost nothing.
    @Test func theAbsentCostTimeUntilTheyAreReplaced() {
        var course = Self.course()
        course.swept = [0, 0, 0, 0, 0, 0, 0, 1]
        let forecast = Forecast([[.init(count: 100_000, present: 50_000)]], course)
        // In the first claim window every second one is nobody.
        #expect(Self.isAbout(forecast.seconds(ahead: 3_999, lane: 0), 40))
        #expect(Self.isAbout(forecast.seconds(ahead: 99_999, lane: 0), 500))
    }

    @Test func whoAlreadyMissedTheirTurnBringTheLineForward() {
        var course = Self.course()
        course.owed = 1000
        course.missing = 2000
        let forecast = Forecast([[.init(count: 50_000, present: 50_000)]], course)
        #expect(Self.isAbout(forecast.seconds(ahead: 49_999, lane: 0), 470))
    }

    @Test func theFrontMayBeGoneWhileTheBackIsThere() {
        var course = Self.course()
        course.swept = [1]
        course.patience = 1
        let forecast = Forecast([[.init(count: 10_000, present: 0), .init(count: 10_000, present: 10_000)]], course)
        #expect(Self.isAbout(forecast.seconds(ahead: 19_999, lane: 0), 100, 0.1))
        #expect(Self.isAbout(forecast.seconds(ahead: 10_999, lane: 0), 10, 0.6))
    }

    @Test func aLaneThatRunsDryLeavesItsShare() {
        let lanes: [[Forecast.Part]] = [[.init(count: 3000, present: 3000)], [.init(count: 5000, present: 5000)]]
        let forecast = Forecast(lanes, Self.course(shares: [3, 1]))
        #expect(Self.isAbout(forecast.seconds(ahead: 2999, lane: 0), 40))
        #expect(Self.isAbout(forecast.seconds(ahead: 999, lane: 1), 40))
        #expect(Self.isAbout(forecast.seconds(ahead: 4999, lane: 1), 80))
    }

    @Test func absentOnesHoldSlotsForTheClaimWindow() {
        var course = Self.course()
        course.rate = 1000
        course.replacementsMax = 0
        course.swept = [0, 0, 0, 0, 0, 0, 0, 1]
        course.slots = Forecast.Slots(count: 1000, holdSeconds: 20)
        let present = Forecast([[.init(count: 10_000, present: 10_000)]], course)
        #expect(Self.isAbout(present.seconds(ahead: 4999, lane: 0), 100))
        let half = Forecast([[.init(count: 20_000, present: 10_000)]], course)
        // Once every slot is taken by somebody who does not come, all wait for the end of the claim windows.
        #expect(half.seconds(ahead: 1999, lane: 0).map { $0 > 40 && $0 < 120 } ?? false)
        #expect(half.seconds(ahead: 19_999, lane: 0).map { $0 > 200 && $0 < 500 } ?? false)
    }
}
