import Admission

/// Everything there is in a run, and its time.
final class World {
    static let roomName = "room"

    let scenario: Scenario
    let observer: Observer
    var events = EventWheel()
    var now: Microseconds = 0
    var nodes: [SimulatedNode] = []
    var stores: [SimulatedStore] = []
    var roster = RosterModel()
    var isRosterGone = false
    /// When the last of the stores that there were went.
    var lastStoreGoneAt: Microseconds = -1
    /// When it was gone last.
    var rosterGoneUntil: Microseconds = -1
    /// When the room was moved last.
    var movedAt: Microseconds = -1
    /// The answer that is being handed over was given by a store that did not hold the room.
    var isAnswerVoid = false
    var visitors: [Visitor] = []
    var rules: RoomRules

    // Dice for each part.
    var networkDice: SeededDice
    var visitorDice: SeededDice
    var faultDice: SeededDice
    var nodeDice: SeededDice

    var calls: [PendingCall] = []
    var freeCalls: [Int] = []
    var wakes: [(() -> Void)?] = []
    var freeWakes: [Int] = []
    var isLossy = false
    var unfinished: Int
    var validPasses = 0
    var slotsMaxEver: Int64
    /// By fault: what it concerns (a node, the time it began).
    var concerned: [Int]
    var faultsBegun = 0
    private var tailEnd: Microseconds?
    private(set) var eventCount = 0
    var figures = Figures()
    var promises = PromiseMeter()

    /// What is worth telling of a run.
    struct Figures {
        var polls = 0
        var admitted = 0
        var held = 0
        var rejoined = 0
        var calls = 0
        var lostCalls = 0
        var passesMost = 0
        var askLongest: Microseconds = 0
        var outageLongest: Microseconds = 0
        var rememberedMost = 0
    }

    init(seed: UInt64, scenario: Scenario) {
        self.scenario = scenario
        observer = Observer(scenario)
        rules = scenario.rules
        var dice = SeededDice(seed: seed)
        networkDice = dice.split()
        visitorDice = dice.split()
        faultDice = dice.split()
        nodeDice = dice.split()
        unfinished = scenario.visitors
        slotsMaxEver = scenario.rules.slotsMax
        concerned = [Int](repeating: -1, count: scenario.faults.count)
        for number in 0..<(scenario.hasFallback ? 2 : 1) {
            let drift = nodeDice.between(-scenario.clockDriftMax, scenario.clockDriftMax)
            let offset = number == 0 ? 0 : nodeDice.between(-1_000_000, 1_000_000)
            let clock = SimulatedClock(offset: SimulatedStore.epochStart + offset, drift: drift)
            stores.append(SimulatedStore(number: number, clock: clock))
        }
        for _ in 0..<scenario.nodes { addNode() }
        addVisitors()
        for (at, fault) in scenario.faults.enumerated() { events.add(.faultBegins, at: fault.at, at) }
        let isKept = scenario.faults.contains { if case .killedStore(.older) = $0.kind { true } else { false } }
        if isKept { events.add(.storeKeeps, at: SimulatedStore.keepEvery) }
    }

    /// Runs to the end, or to the first violation.
    func run() {
        while observer.violation == nil, let event = events.pop() {
            now = event.time
            eventCount += 1
            if let tailEnd, now >= tailEnd { break }
            if tailEnd == nil, now > scenario.endMax {
                complainOfUnfinished()
                break
            }
            happen(event)
            if unfinished == 0, tailEnd == nil { tailEnd = now + tail }
        }
        if observer.violation == nil { judgeEnd() }
    }

    /// Until nothing of anybody should be left: dead places dropped, offers and sessions run out.
    private var tail: Microseconds {
        rules.abandonAfter + rules.claimWindow + max(rules.sessionIdle, rules.passLife) + 30_000_000
    }

    private func happen(_ event: Event) {
        let one = Int(event.one)
        switch event.kind {
        case .visitor: act(one)
        case .tab: askInTab(one)
        case .askDue: judgeAsk(one, Int(event.other))
        case .passEnds: passEnds(one)
        case .tick: tick(one)
        case .callArrives: callArrives(one)
        case .answerArrives: answerArrives(one)
        case .callTimesOut: callTimesOut(one)
        case .faultBegins: begin(one)
        case .faultEnds: end(one)
        case .storeKeeps:
            stores[0].keep(now)
            if now < scenario.faultsEnd { events.add(.storeKeeps, at: now + SimulatedStore.keepEvery) }
        case .nodeIsGone: remove(one)
        case .serverWakes:
            let wake = wakes[one]
            wakes[one] = nil
            freeWakes.append(one)
            wake?()
        }
    }

    /// Something that happens once, later.
    func later(_ delay: Microseconds, _ wake: @escaping () -> Void) {
        let at: Int
        if let free = freeWakes.popLast() {
            wakes[free] = wake
            at = free
        } else {
            at = wakes.count
            wakes.append(wake)
        }
        events.add(.serverWakes, at: now + delay, at)
    }

    // MARK: The end

    private func complainOfUnfinished() {
        let at = visitors.firstIndex { $0.state != .done } ?? 0
        let visitor = visitors[at]
        let ticket = visitor.ticket >= 0 ? visitor.ticket : nil
        observer.complain(
            .everybody, now, ticket, visitor: Int32(at),
            "\(unfinished) are not done, the first is \(visitor.state) (\(visitor.habit)), place \(visitor.place)")
    }

    private func judgeEnd() {
        observer.progress.end()
        if !observer.progress.isEnough {
            observer.complain(
                .liveness, now, nil, "the line moved at \(observer.progress.part ?? 0) of its rate while nothing was wrong")
        }
        let lanes = scenario.rules.lanes
        let shares = observer.shares.worst(lanes)
        if shares > Double(3 * lanes.count) + 0.03 * Double(observer.admissions) {
            observer.complain(.shares, now, nil, "a lane is \(shares) admissions from its share")
        }
        let line = stores[observer.holder].line
        let left = line.counts
        if left.waiting + left.offered + left.sessions > 0 {
            observer.complain(.leftover, now, nil, "still there at the end: \(left)")
        }
        if validPasses != 0 { observer.complain(.leftover, now, nil, "\(validPasses) passes are counted as valid") }
        if let fault = line.structuralFault { observer.complain(.structure, now, nil, fault) }
    }
}
