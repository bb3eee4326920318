import Admission
import Testing

@Suite struct FailoverStoreTests {
    static var rules: RoomRules {
        var rules = RoomRules(rate: .perSecond(20), slotsMax: 10_000)
        rules.state = .queue
        return rules
    }

    static var fastRules: RoomRules {
        var rules = RoomRules(rate: .perSecond(120), slotsMax: 10_000)
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

    /// Of several thousand who wait, the answer to one call of the carry is lost, or one is not done, or the primary loses all
    /// that was carried: everybody is admitted, once, at the place that was given.
    @Test(arguments: [3, 9], [SwitchableStore.Trouble.notDone, .unheard, .emptied])
    func theWayBackSurvivesAFault(_ number: Int, _ trouble: SwitchableStore.Trouble) {
        let fleet = Fleet(nodes: 3, rules: Self.fastRules)
        fleet.arrive(4_000)
        fleet.run(seconds: 3)
        fleet.primary.isReachable = false
        fleet.run(seconds: 6)
        #expect(fleet.roster.model.mode.holder == .fallback)
        var reads = 0
        var writes = 0
        fleet.fallback.befalls = { operation in
            guard case .read = operation else { return nil }
            reads += 1
            return reads == number && trouble != .emptied ? trouble : nil
        }
        fleet.primary.befalls = { operation in
            guard case .restore = operation else { return nil }
            writes += 1
            return writes == number ? trouble : nil
        }
        fleet.primary.isReachable = true
        fleet.run(seconds: 16)
        #expect(fleet.roster.model.mode.holder == .primary)
        #expect(reads > number && writes > number)
        fleet.run(seconds: 24)
        #expect(fleet.admitted == 4_000)
        #expect(fleet.visitors.allSatisfy { $0.rejoined == nil })
        #expect(fleet.inversions(tolerating: 10_000_000) == 0)
    }

    /// Whoever carries dies in the middle; another begins anew once it is silent.
    @Test func anotherCarriesWhenTheFirstIsSilent() {
        let fleet = Fleet(nodes: 3, rules: Self.fastRules)
        fleet.arrive(3_000)
        fleet.run(seconds: 3)
        fleet.primary.isReachable = false
        fleet.run(seconds: 6)
        // Nothing can be read, so that the carry does not come to its end.
        fleet.fallback.befalls = { operation in if case .read = operation { .notDone } else { nil } }
        fleet.primary.isReachable = true
        fleet.run(seconds: 13)
        #expect(fleet.roster.model.mode.holder == .returning)
        let carrier = fleet.roster.model.mode.mover
        fleet.roster.cutOff = [carrier]
        fleet.fallback.befalls = nil
        fleet.fallback.cutOff = [carrier]
        fleet.run(seconds: 5)
        #expect(fleet.roster.model.mode.holder == .primary)
        #expect(fleet.roster.model.mode.mover != carrier)
        fleet.roster.cutOff = []
        fleet.fallback.cutOff = []
        fleet.run(seconds: 30)
        #expect(fleet.admitted == 3_000)
        #expect(fleet.visitors.allSatisfy { $0.rejoined == nil })
    }

    /// The primary goes away again in the middle: the line stays where it was, and nobody is admitted twice.
    @Test func theCarryIsGivenUpWhenThePrimaryFailsAgain() {
        let fleet = Fleet(nodes: 3, rules: Self.fastRules)
        fleet.arrive(4_000)
        fleet.run(seconds: 3)
        fleet.primary.isReachable = false
        fleet.run(seconds: 6)
        var writes = 0
        let primary = fleet.primary
        fleet.primary.befalls = { [unowned primary] operation in
            guard case .restore = operation else { return nil }
            writes += 1
            if writes == 4 { primary.isReachable = false }
            return nil
        }
        fleet.primary.isReachable = true
        fleet.run(seconds: 16)
        #expect(writes >= 4)
        #expect(fleet.roster.model.mode.holder == .fallback)
        let before = fleet.admitted
        fleet.primary.befalls = nil
        fleet.run(seconds: 2)
        #expect(fleet.admitted > before)
        fleet.primary.isReachable = true
        fleet.run(seconds: 40)
        #expect(fleet.roster.model.mode.holder == .primary)
        #expect(fleet.admitted == 4_000)
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

    /// What it began would be a second line, if the others were in the fallback when it was cut off with them.
    @Test func whoHasNeverHeardTheRosterBeginsNoLineInAnEmptyPrimary() {
        let fleet = Fleet(nodes: 2, rules: Self.rules)
        fleet.roster.isReachable = false
        fleet.fallback.isReachable = false
        fleet.arrive(40)
        fleet.run(seconds: 5)
        #expect(fleet.primary.line.epoch == 0 && fleet.admitted == 0)
        fleet.roster.isReachable = true
        fleet.fallback.isReachable = true
        fleet.run(seconds: 10)
        #expect(fleet.admitted == 40)
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
