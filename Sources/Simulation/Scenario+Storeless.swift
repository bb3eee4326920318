import Admission

extension Scenario {
    /// No store for a while: together or one after the other they go, and so they come back, emptied or whole.
    mutating func addStoreless(_ dice: inout SeededDice) {
        hasFallback = dice.happens(0.6)
        loss = dice.pick([.hold, .local, .local, .open])
        nodes = dice.pick([1, 2, 3, 5])
        rules.rate = .perSecond(dice.pick([5, 10, 20]))
        rules.burst = RoomRules(rate: rules.rate, slotsMax: 1).burst
        rules.slotsMax = dice.pick([40, 200, 100_000])
        clockDriftMax = 50
        // Before it, so that it has to outlive it, or while it lasts.
        if dice.happens(0.25) {
            let rate = AdmissionRate.perSecond(dice.between(3, 25))
            faults.append(Fault(kind: .control([.rate(rate)]), at: dice.between(3_000_000, 16_000_000)))
        }
        if dice.happens(0.2) { faults.append(Fault(kind: .revocation, at: dice.between(3_000_000, 16_000_000))) }
        var at = dice.between(6_000_000, 10_000_000)
        for _ in 0..<dice.pick([1, 1, 2]) {
            let gone = addOutage(from: at, &dice)
            if dice.happens(0.3) {
                // Who begins while neither the roster nor the fallback answers cannot know that they hold the room, and takes the
                // primary's line for it as soon as that answers: a known hole, which says nothing about a room without any store.
                let node: Fault.Kind = hasFallback ? .crash : dice.pick([.restart, .join, .crash])
                faults.append(Fault(kind: node, at: dice.between(at, gone), lasting: 1_000_000))
            }
            at = gone + dice.between(15_000_000, 40_000_000)
        }
    }

    /// When it is over.
    private mutating func addOutage(from at: Microseconds, _ dice: inout SeededDice) -> Microseconds {
        let long = dice.between(9_000_000, 25_000_000)
        let primary: Fault.Kind = dice.pick([.killedStore(.everything), .killedStore(.nothing), .stoppedStore])
        guard hasFallback else {
            faults.append(Fault(kind: primary, at: at, lasting: long))
            return at + long
        }
        // When the primary is gone for some seconds, the fallback holds the room until it goes as well.
        let later = dice.pick([0, dice.between(0, 1_500_000), dice.between(6_000_000, 9_000_000)])
        let longer = dice.between(-4_000_000, 8_000_000)
        faults.append(Fault(kind: primary, at: at, lasting: later + long + max(0, longer)))
        faults.append(Fault(kind: .lostFallback, at: at + later, lasting: long + max(0, -longer)))
        return at + later + long + abs(longer)
    }
}
