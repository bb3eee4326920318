import Admission

extension Scenario {
    /// What a seed plays when no scenario is asked for.
    static let usual: [Kind] = [
        .mixed, .losses, .network, .nodes, .mixed, .clocks, .operators, .prequeue, .lanes, .failover, .lottery, .calm,
    ]

    public static func seeded(_ seed: UInt64, kind: Kind? = nil, visitors: Int? = nil) -> Scenario {
        var dice = SeededDice(seed: seed &* 0x2545_f491_4f6c_dd1d &+ 1)
        let kind = kind ?? usual[Int(seed % UInt64(usual.count))]
        if kind == .million { return million(visitors ?? 1_000_000) }
        if kind == .ghosts { return ghosts(visitors ?? 100_000) }
        let count = visitors ?? dice.pick([20, 60, 120, 200, 300])
        let rate = dice.pick([3, 7, 10, 20, 40])
        let slots = dice.pick([Int64(rate) * 4, Int64(rate) * 20, 100_000])
        var rules = RoomRules(rate: .perSecond(Int64(rate)), slotsMax: slots)
        // A small world lives faster.
        rules.abandonAfter = dice.pick([24_000_000, 40_000_000])
        rules.claimWindow = dice.pick([9_000_000, 15_000_000])
        rules.turnGrace = dice.pick([30_000_000, 60_000_000])
        rules.passLife = dice.pick([8_000_000, 15_000_000])
        rules.sessionIdle = rules.passLife + dice.pick([6_000_000, 12_000_000])
        rules.state = dice.pick([.auto, .auto, .queue])
        var scenario = Scenario(
            kind: kind, visitors: count, nodes: dice.pick([1, 2, 3, 3, 5, 8]), rules: rules,
            arrivalsEnd: dice.pick([2_000_000, 20_000_000, 40_000_000]), wallPercent: dice.pick([0, 30, 80]))
        scenario.isSticky = dice.happens(0.6)
        scenario.delay = dice.pick([200...3_000, 1_000...20_000, 200...80_000])
        scenario.add(kind, &dice)
        if kind == .crowd, visitors == nil { scenario.visitors = 1300 }
        scenario.keepOpening()
        return scenario
    }

    /// Before an opening, clocks are set by little: by an hour would be another opening.
    private mutating func keepOpening() {
        guard rules.schedule.opensAt != nil else { return }
        faults.removeAll { fault in
            if case .clockStep(let step) = fault.kind { abs(step) > 3_000_000 } else { false }
        }
    }

    private mutating func add(_ kind: Kind, _ dice: inout SeededDice) {
        switch kind {
        case .calm, .million, .ghosts: break
        case .network: addNetwork(&dice)
        case .losses: addLosses(&dice)
        case .nodes: addNodes(&dice)
        case .clocks: addClocks(&dice)
        case .operators: addOperators(&dice)
        case .prequeue: addOpening(&dice)
        case .lottery: rules.method = .random
        case .lanes: addLanes(&dice)
        case .failover: addFailover(&dice)
        case .moves: addMoves(&dice)
        case .storeless: addStoreless(&dice)
        case .silence: addSilence(&dice)
        case .crowd: addCrowd(&dice)
        case .mixed:
            let all: [Kind] = [.network, .losses, .nodes, .clocks, .operators, .prequeue, .lanes, .lottery, .failover]
            for part in all where dice.happens(part == .lottery || part == .failover ? 0.15 : 0.35) { add(part, &dice) }
        }
    }

    private func moment(_ dice: inout SeededDice) -> Microseconds { dice.between(3_000_000, 45_000_000) }

    private mutating func addNetwork(_ dice: inout SeededDice) {
        lostPerThousand = dice.pick([5, 30, 100])
        doubledPerThousand = dice.pick([0, 30, 100])
        faults.append(
            Fault(kind: .lossyNetwork(perThousand: 0), at: 1_000_000, lasting: dice.between(20_000_000, 50_000_000)))
        for _ in 0..<dice.below(3) {
            faults.append(Fault(kind: .partition, at: moment(&dice), lasting: dice.between(500_000, 15_000_000)))
        }
    }

    private mutating func addLosses(_ dice: inout SeededDice) {
        for _ in 0...dice.below(3) {
            let at = moment(&dice)
            let brief = dice.between(200_000, 8_000_000)
            switch dice.below(7) {
            case 0:
                let more = dice.between(300_000, 900_000)
                faults.append(Fault(kind: .slowStore(more), at: at, lasting: dice.between(2_000_000, 15_000_000)))
            case 1: faults.append(Fault(kind: .stoppedStore, at: at, lasting: brief))
            case 2: faults.append(Fault(kind: .killedStore(.everything), at: at, lasting: brief))
            case 3: faults.append(Fault(kind: .killedStore(.nothing), at: at, lasting: brief))
            case 4:
                let age = dice.between(100_000, 2_000_000)
                faults.append(Fault(kind: .killedStore(.older(age)), at: at, lasting: brief))
            default: faults.append(Fault(kind: .emptiedStore, at: at))
            }
        }
    }

    private mutating func addNodes(_ dice: inout SeededDice) {
        nodes = max(nodes, 2)
        for _ in 0...dice.below(4) {
            let at = moment(&dice)
            switch dice.below(4) {
            case 0: faults.append(Fault(kind: .crash, at: at))
            case 1: faults.append(Fault(kind: .join, at: at))
            case 2: faults.append(Fault(kind: .gracefulLeave, at: at))
            default: faults.append(Fault(kind: .restart, at: at, lasting: dice.between(200_000, 5_000_000)))
            }
        }
    }

    private mutating func addClocks(_ dice: inout SeededDice) {
        clockDriftMax = 500
        clockOffsetMax = 3_600_000_000
        for _ in 0...dice.below(4) {
            let step: Microseconds = dice.pick([
                -3_600_000_000, -20_000_000, -1_500_000, 700_000, 2_500_000, 30_000_000, 3_600_000_000,
            ])
            faults.append(Fault(kind: .clockStep(step), at: moment(&dice)))
        }
    }

    private mutating func addOperators(_ dice: inout SeededDice) {
        for _ in 0...dice.below(4) {
            let at = moment(&dice)
            let rate = AdmissionRate(
                count: dice.between(1, 30), perMicroseconds: dice.pick([1_000_000, 1_000_000, 3_000_000]))
            let slots = dice.between(5, 400)
            switch dice.below(7) {
            case 0: faults.append(Fault(kind: .control([.rate(rate)]), at: at))
            case 1: faults.append(Fault(kind: .control([.slotsMax(slots)]), at: at))
            case 2:
                faults.append(Fault(kind: .control([.state(.paused)]), at: at))
                faults.append(Fault(kind: .control([.state(nil)]), at: at + dice.between(1_000_000, 20_000_000)))
            case 3:
                faults.append(Fault(kind: .control([.rate(rate), .burst(dice.between(2, 20))]), at: at))
                faults.append(
                    Fault(kind: .control([.rate(nil), .burst(nil)]), at: at + dice.between(1_000_000, 20_000_000)))
            case 4: faults.append(Fault(kind: .rules(rate, slotsMax: slots), at: at, lasting: 2_000_000))
            case 5: faults.append(Fault(kind: .revocation, at: at))
            default:
                faults.append(Fault(kind: .control([.state(dice.pick([.queue, .auto]))]), at: at))
            }
        }
    }

    private mutating func addOpening(_ dice: inout SeededDice) {
        rules.schedule.prequeueAt = SimulatedStore.epochStart + dice.pick([0, 3_000_000])
        rules.schedule.opensAt = SimulatedStore.epochStart + dice.between(15_000_000, 30_000_000)
        wallPercent = 70
    }

    private mutating func addLanes(_ dice: inout SeededDice) {
        rules.lanes = [LaneRule(name: "vip", share: dice.pick([2, 3, 5])), LaneRule(name: "general", share: 1)]
        if dice.happens(0.4) { rules.lanes.append(LaneRule(name: "late", share: 2)) }
    }

    private mutating func addFailover(_ dice: inout SeededDice) {
        hasFallback = true
        loss = .hold
        for _ in 0...dice.below(2) {
            let at = moment(&dice)
            let long = dice.between(500_000, 25_000_000)
            switch dice.below(5) {
            case 0: faults.append(Fault(kind: .stoppedStore, at: at, lasting: long))
            case 1: faults.append(Fault(kind: .killedStore(.everything), at: at, lasting: long))
            case 2: faults.append(Fault(kind: .killedStore(.nothing), at: at, lasting: long))
            case 3: faults.append(Fault(kind: .lostFallback, at: at, lasting: long))
            default: faults.append(Fault(kind: .slowStore(400_000), at: at, lasting: long))
            }
        }
    }

    /// All times are those that a configuration has by default.
    private static func ghosts(_ visitors: Int) -> Scenario {
        var rules = RoomRules(rate: .perSecond(100), slotsMax: 100_000)
        rules.state = .queue
        var scenario = Scenario(
            kind: .ghosts, visitors: visitors, nodes: 4, rules: rules, arrivalsEnd: 20_000_000, wallPercent: 0)
        scenario.habits = [50, 0, 50]
        scenario.renewalsMax = 1
        scenario.ghostsGoAt = 30_000_000
        return scenario
    }

    private mutating func addSilence(_ dice: inout SeededDice) {
        nodes = dice.pick([2, 3])
        isSticky = true
        rules.rate = .perSecond(2)
        rules.burst = 2
        rules.slotsMax = 100_000
        rules.abandonAfter = 24_000_000
        arrivalsEnd = 2_000_000
        let silent = rules.abandonAfter + dice.between(4_000_000, 10_000_000)
        faults.append(Fault(kind: .partition, at: dice.between(6_000_000, 10_000_000), lasting: silent))
    }

    private mutating func addMoves(_ dice: inout SeededDice) {
        hasFallback = true
        nodes = dice.pick([2, 3, 5])
        rules.rate = .perSecond(dice.pick([5, 8, 12]))
        rules.slotsMax = 100_000
        for round in 0..<2 {
            let at = dice.between(5_000_000, 9_000_000) + Microseconds(round) * 45_000_000
            let long = dice.between(5_000_000, 12_000_000)
            let kind: Fault.Kind = dice.pick([
                .slowStore(350_000), .slowStore(500_000), .stoppedStore, .killedStore(.everything), .killedStore(.nothing),
            ])
            faults.append(Fault(kind: kind, at: at, lasting: long))
            // Nodes that know nothing, about when the room is moved: the fallback has an old line by then.
            if round == 1 {
                for number in 0..<5 { faults.append(Fault(kind: .join, at: at + 900_000 + Microseconds(number) * 250_000)) }
            }
            if dice.happens(0.5) {
                let node: Fault.Kind = dice.pick([.restart, .join])
                faults.append(Fault(kind: node, at: at + dice.between(0, 25_000_000), lasting: 1_000_000))
            }
            if dice.happens(0.7) {
                let alone = dice.between(3_000_000, 8_000_000)
                faults.append(Fault(kind: .primaryUnreached, at: at + dice.between(28_000_000, 34_000_000), lasting: alone))
            }
            if dice.happens(0.3) { faults.append(Fault(kind: .revocation, at: at + dice.between(0, 20_000_000))) }
        }
    }

    /// All are there at once, and more than `StoreCall.itemsMax` of them at each node.
    private mutating func addCrowd(_ dice: inout SeededDice) {
        nodes = dice.pick([1, 2])
        rules.rate = .perSecond(dice.pick([40, 60]))
        rules.burst = 40
        rules.slotsMax = 100_000
        arrivalsEnd = 2_000_000
        wallPercent = 100
        let at = dice.between(4_000_000, 8_000_000)
        let keeps: Fault.Kind = dice.pick([.emptiedStore, .killedStore(.nothing)])
        faults.append(Fault(kind: keeps, at: at, lasting: dice.between(200_000, 4_000_000)))
    }

    private static func million(_ visitors: Int) -> Scenario {
        var rules = RoomRules(rate: .perSecond(100_000), slotsMax: 10_000_000)
        rules.state = .queue
        rules.passLife = 60_000_000
        rules.sessionIdle = 80_000_000
        rules.turnGrace = 60_000_000
        var scenario = Scenario(
            kind: .million, visitors: visitors, nodes: 4, rules: rules, arrivalsEnd: 5_000_000, wallPercent: 50)
        scenario.habits = [90, 3, 1, 1, 1, 1, 1, 1, 1]
        scenario.faults = [Fault(kind: .emptiedStore, at: 3_000_000)]
        scenario.renewalsMax = 1
        return scenario
    }
}
