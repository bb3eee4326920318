import Admission
import TestSupport

@testable import Ledger

/// A sale over virtual time: two nodes that ask one line, each with a witness.
struct Sale: Sendable {
    static let room = "main"
    static let start: Microseconds = 1_800_000_000_000_000
    static let step: Microseconds = 25_000

    var line = Line()
    var now = Self.start
    var rules: RoomRules
    var witnesses = [Witness(), Witness()]
    /// What each has written by now.
    private(set) var texts: [String]
    private var dice = SeededRandom(seed: 11)
    private(set) var snapshot: RoomSnapshot?
    /// Who waits, where; and who is inside.
    var waiting: [(id: TicketID, lane: Int, place: Place)] = []
    var inside: [TicketID] = []
    private(set) var tickets: [TicketID] = []

    init(_ rules: RoomRules) {
        self.rules = rules
        texts = (0..<2).map { LedgerText.text(.init(room: Self.room, run: "run\($0)", node: "node\($0)")) }
        for node in 0..<2 { witnesses[node].note(.opened, at: now) }
    }

    static var rules: RoomRules {
        var rules = RoomRules(rate: .perSecond(40), burst: 8, slotsMax: 60)
        rules.state = .queue
        rules.lanes = [LaneRule(name: "vip", share: 3), LaneRule(name: "general", share: 1)]
        rules.claimWindow = 1_000_000
        return rules
    }

    static var drawn: RoomRules {
        var rules = rules
        rules.schedule = Schedule(prequeueAt: start, opensAt: start + 3_000_000)
        return rules
    }

    /// Asks, and writes down what is answered unless `isHeard` is false: then nobody knows whether it was done.
    @discardableResult
    mutating func ask(_ node: Int, _ operation: StoreCall.Operation, isHeard: Bool = true) -> StoreAnswer.Outcome {
        // No two calls come at one time.
        now += 7
        let call = StoreCall(room: Self.room, rules: rules, node: "node\(node)", operation: operation)
        let question = witnesses[node].asked()
        let answer = line.apply(call, now: now)
        witnesses[node].answered(call, question, isHeard ? .success(answer) : .failure(.unknown("lost")))
        write(node)
        return answer.outcome
    }

    private mutating func write(_ node: Int) { texts[node] += witnesses[node].takeRows().map(LedgerText.text).joined() }

    mutating func roll(_ sides: Int) -> Int { Int.random(in: 0..<sides, using: &dice) }

    mutating func tick(_ node: Int) {
        let seed = (0..<32).map { _ in UInt8.random(in: 0...255, using: &dice) }
        if case .admitted(let new) = ask(node, .admit(Tick(lineage: 77, seed: seed))) { snapshot = new }
    }

    mutating func arrive(_ node: Int) {
        let (id, lane) = (TicketID.random(from: &dice), roll(2))
        let place = snapshot.flatMap { known in
            rules.draws(in: known.phase) ? known.draw?.place(of: id) : nil
        }
        tickets.append(id)
        guard case .entered(let entered) = ask(node, .enter([.newcomer(id, lane: lane, drawn: place)])) else { return }
        switch entered[0] {
        case .waiting(let place): waiting.append((id, lane, place))
        case .admitted: inside.append(id)
        default: break
        }
    }

    /// One of those whose turn it is.
    mutating func claim(_ node: Int) {
        guard let snapshot else { return }
        let ready = waiting.indices.filter { waiting[$0].place <= snapshot.lanes[waiting[$0].lane].head }
        guard !ready.isEmpty else { return }
        let id = waiting.remove(at: ready[roll(ready.count)]).id
        // Some do not come.
        if roll(10) == 0 { return }
        if case .claimed(let claimed) = ask(node, .claim([id])), case .granted = claimed[0] { inside.append(id) }
    }

    mutating func leave(_ node: Int) {
        guard !inside.isEmpty else { return }
        ask(node, .release([inside.remove(at: roll(inside.count))]))
    }

    mutating func play(seconds: Int) {
        for step in 0..<(seconds * 40) {
            now += Self.step
            if step % 4 == 0 { tick(step / 4 % 2) }
            let node = roll(2)
            if roll(3) > 0 { arrive(node) }
            for _ in 0..<2 { claim(node) }
            if roll(2) == 0 { leave(node) }
            if roll(60) == 0, let gone = waiting.last {
                ask(node, .leave([waiting.removeLast().id].filter { $0 == gone.id }))
            }
        }
    }

    /// Both nodes hear what there is, and end as they should.
    mutating func end() {
        for node in 0..<2 {
            now += Self.step
            tick(node)
        }
        for node in 0..<2 {
            witnesses[node].note(.closed, at: now)
            write(node)
        }
    }

    func files() throws -> [LedgerFile] { try texts.map { try LedgerFile(name: "test", text: $0) } }

    func export(reveals: Bool = false) throws -> Export {
        try Export(room: Self.room, merging: try files(), reveals: reveals)
    }

    /// With all that may happen to a line that is well.
    static func ordinary() -> Sale {
        var sale = Sale(rules)
        sale.tick(0)
        sale.play(seconds: 6)
        sale.ask(1, .control([.rate(.perSecond(80)), .slotsMax(40)]))
        sale.play(seconds: 6)
        sale.ask(0, .control([.rate(nil), .burst(20)]))
        sale.play(seconds: 6)
        sale.end()
        return sale
    }

    static func withDraw() -> Sale {
        var sale = Sale(drawn)
        sale.tick(0)
        sale.play(seconds: 12)
        sale.end()
        return sale
    }
}
