import Testing

@testable import Admission

/// Each node alone, as `on_store_loss = "local"` has it.
@Suite struct LocalLossTests {
    /// One node lets in its few, who came last, long before the other has got through those who came before them. When the
    /// store is back the others still have their places, though more than `turn_grace` has passed.
    @Test func aNodeThatIsFurtherOnSendsNobodyToTheEnd() {
        var rules = RoomRules(rate: .perSecond(20), slotsMax: 10_000)
        rules.state = .queue
        rules.turnGrace = 5_000_000
        let fleet = Fleet(nodes: 2, rules: rules, loss: .local)
        fleet.run(seconds: 3)
        fleet.arrive(1600)
        for at in fleet.visitors.indices where at % 2 == 0 {
            fleet.visitors[at].pollAt = at < 1560 ? .max : fleet.world.now + 1_000_000
        }
        fleet.run(seconds: 4)
        for store in [fleet.primary, fleet.fallback] { store.isReachable = false }
        fleet.roster.isReachable = false
        fleet.run(seconds: 40)
        // The few are through.
        #expect(
            fleet.visitors.indices.filter { $0 % 2 == 0 && $0 >= 1560 }.allSatisfy { fleet.visitors[$0].admittedAt != nil })
        #expect(fleet.admitted < 780)
        for store in [fleet.primary, fleet.fallback] { store.isReachable = true }
        fleet.roster.isReachable = true
        fleet.run(seconds: 60)
        #expect(fleet.admitted == 820)
        #expect(fleet.visitors.allSatisfy { $0.rejoined == nil })
    }

    /// It does not know how many share the rate, nor how many are inside.
    @Test func whoHasSeenNoStoreLetsNobodyIn() {
        let fleet = Fleet(nodes: 2, rules: Self.rules, loss: .local)
        fleet.run(seconds: 3)
        fleet.reachStores(false)
        fleet.join(Self.rules, .local)
        fleet.arrive(90)
        fleet.run(seconds: 15)
        #expect(fleet.visitors.indices.allSatisfy { fleet.visitors[$0].member != 2 || fleet.visitors[$0].admittedAt == nil })
        #expect(fleet.admitted == 60)
        fleet.reachStores(true)
        fleet.run(seconds: 20)
        #expect(fleet.admitted == 90)
    }

    /// What an operator had set holds for all nodes together while they are alone, and afterwards; so does what is set meanwhile.
    @Test(arguments: [true, false])
    func aLiveRateHoldsForAllTogetherAndAfterwards(isSetMeanwhile: Bool) {
        let fleet = Fleet(nodes: 2, rules: Self.rules, loss: .local)
        fleet.run(seconds: 3)
        let few: [ControlChange] = [.rate(.perSecond(4)), .slotsMax(500)]
        if !isSetMeanwhile { fleet.members[0].node.control(few) }
        fleet.arrive(400)
        fleet.run(seconds: 3)
        fleet.reachStores(false)
        fleet.run(seconds: 6)
        if isSetMeanwhile { for at in fleet.members.indices { fleet.members[at].node.control(few) } }
        fleet.run(seconds: 1)
        let before = fleet.admitted
        fleet.run(seconds: 20)
        #expect(fleet.admitted - before <= 85)
        #expect(fleet.admitted - before >= 70)
        #expect(fleet.members.allSatisfy { $0.node.snapshot?.controls.rate == .perSecond(4) })
        for store in [fleet.primary, fleet.fallback] { store.line = Line() }
        fleet.reachStores(true)
        fleet.run(seconds: 20)
        let lines = [fleet.primary.line, fleet.fallback.line].filter { $0.knownLineage != 0 }
        #expect(!lines.isEmpty)
        for line in lines { #expect(line.liveControls.rate == .perSecond(4) && line.liveControls.slotsMax == 500) }
    }

    /// Who is inside is known to one node alone: before it has said so nobody is admitted by the line that another begins.
    @Test func theLineThatComesBackWaitsForAllThatWereAlone() {
        let fleet = Fleet(nodes: 2, rules: Self.rules, loss: .local)
        fleet.run(seconds: 3)
        fleet.arrive(600)
        fleet.run(seconds: 3)
        fleet.reachStores(false)
        fleet.run(seconds: 10)
        for store in [fleet.primary, fleet.fallback] {
            store.line = Line()
            store.cutOff = ["n1"]
        }
        fleet.roster.cutOff = ["n1"]
        fleet.reachStores(true)
        fleet.run(seconds: 2)
        let lines = { [fleet.primary.line, fleet.fallback.line].filter { $0.knownLineage != 0 } }
        #expect(!lines().isEmpty && lines().allSatisfy { $0.inTotal.admitted == 0 })
        for store in [fleet.primary, fleet.fallback] { store.cutOff = [] }
        fleet.roster.cutOff = []
        fleet.run(seconds: 10)
        #expect(lines().contains { $0.inTotal.admitted > 100 })
    }

    private static var rules: RoomRules {
        var rules = RoomRules(rate: .perSecond(20), slotsMax: 10_000)
        rules.state = .queue
        return rules
    }

    @Test func aProcessIsOneHoweverManyDesksItHas() {
        #expect(NodeName.processes(of: ["a", "a/1", "a/2", "b", "c/1"]) == ["a", "b", "c"])
        #expect(NodeName.desk(0, of: "a") == "a" && NodeName.desk(3, of: "a") == "a/3")
    }
}
