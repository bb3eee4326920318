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

    @Test func aProcessIsOneHoweverManyDesksItHas() {
        #expect(NodeName.processes(of: ["a", "a/1", "a/2", "b", "c/1"]) == ["a", "b", "c"])
        #expect(NodeName.desk(0, of: "a") == "a" && NodeName.desk(3, of: "a") == "a/3")
    }
}
