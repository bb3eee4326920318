import TestSupport
import Testing

@testable import Admission

@Suite struct BucketTests {
    private func rules(_ count: Int64, per: Microseconds, burst: Int64) -> RoomRules {
        RoomRules(rate: AdmissionRate(count: count, perMicroseconds: per), burst: burst, slotsMax: 100)
    }

    @Test func beginsEmptyOrWithABurst() {
        let rules = rules(3, per: 1_000_000, burst: 4)
        #expect(Bucket(rules: rules, isFull: true, now: 5).regular == 4)
        #expect(Bucket(rules: rules, isFull: false, now: 5).available == 0)
    }

    @Test func fillsToTheMicrosecond() {
        let rules = rules(3, per: 1_000_000, burst: 4)
        var bucket = Bucket(rules: rules, isFull: false, now: 0)
        bucket.refill(rules, now: 333_333)
        #expect(bucket.regular == 0)
        bucket.refill(rules, now: 333_334)
        #expect(bucket.regular == 1)
        bucket.refill(rules, now: 1_000_000)
        #expect(bucket.regular == 3)
        bucket.refill(rules, now: .max / 2)
        #expect(bucket.regular == 4)
    }

    @Test func manyRefillsAreOne() {
        let rules = rules(7, per: 3_000_000, burst: 1_000)
        var often = Bucket(rules: rules, isFull: false, now: 0)
        for now in stride(from: Microseconds(0), through: 60_000_000, by: 7_919) { often.refill(rules, now: now) }
        often.refill(rules, now: 60_000_000)
        var once = Bucket(rules: rules, isFull: false, now: 0)
        once.refill(rules, now: 60_000_000)
        #expect(often == once && once.regular == 140)
    }

    @Test func replacementsAreOwedAndHaveABucketOfTheirOwn() {
        var rules = rules(10, per: 1_000_000, burst: 2)
        rules.claimWindow = 1_000_000
        var bucket = Bucket(rules: rules, isFull: false, now: 0)
        bucket.refill(rules, now: 1_000_000)
        #expect((bucket.regular, bucket.replacements) == (2, 0))
        bucket.owe(100, rules)
        #expect((bucket.owed, bucket.replacements, bucket.available) == (10, 2, 4))
        #expect(bucket.take(3) == 1)
        #expect((bucket.owed, bucket.regular, bucket.replacements) == (9, 0, 1))
        #expect(bucket.take(5) == 1 && bucket.available == 0)
        bucket.forgive()
        bucket.refill(rules, now: 2_000_000)
        #expect((bucket.owed, bucket.regular, bucket.replacements) == (0, 2, 0))
    }

    @Test func anotherPeriodKeepsWholeAdmissions() {
        var bucket = Bucket(rules: rules(10, per: 1_000_000, burst: 8), isFull: true, now: 0)
        _ = bucket.take(5)
        bucket.refill(rules(1, per: 7_000_000, burst: 8), now: 0)
        #expect((bucket.regular, bucket.per, bucket.credit) == (3, 7_000_000, 21_000_000))
    }

    @Test func anHourAtTheSlowestAndTheFastestDoesNotOverflow() {
        for count in [Int64(1), AdmissionRate.countMax] {
            let rules = rules(count, per: AdmissionRate.perMicrosecondsMax, burst: .max)
            var bucket = Bucket(rules: rules, isFull: true, now: .min / 2)
            bucket.owe(.max / 2, rules)
            bucket.refill(rules, now: .max / 4)
            #expect(bucket.regular == RoomRules.burstMax)
        }
    }

    /// However late ticks come, as long as it is not later than the burst has room for, and never more than is promised.
    @Test(arguments: [1, UInt64.random(in: 2 ... .max)]) func nothingOfTheRateIsLostBetweenTicks(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<200 {
            let rate = AdmissionRate(
                count: .random(in: 1...5_000, using: &random),
                perMicroseconds: .random(in: 1_000_000...60_000_000, using: &random))
            let isChosen = Bool.random(using: &random)
            let rules = RoomRules(rate: rate, burst: isChosen ? .random(in: 2...50, using: &random) : nil, slotsMax: 1)
            #expect(isChosen || rules.tickGapMax >= RoomRules.tickLateMax)
            var bucket = Bucket(rules: rules, isFull: false, now: 0)
            var (now, taken): (Microseconds, Int64) = (0, 0)
            var steps: [(at: Microseconds, taken: Int64)] = [(0, 0)]
            for _ in 0..<200 {
                now += .random(in: 0...max(1, rules.tickGapMax), using: &random)
                bucket.refill(rules, now: now)
                let count = bucket.regular
                _ = bucket.take(count)
                taken += count
                steps.append((now, taken))
            }
            #expect(taken == rate.admissions(in: now), "seed \(seed): \(rules)")
            let worst = steps.map { taken - $0.taken - rate.admissions(in: now - $0.at) }.max() ?? 0
            #expect(worst <= rules.burst, "seed \(seed): \(rules)")
        }
    }

    @Test func noTimeIsCountedTwice() {
        let rules = rules(10, per: 1_000_000, burst: 100)
        var bucket = Bucket(rules: rules, isFull: false, now: 5_000_000)
        for now in [5_500_000, 5_000_000, 5_500_000, 0, 5_500_000] as [Microseconds] { bucket.refill(rules, now: now) }
        #expect(bucket.regular == 5)
    }
}

@Suite struct AdmissionRateTests {
    @Test func isBroughtInsideItsCeilings() {
        let low = AdmissionRate(count: -1, perMicroseconds: 0)
        let high = AdmissionRate(count: .max, perMicroseconds: .max)
        #expect((low.count, low.perMicroseconds) == (0, 1))
        #expect((high.count, high.perMicroseconds) == (AdmissionRate.countMax, AdmissionRate.perMicrosecondsMax))
    }

    @Test func countsWithoutRounding() {
        let rate = AdmissionRate(count: 7, perMicroseconds: 3_000_000)
        #expect(rate.admissions(in: 3_000_000) == 7)
        #expect(rate.admissions(in: 2_999_999) == 6)
        #expect(rate.admissions(in: 3_000_000_000_000_000) == 7_000_000_000)
        #expect((rate.admissions(in: 0), rate.admissions(in: -5)) == (0, 0))
        #expect(AdmissionRate(count: 1_000_000, perMicroseconds: 1).admissions(in: .max) == .max)
        #expect(AdmissionRate.perSecond(3).perSecond == 3)
    }
}
