import Testing

@testable import Crowd

@Suite struct JudgeTests {
    static let second: UInt64 = 1_000_000_000

    /// Who came at `join`, was told to wait at `waited`, and was seen in at `admitted`.
    static func visit(
        join: Double, waited: Double? = nil, admitted: Double? = nil, until: Double? = nil
    ) -> Visit {
        var visit = Visit()
        visit.joinSentAt = UInt64(join * 1e9)
        visit.joinAnsweredAt = visit.joinSentAt + second / 100
        visit.waitedAt = UInt64((waited ?? join) * 1e9)
        if let admitted {
            visit.admittedAt = UInt64(admitted * 1e9)
            visit.insideUntil = UInt64((until ?? admitted) * 1e9)
            visit.hasSeenSite = true
        }
        return visit
    }

    static func order(_ visits: [Visit]) -> OrderJudge { OrderJudge(visits, lagNanoseconds: second / 2) }

    // MARK: Order

    @Test func anOrderlyLineIsInOrder() {
        let visits = (0..<50).map { Self.visit(join: Double($0), waited: 99 + Double($0), admitted: 100 + Double($0)) }
        #expect(Self.order(visits).overtakers == 0)
    }

    @Test func oneWhoJumpedIsFound() {
        let visits = [
            Self.visit(join: 0, waited: 30, admitted: 31), Self.visit(join: 1, waited: 20, admitted: 32),
            Self.visit(join: 2, waited: 9, admitted: 10),
        ]
        let judge = Self.order(visits)
        #expect(judge.overtakers == 1)
        #expect(judge.worst == OrderJudge.Inversion(overtaker: 2, overtaken: 0, byNanoseconds: 20 * Self.second))
    }

    @Test func whoWasNeverLetInCanBeOvertaken() {
        #expect(Self.order([Self.visit(join: 0, waited: 60), Self.visit(join: 1, admitted: 1.1)]).overtakers == 1)
    }

    @Test func joinsUnderWayAtOnceHaveNoOrder() {
        #expect(Self.order([Self.visit(join: 0, waited: 60), Self.visit(join: 0.005, admitted: 1.1)]).overtakers == 0)
    }

    @Test func aPollThatCameLaterIsNoInversion() {
        // Both may have been let in at 10: one was told at once, the other when it asked again.
        #expect(
            Self.order([Self.visit(join: 0, waited: 9.9, admitted: 40), Self.visit(join: 1, admitted: 10)]).overtakers == 0)
        // What a node knows may be a few ticks old.
        #expect(
            Self.order([Self.visit(join: 0, waited: 10.4, admitted: 40), Self.visit(join: 1, admitted: 10)]).overtakers == 0)
        #expect(
            Self.order([Self.visit(join: 0, waited: 10.6, admitted: 40), Self.visit(join: 1, admitted: 10)]).overtakers == 1)
    }

    @Test func whoStrayedIsNotOvertaken() {
        var first = Self.visit(join: 0, waited: 60)
        first.isStrayed = true
        #expect(Self.order([first, Self.visit(join: 1, admitted: 1.1)]).overtakers == 0)
    }

    // MARK: Rate

    @Test func aSteadyRateIsKept() {
        let judge = RateJudge(
            (0..<100).map { RateJudge.Admission(after: $0 * Self.second / 10, before: $0 * Self.second / 10) })
        #expect(judge.most(within: Self.second) == 11)
        let worst = judge.worst(perSecond: 10)
        #expect(abs((worst?.beyond ?? 0) - 1) < 1e-6)
    }

    @Test func aBurstIsFoundInItsWindow() throws {
        var all = (0..<100).map { RateJudge.Admission(after: $0 * Self.second, before: $0 * Self.second) }
        all += (0..<7).map {
            RateJudge.Admission(after: 40 * Self.second + $0 * 1_000_000, before: 40 * Self.second + $0 * 1_000_000)
        }
        let worst = try #require(RateJudge(all).worst(perSecond: 1))
        #expect(worst.count >= 8)
        #expect(worst.beyond > 7 && worst.beyond < 8.01)
        #expect(RateJudge(all).most(within: Self.second) == 9)
    }

    @Test func whatMayHaveBeenEarlierIsNotHeldAgainstIt() {
        // Ten seen at once, each of whom may have been let in at any time in ten seconds.
        let seen = (0..<10).map { _ in RateJudge.Admission(after: 0, before: 10 * Self.second) }
        #expect(RateJudge(seen).most(within: Self.second) == 0)
        #expect(abs((RateJudge(seen).worst(perSecond: 1)?.beyond ?? 9)) < 1e-6)
    }

    @Test(arguments: 1...20) func theTreeFindsWhatTryingAllFinds(_ seed: UInt64) throws {
        var dice = Dice(seed: seed)
        let all = (0..<60).map { _ in
            let after = dice.next() % (20 * Self.second)
            return RateJudge.Admission(after: after, before: after + dice.next() % (3 * Self.second))
        }
        let judge = RateJudge(all)
        var most = -Double.infinity
        var within = 0
        for from in all.map(\.after) {
            for to in all.map(\.before) where to >= from {
                let count = all.count { $0.after >= from && $0.before <= to }
                most = max(most, Double(count) - 2 * Double(to - from) / 1e9)
                if to - from <= Self.second { within = max(within, count) }
            }
        }
        let worst = try #require(judge.worst(perSecond: 2))
        #expect(abs(worst.beyond - most) < 1e-6, "seed \(seed)")
        #expect(judge.most(within: Self.second) == within, "seed \(seed)")
        #expect(all.count { $0.after >= worst.from && $0.before <= worst.to } == worst.count, "seed \(seed)")
    }

    @Test func aLineInOrderTellsWhenEachWasLetIn() {
        var visits = (0..<4).map { number in
            var visit = Self.visit(
                join: 0, waited: [10, 12, 5, 11][number], admitted: [30, 21, 22, 23][number])
            visit.place = UInt64(number + 1)
            return visit
        }
        func bounds(isOrdered: Bool = true) -> [[UInt64]] {
            AdmissionBounds.of(visits, isOrdered: isOrdered, lagNanoseconds: 0).map {
                [$0.after / Self.second, $0.before / Self.second]
            }
        }
        // The third was told to wait at 5 last; but the one before it at 12. The first saw it at 30, the one behind at 21.
        #expect(bounds() == [[10, 21], [12, 21], [12, 22], [12, 23]])
        #expect(bounds(isOrdered: false) == [[10, 30], [12, 21], [5, 22], [11, 23]])
        // Who strayed proves nothing of others, nor others of it.
        visits[1].isStrayed = true
        #expect(bounds() == [[10, 22], [12, 21], [10, 22], [11, 23]])
    }

    @Test func anInversionIsFoundByPlacesWhereJoinsSayNothing() {
        var visits = [Self.visit(join: 0, waited: 60), Self.visit(join: 0, waited: 9, admitted: 10)]
        #expect(Self.order(visits).overtakers == 0)
        (visits[0].place, visits[1].place) = (1, 2)
        #expect(Self.order(visits).overtakers == 1)
        (visits[0].place, visits[1].place) = (2, 1)
        #expect(Self.order(visits).overtakers == 0)
    }

    @Test func nothingIsNothing() {
        #expect(RateJudge([]).worst(perSecond: 1) == nil)
        #expect(RateJudge([]).most(within: 1) == 0)
    }

    // MARK: Times

    @Test func percentilesAreNotFarOff() {
        var times = Histogram()
        for value: UInt64 in 1...100_000 { times.add(value * 1000) }
        for (share, right) in [(0.5, 50_000_000.0), (0.9, 90_000_000), (0.99, 99_000_000), (1, 100_000_000)] {
            let found = Double(times.percentile(share))
            #expect(found >= right && found <= right * 1.04, "\(share): \(found)")
        }
        #expect(Histogram().percentile(0.5) == 0)
    }

    @Test func everyValueHasItsSlot() {
        for value in [0, 1, 31, 32, 33, 63, 64, 65, 1023, 1024, 1 << 40, UInt64.max - 1, .max] as [UInt64] {
            let slot = Histogram.slot(of: value)
            if value < 1 << 60 { #expect(Histogram.upperBound(of: slot) >= value) }
            if slot > 0, value < 1 << 60 { #expect(Histogram.upperBound(of: slot - 1) < value) }
        }
    }
}
