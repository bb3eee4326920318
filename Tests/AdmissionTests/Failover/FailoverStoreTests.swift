import Admission
import Testing

@Suite struct FailoverStoreTests {
    static var rules: RoomRules {
        var rules = RoomRules(rate: .perSecond(20), slotsMax: 10_000)
        rules.state = .queue
        return rules
    }

    @Test func everybodyIsAdmittedInOrder() {
        let fleet = Fleet(nodes: 4, rules: Self.rules)
        fleet.arrive(400)
        fleet.run(seconds: 30)
        #expect(fleet.admitted == 400)
        #expect(fleet.inversions(tolerating: 3_000_000) == 0)
    }

    @Test func theLineMovesToTheFallbackAndBack() {
        let fleet = Fleet(nodes: 3, rules: Self.rules)
        fleet.arrive(1000)
        fleet.run(seconds: 5)
        let before = fleet.admitted
        fleet.primary.isReachable = false
        fleet.run(seconds: 10)
        #expect(fleet.roster.model.mode.holder == .fallback)
        #expect(fleet.admitted > before + 60)
        fleet.primary.isReachable = true
        fleet.run(seconds: 20)
        #expect(fleet.roster.model.mode.holder == .primary)
        #expect(fleet.members.allSatisfy { $0.store.route(of: "event1") == .primary })
        fleet.run(seconds: 40)
        #expect(fleet.admitted == 1000)
        #expect(fleet.visitors.allSatisfy { $0.rejoined == nil })
    }

    @Test func anEmptiedPrimaryIsFilledAgain() {
        let fleet = Fleet(nodes: 3, rules: Self.rules)
        fleet.arrive(1000)
        fleet.run(seconds: 5)
        fleet.primary.line = Line()
        fleet.run(seconds: 60)
        #expect(fleet.admitted == 1000)
        #expect(fleet.visitors.allSatisfy { $0.rejoined == nil })
    }

    @Test func aNodeThatIsAloneHolds() {
        let fleet = Fleet(nodes: 3, rules: Self.rules)
        fleet.arrive(600)
        fleet.run(seconds: 3)
        fleet.primary.cutOff = ["n1"]
        fleet.run(seconds: 8)
        #expect(fleet.roster.model.mode.holder == .primary)
        #expect(fleet.members[1].store.route(of: "event1") == .alone)
        #expect(fleet.visitors.contains { $0.member == 1 && $0.isHeld })
        fleet.primary.cutOff = []
        fleet.run(seconds: 40)
        #expect(fleet.admitted == 600)
        #expect(fleet.visitors.allSatisfy { $0.rejoined == nil })
    }

    @Test func withoutTheRosterThePrimaryGoesOn() {
        let fleet = Fleet(nodes: 2, rules: Self.rules)
        fleet.arrive(400)
        fleet.run(seconds: 2)
        fleet.roster.isReachable = false
        fleet.fallback.isReachable = false
        fleet.run(seconds: 30)
        #expect(fleet.admitted == 400)
    }

    /// One node may find the primary first, another the roster: the line must not be moved away from under the first.
    @Test func whenBothComeBackTheRoomStaysWhereItWas() {
        let fleet = Fleet(nodes: 2, rules: Self.rules)
        fleet.arrive(800)
        fleet.run(seconds: 5)
        fleet.roster.isReachable = false
        fleet.fallback.isReachable = false
        fleet.primary.isReachable = false
        fleet.run(seconds: 8)
        fleet.primary.cutOff = ["n1"]
        fleet.primary.isReachable = true
        fleet.run(seconds: 2)
        #expect(fleet.members[0].store.route(of: "event1") == .primary)
        fleet.roster.isReachable = true
        fleet.fallback.isReachable = true
        fleet.run(seconds: 10)
        #expect(fleet.roster.model.mode.version == 0)
        #expect(fleet.members[0].store.route(of: "event1") == .primary)
        #expect(fleet.members[1].store.route(of: "event1") == .alone)
    }

    @Test(arguments: StoreLoss.allCases)
    func bothGoneIsAsChosen(_ loss: StoreLoss) {
        let fleet = Fleet(nodes: 2, rules: Self.rules, loss: loss)
        fleet.arrive(800)
        fleet.run(seconds: 5)
        let before = fleet.admitted
        fleet.roster.isReachable = false
        fleet.fallback.isReachable = false
        fleet.primary.isReachable = false
        fleet.run(seconds: 15)
        switch loss {
        case .hold: #expect(fleet.admitted == before)
        case .local: #expect((before + 100...before + 240).contains(fleet.admitted))
        case .open: #expect(fleet.visitors.allSatisfy { $0.admittedAt != nil || $0.pollAt == .max })
        }
        fleet.roster.isReachable = true
        fleet.fallback.isReachable = true
        fleet.primary.isReachable = true
        fleet.run(seconds: 50)
        guard loss != .open else { return }
        #expect(fleet.admitted == 800)
        #expect(fleet.visitors.allSatisfy { $0.rejoined == nil })
    }
}
