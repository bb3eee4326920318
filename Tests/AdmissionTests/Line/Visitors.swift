import TestSupport

@testable import Admission

/// Visitors who do what people do, and those who try what they should not: each has one signed ticket and, once inside, the
/// same ticket still. The line is lost now and then; what comes back is what the tickets say, and the marks of those spent.
struct Visitors {
    static let count = 40

    struct Visitor {
        var id: TicketID
        var lane: Int
        var place: Place?
        var startedAt: Microseconds?
        var hasLeft = false
        /// Some look away for a while, and come back after their turn.
        var awayUntil: Microseconds = 0
    }

    var line = Line()
    var now: Microseconds = 1_790_000_000_000_000
    var faults: [String] = []
    /// How often each thing has happened, so that a run which meets nothing is found out.
    var met: [String: Int] = [:]
    private(set) var random: SeededRandom
    private var visitors: [Visitor] = []
    private var rules: RoomRules

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
        rules = RoomRules(rate: .perSecond(4), slotsMax: 15)
        rules.lanes = [LaneRule(name: "vip", share: 3), LaneRule(name: "general", share: 7)]
        rules.claimWindow = 3_000_000
        rules.turnGrace = 15_000_000
        rules.abandonAfter = 8_000_000
        rules.passLife = 2_000_000
        rules.sessionIdle = 6_000_000
        rules.sessionMax = 40_000_000
        visitors = (0..<Self.count).map { _ in arrive() }
    }

    mutating func step() {
        now += chance(400) ? Microseconds(below(60_000_000)) : Microseconds(below(90_000))
        if chance(300) { now -= Microseconds(below(5_000_000)) }
        if chance(700) { loseTheLine() }
        if chance(3) { ask(.admit(Tick(lineage: random.next(), seed: []))) }
        let who = below(visitors.count)
        visitors[who].startedAt == nil ? wait(who) : stayInside(who)
    }

    // MARK: What they do

    private mutating func wait(_ who: Int) {
        if now < visitors[who].awayUntil { return }
        if chance(12) {
            visitors[who].awayUntil = now + Microseconds(below(60_000_000))
            return
        }
        if chance(60) {
            ask(.leave([visitors[who].id]))
            met["left", default: 0] += 1
        }
        let visitor = visitors[who]
        let arrival: Arrival =
            visitor.place.map { .returning(visitor.id, lane: visitor.lane, place: $0) }
            ?? .newcomer(visitor.id, lane: visitor.lane)
        guard case .entered(let entered) = ask(.enter([arrival])), let answer = entered.first else { return }
        switch answer {
        case .waiting(let place):
            if let own = visitor.place, own != place { faults.append("\(visitor.id) was moved from \(own) to \(place)") }
            visitors[who].place = place
            met["waited", default: 0] += 1
        case .offered:
            guard !chance(4), case .claimed(let claimed) = ask(.claim([visitor.id])) else { return }
            guard case .granted(let start) = claimed.first else { return faults.append("offered, then \(claimed)") }
            visitors[who].startedAt = start
            met["claimed", default: 0] += 1
        case .admitted(let start):
            visitors[who].startedAt = start
            visitors[who].place = visitor.place ?? line.lanes[visitor.lane].head
            met["at once", default: 0] += 1
        case .passed:
            met["passed", default: 0] += 1
            visitors[who] = arrive()
        default: faults.append("\(answer) for one who waits")
        }
    }

    private mutating func stayInside(_ who: Int) {
        let visitor = visitors[who]
        guard let start = visitor.startedAt else { return }
        switch below(12) {
        case 0:
            ask(.release([visitor.id]))
            visitors[who].hasLeft = true
            met["released", default: 0] += 1
        case 1...5 where !visitor.hasLeft: ask(.renew([SessionMark(id: visitor.id, startedAt: start)]))
        case 6...10: tryAgain(who)
        case 11 where visitor.hasLeft: visitors[who] = arrive()
        default: break
        }
    }

    /// With the ticket that was spent.
    private mutating func tryAgain(_ who: Int) {
        let visitor = visitors[who]
        guard let place = visitor.place, let start = visitor.startedAt else { return }
        if !visitor.hasLeft, line.sessions.contains(visitor.id) {
            guard case .claimed(let claimed) = ask(.claim([visitor.id])) else { return }
            if claimed != [.granted(startedAt: start)] { faults.append("another session: \(claimed)") }
            return
        }
        visitors[who].hasLeft = true
        guard case .entered(let entered) = ask(.enter([.returning(visitor.id, lane: visitor.lane, place: place)])) else {
            return
        }
        switch entered.first {
        case .spent: met["spent", default: 0] += 1
        case .passed: met["spent and passed", default: 0] += 1
        default: faults.append("a spent ticket got \(entered)")
        }
    }

    // MARK: What happens to the line

    /// The next store knows the watermarks and which tickets were spent; the rest the visitors bring, or half of it a node.
    private mutating func loseTheLine() {
        guard line.epoch > 0 else { return }
        met["lost", default: 0] += 1
        var marks = Watermarks(epoch: line.epoch, lineage: line.lineage)
        marks.lanes = line.lanes.map { LaneMark(name: $0.name, head: $0.head, floor: $0.floor) }
        var recollection = Recollection(
            epoch: line.epoch + 1, lineage: random.next(), watermarks: marks, nodes: ["a"], isComplete: true)
        let section = line.lanes.count
        recollection.sessions = page(section).sessions
        recollection.spent = page(section + 1).spent
        recollection.waiting = page(0).waiting
        line = Line()
        ask(.restore(recollection))
    }

    private mutating func page(_ section: Int) -> Page {
        guard case .page(let page) = ask(.read(PageCursor(section: section))) else { return Page() }
        return page
    }

    private mutating func arrive() -> Visitor { Visitor(id: .random(from: &random), lane: below(2)) }

    @discardableResult
    private mutating func ask(_ operation: StoreCall.Operation) -> StoreAnswer.Outcome {
        let before = line
        let call = StoreCall(room: "event", rules: rules, node: "a", operation: operation)
        let answer = line.apply(call, now: now)
        invariants(before, call, answer)
        return answer.outcome
    }

    private var checker = LineInvariants()

    private mutating func invariants(_ before: Line, _ call: StoreCall, _ answer: StoreAnswer) {
        faults += checker.faults(before: before, after: line, call: call, answer: answer, now: now)
    }

    private mutating func below(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }
    private mutating func chance(_ count: Int) -> Bool { below(count) == 0 }
}
