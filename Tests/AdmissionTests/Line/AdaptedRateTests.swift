import Admission
import Testing

@Suite struct AdaptedRateTests {
    @Test(
        arguments: [
            (12345, "12345/1000000"), (100.4, "100/1000000"), (7, "7/1000000"), (14.7, "882/60000000"),
            (1.6, "96/60000000"), (0.0167, "1/60000000"), (0.02, "72/3600000000"), (0.001, "4/3600000000"),
            (0, "0/3600000000"), (-3, "0/3600000000"), (1e12, "1000000/1000000"),
        ] as [(Double, String)])
    func aRateIsSaidInTheUnitThatFits(_ perSecond: Double, _ text: String) {
        let rate = AdmissionRate.near(perSecond: perSecond)
        #expect("\(rate.count)/\(rate.perMicroseconds)" == text)
    }

    @Test func ratesAreComparedWhateverTheirUnits() {
        let second = AdmissionRate.perSecond(1)
        let minute = AdmissionRate(count: 60, perMicroseconds: 60_000_000)
        #expect(!second.isBelow(minute) && !minute.isBelow(second))
        #expect(AdmissionRate(count: 59, perMicroseconds: 60_000_000).isBelow(second))
        let most = AdmissionRate(count: .max, perMicroseconds: 1)
        #expect(second.isBelow(most) && !most.isBelow(second))
    }

    @Test func boundsTheWrongWayRoundAreTheLower() {
        let bounds = RateBounds(min: .perSecond(9), max: .perSecond(3))
        #expect(bounds.clamp(.perSecond(1)) == .perSecond(9) && bounds.clamp(.perSecond(20)) == .perSecond(9))
    }

    @Test func aRateOfTheConfigurationIsNoMoreThanOneOfMany() {
        var rules = RoomRules(rate: .perSecond(10), burst: 500, slotsMax: 10)
        var controls = RoomControls()
        controls.adapt(RateProposal(rate: .perSecond(4), reason: .slow, after: 0), at: 7)
        #expect(rules.under(controls) == rules, "without bounds it means nothing")
        rules.rateBounds = RateBounds(min: .perSecond(2), max: .perSecond(50))
        #expect(rules.under(controls).rate == .perSecond(4) && rules.under(controls).burst == 4)
        controls.apply([.burst(33)])
        #expect(rules.under(controls).burst == 33)
        controls.apply([.rate(.perSecond(99))])
        #expect(rules.under(controls).rate == .perSecond(99), "beyond the bounds, where an operator wants it")
    }
}
