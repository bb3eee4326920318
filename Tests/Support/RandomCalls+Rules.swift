import Admission

extension RandomCalls {
    /// Short windows and small ceilings, so that all of them are met.
    mutating func randomRules() -> RoomRules {
        let rates = [
            AdmissionRate.perSecond(2), .perSecond(0), .perSecond(50), AdmissionRate(count: 7, perMicroseconds: 3_000_000),
            AdmissionRate(count: 100, perMicroseconds: 60_000_000), AdmissionRate(count: 1, perMicroseconds: 7_000_000),
        ]
        var rules = RoomRules(
            rate: rates[below(rates.count)], burst: chance(2) ? nil : Int64(below(5)), slotsMax: Int64(below(12)))
        if chance(2) { rules.rateBounds = RateBounds(min: .perSecond(2), max: rates[2 + below(4)]) }
        rules.waitingMax = Int64(chance(3) ? below(6) : 100)
        rules.state = chance(6) ? RoomState.allCases[below(RoomState.allCases.count)] : (chance(2) ? .auto : .queue)
        rules.method = chance(5) ? .random : .fifo
        rules.schedule = randomSchedule()
        rules.lanes = randomLanes()
        rules.claimWindow = Microseconds(1 + below(4)) * 1_000_000
        rules.turnGrace = Microseconds(1 + below(12)) * 1_000_000
        rules.abandonAfter = Microseconds(2 + below(10)) * 1_000_000
        rules.passLife = Microseconds(1 + below(4)) * 1_000_000
        rules.sessionIdle = Microseconds(1 + below(8)) * 1_000_000
        rules.sessionMax = Microseconds(5 + below(20)) * 1_000_000
        rules.standstillAfter = Microseconds(1 + below(20)) * 1_000_000
        return rules
    }

    private mutating func randomSchedule() -> Schedule {
        switch below(12) {
        case 0: Schedule(prequeueAt: now + 2_000_000, opensAt: now + 10_000_000)
        case 1...2: Schedule(prequeueAt: now - 1_000_000, opensAt: now + 15_000_000)
        case 3: Schedule(opensAt: now + 3_000_000, closesAt: now + 30_000_000)
        case 4: Schedule(prequeueAt: now, opensAt: now, closesAt: now + 4_000_000)
        default: Schedule()
        }
    }

    private mutating func randomLanes() -> [LaneRule] {
        let general = LaneRule(name: "general", share: 20)
        switch below(6) {
        case 0: return [LaneRule(name: "vip", share: 50), LaneRule(name: "members", share: 30), general]
        case 1: return [LaneRule(name: "vip", share: 3), LaneRule(name: "general", share: 7)]
        case 2: return [general, LaneRule(name: "vip", share: 50)]
        default: return [general]
        }
    }
}
