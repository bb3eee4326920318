import Testing

@testable import Admission

/// A carry between two lines, its answers in any order, with one fault or another at each of its steps.
@Suite struct CarryTests {
    enum Fault: CaseIterable {
        /// The call was not done.
        case notDone
        /// It was done, and nobody heard of it.
        case unknown
        /// The primary has lost everything just before it is written to.
        case emptied
    }

    @Test(arguments: [0, 1, 499, 500, 501, 1_000, 4_321]) func everythingArrivesOnce(_ count: Int) {
        var passage = Passage(waiting: count, seed: 7)
        passage.run()
        #expect(passage.isArrived)
        #expect(passage.isComplete)
        #expect(passage.primary.contents.waiting.count == count)
        #expect(passage.primary.structuralFault == nil)
        #expect(passage.readsMost <= Carry.readsMax && passage.writesMost <= Carry.writesMax)
    }

    @Test func pagesAreReadAheadAndWrittenSideBySide() {
        var passage = Passage(waiting: 20_000, seed: 1)
        passage.run()
        #expect(passage.readsMost == Carry.readsMax && passage.writesMost == Carry.writesMax)
        // 62 pages; beyond the end of each of five sections at most as many as are read at a time.
        #expect((62...62 + 5 * Carry.readsMax).contains(passage.readCount))
    }

    @Test func readingWaitsForWriting() {
        var passage = Passage(waiting: 20_000, seed: 1)
        passage.isWritingHeldUp = true
        passage.run()
        #expect(!passage.isArrived)
        #expect(passage.readCount == Carry.pagesMax)
        passage.isWritingHeldUp = false
        passage.run()
        #expect(passage.isComplete)
    }

    @Test(arguments: Fault.allCases) func aFaultAtAnyStepLosesNobody(_ fault: Fault) {
        var steps = 1
        var at = 0
        while at < steps {
            var passage = Passage(waiting: 2_600, seed: UInt64(at))
            passage.fault = (at, fault)
            passage.run()
            // As many as there are without one.
            steps = max(steps, passage.stepCount)
            #expect(passage.isArrived, "step \(at)")
            #expect(passage.isComplete, "step \(at)")
            #expect(passage.primary.structuralFault == nil, "step \(at)")
            at += 1
        }
        #expect(at > 12)
    }

    @Test func afterAFaultItRests() {
        var carry = Carry(version: 1, epoch: 3)
        guard case .read(let cursor)? = carry.next(1_000_000) else {
            Issue.record("it does not begin by reading")
            return
        }
        carry.notRead(cursor, 1_000_000)
        #expect(carry.next(1_000_000) == nil)
        #expect(carry.next(1_000_000 + Carry.restFor) == .read(cursor))
    }

    @Test func aPageThatIsShortIsReadOnWhereItEnded() {
        var passage = Passage(waiting: 4_321, seed: 11)
        passage.pageMax = 180
        passage.run()
        #expect(passage.isComplete)
    }

    @Test func aFallbackWithoutALineIsNoHindrance() {
        var passage = Passage(waiting: 0, seed: 2)
        passage.fallback = Line()
        passage.run()
        #expect(passage.isArrived && passage.primary.knownLineage != 0)
    }
}

/// A line on one side, none on the other, and what is under way between them.
struct Passage {
    var fallback = Line()
    var primary = Line()
    var carry = Carry(version: 1, epoch: 9)
    var fault: (at: Int, what: CarryTests.Fault)?
    var isWritingHeldUp = false
    /// The fallback's pages have no more on them.
    var pageMax = StoreCall.itemsMax
    private(set) var isArrived = false
    private(set) var readCount = 0
    private(set) var stepCount = 0
    private(set) var readsMost = 0
    private(set) var writesMost = 0
    private var underWay: [(step: Carry.Step, attempt: Int)] = []
    private var random: SeededRandom
    private var now: Microseconds = 1_000_000_000_000
    private var lineage: UInt64 = 100

    static var rules: RoomRules {
        var rules = RoomRules(rate: .perSecond(20), slotsMax: 10_000)
        rules.lanes = [LaneRule(name: "vip", share: 2), LaneRule(name: "general", share: 1)]
        return rules
    }

    init(waiting count: Int, seed: UInt64) {
        random = SeededRandom(seed: seed)
        var all = Recollection(epoch: 4, lineage: 5, watermarks: Watermarks(), nodes: [], isComplete: true)
        all.waiting = (0..<count).map { number in
            let place = Place(epoch: 3, number: UInt64(number + 1))
            return .init(id: Self.id(number), lane: number % 3 == 0 ? 0 : 1, place: place, seenAgo: 1_000_000)
        }
        all.sessions = (0..<count / 7).map { .init(id: Self.id(100_000 + $0), startedAt: Int64($0) + 1, endsIn: 60_000_000) }
        all.spent = (0..<count / 5).map { .init(id: Self.id(200_000 + $0), endsIn: 1_000_000_000) }
        all.revoked = (0..<count / 50).map { .init(id: Self.id(300_000 + $0), endsIn: 1_000_000_000) }
        _ = fallback.apply(
            StoreCall(room: "event1", rules: Self.rules, node: "n0", operation: .restore(all)), now: now)
    }

    private static func id(_ number: Int) -> TicketID {
        TicketID(high: UInt64(number) &* 0x9e37_79b9_7f4a_7c15, low: UInt64(number))
    }

    /// All that the one has the other has.
    var isComplete: Bool { isArrived && primary.contents == fallback.contents }

    /// Until it has arrived, or nothing is to be done any more.
    mutating func run() {
        for _ in 0..<5_000 where !isArrived {
            now += 10_000
            handOut()
            let ready = underWay.indices.filter { at in
                if case .write = underWay[at].step { !isWritingHeldUp } else { true }
            }
            guard !ready.isEmpty else {
                if carry.isResting(now) { continue }
                return
            }
            let (step, attempt) = underWay.remove(at: ready[Int(random.next() % UInt64(ready.count))])
            answer(step, attempt)
        }
    }

    private mutating func handOut() {
        while let step = carry.next(now) {
            switch step {
            case .arrive:
                isArrived = true
                return
            case .read: readCount += 1
            case .write: break
            }
            underWay.append((step, carry.attempt))
        }
        let reads = underWay.count { if case .read = $0.step { $0.attempt == carry.attempt } else { false } }
        readsMost = max(readsMost, reads)
        writesMost = max(writesMost, underWay.count { $0.attempt == carry.attempt } - reads)
    }

    private mutating func answer(_ step: Carry.Step, _ attempt: Int) {
        let fault = fault.flatMap { $0.at == stepCount ? $0.what : nil }
        stepCount += 1
        if fault == .emptied, case .write = step { primary = Line() }
        let isDone = fault != .notDone
        let isHeard = fault != .notDone && fault != .unknown
        switch step {
        case .read(let cursor):
            let call = StoreCall(room: "event1", rules: Self.rules, node: "n0", operation: .read(cursor))
            let answer = fallback.apply(call, now: now)
            guard attempt == carry.attempt else { return }
            guard isHeard else { return carry.notRead(cursor, now) }
            if case .page(let page) = answer.outcome {
                carry.read(cut(page, cursor), at: cursor)
            } else {
                carry.foundNothing()
            }
        case .write(let page):
            lineage += 1
            var recollection = Recollection(
                epoch: 9, lineage: lineage, watermarks: Watermarks(), nodes: ["n0", "n1"], isComplete: false)
            recollection.waiting = page.waiting
            recollection.sessions = page.sessions
            recollection.spent = page.spent
            recollection.revoked = page.revoked
            let call = StoreCall(
                room: "event1", rules: Self.rules, node: "n0", epoch: 9, operation: .restore(recollection))
            let answer = isDone ? primary.apply(call, now: now) : nil
            guard attempt == carry.attempt else { return }
            if isHeard, let answer { carry.wrote(in: answer.lineage) } else { carry.notWritten(page, now) }
        case .arrive: break
        }
    }

    private func cut(_ page: Page, _ cursor: PageCursor) -> Page {
        guard page.itemCount > pageMax else { return page }
        var part = Page()
        part.waiting = Array(page.waiting.prefix(pageMax))
        part.sessions = Array(page.sessions.prefix(pageMax))
        part.spent = Array(page.spent.prefix(pageMax))
        part.revoked = Array(page.revoked.prefix(pageMax))
        part.next = PageCursor(section: cursor.section, offset: cursor.offset + pageMax)
        return part
    }
}

/// Who is in a line, and as what.
struct LineContents: Equatable {
    var waiting: [TicketID: Place] = [:]
    var lanes: [TicketID: Int] = [:]
    var sessions: [TicketID: Microseconds] = [:]
    var spent: Set<TicketID> = []
    var revoked: Set<TicketID> = []
}

extension Line {
    /// Page by page; whoever is there twice would be counted by `structuralFault`.
    var contents: LineContents {
        var line = self
        var contents = LineContents()
        var cursor: PageCursor? = PageCursor()
        while let at = cursor {
            let call = StoreCall(room: "event1", rules: Passage.rules, node: "n0", operation: .read(at))
            guard case .page(let page) = line.apply(call, now: 1_000_000_000_000).outcome else { break }
            for one in page.waiting {
                contents.waiting[one.id] = one.place
                contents.lanes[one.id] = one.lane
            }
            for one in page.sessions { contents.sessions[one.id] = one.startedAt }
            contents.spent.formUnion(page.spent.map(\.id))
            contents.revoked.formUnion(page.revoked.map(\.id))
            cursor = page.next
        }
        return contents
    }
}
