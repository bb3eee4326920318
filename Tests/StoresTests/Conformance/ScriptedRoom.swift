import Admission

/// A room of a store, spoken to as a node does. Tickets are called by small numbers.
final class ScriptedRoom {
    static let lineage: UInt64 = 0xfeed_f00d_dead_beef
    static let seed = [UInt8](repeating: 7, count: Draw.seedBytes)
    static let second: Microseconds = 1_000_000

    let store: any StoreUnderTest
    let name: String
    var rules = RoomRules(rate: .perSecond(10), burst: 1, slotsMax: 100)
    var node = "a"
    /// What this node knows of the line; learned from every answer.
    var epoch: UInt64 = 0
    var lineage: UInt64 = 0

    init(_ store: any StoreUnderTest, name: String) {
        self.store = store
        self.name = name
        // Scenarios skip the ticks of quiet times; those of outages set it.
        rules.standstillAfter = 1_000_000_000_000
        // Microseconds of today, so that nothing counts on small numbers.
        store.now = 1_790_000_000_000_000
    }

    var now: Microseconds { store.now }

    func wait(seconds: Double) { store.now += Microseconds(seconds * 1_000_000) }

    // MARK: Asking

    func answer(_ operation: StoreCall.Operation) throws -> StoreAnswer {
        let call = StoreCall(
            room: name, rules: rules, node: node, epoch: epoch, lineage: lineage, operation: operation)
        let answer = try store.perform(call)
        if answer.outcome != .lost { (epoch, lineage) = (answer.epoch, answer.lineage) }
        return answer
    }

    func ask(_ operation: StoreCall.Operation) throws -> StoreAnswer.Outcome { try answer(operation).outcome }

    /// Sets rules and begins the line.
    @discardableResult
    func begin(_ change: (inout RoomRules) -> Void = { _ in }) throws -> RoomSnapshot {
        change(&rules)
        return try tick()
    }

    @discardableResult
    func tick(marksVersion: Int64 = 0, endedUpTo: Microseconds = 0) throws -> RoomSnapshot {
        let tick = Tick(lineage: Self.lineage, seed: Self.seed, marksVersion: marksVersion, endedUpTo: endedUpTo)
        guard case .admitted(let snapshot) = try ask(.admit(tick)) else { throw Surprise(what: "no snapshot") }
        return snapshot
    }

    /// Ticks every tenth of a second; gives the last snapshot.
    @discardableResult
    func tick(forSeconds seconds: Double) throws -> RoomSnapshot {
        var last = try tick()
        for _ in 0..<Int(seconds * 10) {
            store.now += 100_000
            last = try tick()
        }
        return last
    }

    func enter(_ arrivals: [Arrival]) throws -> [Entered] {
        guard case .entered(let entered) = try ask(.enter(arrivals)) else { throw Surprise(what: "nobody entered") }
        return entered
    }

    @discardableResult
    func enter(_ numbers: UInt64..., lane: Int = 0) throws -> [Entered] {
        try enter(numbers.map { .newcomer(ticket($0), lane: lane) })
    }

    @discardableResult
    func enter(_ numbers: ClosedRange<UInt64>, lane: Int = 0) throws -> [Entered] {
        let all = Array(numbers)
        return try stride(from: 0, to: all.count, by: StoreCall.itemsMax).flatMap { at in
            try enter(all[at..<min(at + StoreCall.itemsMax, all.count)].map { .newcomer(ticket($0), lane: lane) })
        }
    }

    /// Comes with the ticket that says this place.
    func comeBack(_ number: UInt64, at place: Place, lane: Int = 0) throws -> Entered {
        try only(enter([.returning(ticket(number), lane: lane, place: place)]))
    }

    @discardableResult
    func beat(_ numbers: UInt64...) throws -> [Bool] {
        guard case .beaten(let beaten) = try ask(.beat(numbers.map(ticket))) else { throw Surprise(what: "no beat") }
        return beaten
    }

    @discardableResult
    func claim(_ numbers: UInt64...) throws -> [Claimed] {
        guard case .claimed(let claimed) = try ask(.claim(numbers.map(ticket))) else { throw Surprise(what: "no claim") }
        return claimed
    }

    @discardableResult
    func renew(_ number: UInt64, startedAt: Microseconds) throws -> Renewed {
        guard case .renewed(let renewed) = try ask(.renew([SessionMark(id: ticket(number), startedAt: startedAt)])) else {
            throw Surprise(what: "nothing renewed")
        }
        return try only(renewed)
    }

    func release(_ numbers: UInt64...) throws { try expectDone(.release(numbers.map(ticket))) }
    func leave(_ numbers: UInt64...) throws { try expectDone(.leave(numbers.map(ticket))) }
    func control(_ changes: ControlChange...) throws { try expectDone(.control(changes)) }
    func adapt(_ proposal: RateProposal) throws { try expectDone(.adapt(proposal)) }
    func restore(_ recollection: Recollection) throws { try expectDone(.restore(recollection)) }

    func revoke(_ numbers: UInt64..., lastingSeconds: Double = 60) throws {
        try expectDone(.revoke(numbers.map(ticket), lasting: Microseconds(lastingSeconds * 1_000_000)))
    }

    /// All pages; the ceiling is far above what any test holds.
    func readPages() throws -> [Page] {
        var pages: [Page] = []
        var cursor: PageCursor? = PageCursor()
        while let from = cursor {
            guard pages.count < 1000, case .page(let page) = try ask(.read(from)) else { throw Surprise(what: "no page") }
            pages.append(page)
            cursor = page.next
        }
        return pages
    }

    private func expectDone(_ operation: StoreCall.Operation) throws {
        let outcome = try ask(operation)
        guard outcome == .done else { throw Surprise(what: "\(outcome)") }
    }

    private func only<Value>(_ values: [Value]) throws -> Value {
        guard let first = values.first, values.count == 1 else { throw Surprise(what: "\(values.count) answers for one") }
        return first
    }
}

/// An answer of a kind that the call cannot have.
struct Surprise: Error {
    let what: String
}

/// The bytes count up with the number, so that tickets are in the order of their numbers.
func ticket(_ number: UInt64) -> TicketID { TicketID(high: 0x8000_0000_0000_0000 | number, low: number << 32 | 0xffff_0000) }

/// The nth place of the first line.
func place(_ number: UInt64, epoch: UInt64 = 1) -> Place { Place(epoch: epoch, number: number) }
