import Testing

@testable import Admission

/// An adapted rate goes with its line, whichever store holds that.
@Suite struct AdaptedRateFailoverTests {
    private static func fleet(_ loss: StoreLoss = .hold) -> Fleet {
        var rules = RoomRules(rate: .perSecond(20), slotsMax: 10_000)
        rules.rateBounds = RateBounds(min: .perSecond(1), max: .perSecond(50))
        rules.state = .queue
        return Fleet(nodes: 2, rules: rules, loss: loss)
    }

    private func adapted(_ fleet: Fleet) -> [AdaptedRate?] { fleet.members.map { $0.node.snapshot?.controls.adapted } }

    @Test func itGoesToTheFallbackAndBack() {
        let fleet = Self.fleet()
        fleet.run(seconds: 3)
        fleet.members[0].node.adapt(RateProposal(rate: .perSecond(5), reason: .slow, after: 0))
        fleet.members[1].node.adapt(RateProposal(rate: .perSecond(4), reason: .slow, after: 0))
        fleet.run(seconds: 3)
        let first = adapted(fleet)
        #expect(first[0]?.version == 1 && first[0] == first[1])
        fleet.primary.isReachable = false
        fleet.primary.line = Line()
        fleet.run(seconds: 10)
        #expect(fleet.fallback.line.liveControls.adapted == first[0] && adapted(fleet) == first)
        fleet.members[1].node.adapt(RateProposal(rate: .perSecond(3), reason: .failing, after: 1))
        fleet.run(seconds: 3)
        let second = adapted(fleet)
        #expect(second[0]?.rate == .perSecond(3) && second[0] == second[1])
        fleet.primary.isReachable = true
        fleet.run(seconds: 40)
        #expect(fleet.primary.line.liveControls.adapted == second[0] && adapted(fleet) == second)
    }

    @Test func aNodeAloneGoesOnWithItsPartAndAdaptsNothing() {
        let fleet = Self.fleet(.local)
        fleet.run(seconds: 3)
        fleet.members[0].node.adapt(RateProposal(rate: .perSecond(4), reason: .slow, after: 0))
        fleet.run(seconds: 3)
        fleet.arrive(400)
        fleet.run(seconds: 3)
        for store in [fleet.primary, fleet.fallback] { store.isReachable = false }
        fleet.roster.isReachable = false
        fleet.run(seconds: 8)
        let before = fleet.admitted
        for at in 0..<2 { fleet.members[at].node.adapt(RateProposal(rate: .perSecond(50), reason: .well, after: 1)) }
        fleet.run(seconds: 20)
        // Four a second, two of each node, and what their visitors' polls shift.
        #expect((60...100).contains(fleet.admitted - before), "\(fleet.admitted - before)")
        for store in [fleet.primary, fleet.fallback] { store.isReachable = true }
        fleet.roster.isReachable = true
        fleet.run(seconds: 20)
        #expect(fleet.primary.line.liveControls.adapted?.rate == .perSecond(4))
    }
}
