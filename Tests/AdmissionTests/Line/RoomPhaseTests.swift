import Testing

@testable import Admission

@Suite struct RoomPhaseTests {
    private static let schedule = Schedule(prequeueAt: 10, opensAt: 20, closesAt: 30)

    @Test func scheduleSaysWhenAndStateWhatIsInBetween() {
        let between: [(RoomState, RoomPhase)] = [(.auto, .auto), (.queue, .queue), (.paused, .paused), (.open, .open)]
        for (state, phase) in between {
            let phases = [0, 9, 10, 19, 20, 29, 30, 99].map { RoomPhase(state: state, schedule: Self.schedule, now: $0) }
            #expect(phases == [.before, .before, .prequeue, .prequeue, phase, phase, .closed, .closed])
            #expect(RoomPhase(state: state, schedule: Schedule(), now: 0) == phase)
        }
    }

    @Test func closedIsClosed() {
        for now in [0, 10, 20, 30] as [Microseconds] {
            #expect(RoomPhase(state: .closed, schedule: Self.schedule, now: now) == .closed)
        }
    }

    @Test func withoutAPrequeueThereIsNoneAndWithoutAnOpeningNothingIsBefore() {
        #expect(RoomPhase(state: .auto, schedule: Schedule(opensAt: 20), now: 19) == .before)
        #expect(RoomPhase(state: .auto, schedule: Schedule(prequeueAt: 10), now: 5) == .auto)
        #expect(RoomPhase(state: .auto, schedule: Schedule(prequeueAt: 25, opensAt: 20), now: 19) == .before)
        #expect(RoomPhase(state: .auto, schedule: Schedule(opensAt: 20, closesAt: 10), now: 15) == .closed)
    }

    @Test func onlyTwoAdmit() {
        #expect(RoomPhase.allCases.filter(\.admits) == [.auto, .queue])
    }

    @Test func whatIsDrawn() {
        var rules = RoomRules(rate: .perSecond(1), slotsMax: 1)
        #expect(RoomPhase.allCases.filter { rules.draws(in: $0) } == [.prequeue])
        rules.method = .random
        #expect(RoomPhase.allCases.filter { !rules.draws(in: $0) } == [.before, .closed])
    }

    @Test func liveChangesWinAndStayInsideTheirCeilings() {
        var rules = RoomRules(rate: .perSecond(1), burst: 3, slotsMax: 5)
        rules.schedule.opensAt = 7
        var controls = RoomControls()
        #expect(rules.under(controls) == rules)
        controls.apply([.rate(.perSecond(1_000)), .slotsMax(-4), .state(.paused), .opensAt(99)])
        let live = rules.under(controls)
        #expect((live.rate, live.burst, live.slotsMax) == (.perSecond(1_000), 502, 0))
        #expect((live.state, live.schedule.opensAt) == (.paused, 99))
        controls.apply([.burst(.max)])
        #expect(rules.under(controls).burst == RoomRules.burstMax)
    }
}
