import Synchronization
import Testing

@testable import Admission

/// What visitors are told while a line is gone, and while it is brought back.
@Suite struct LossTests {
    private static let start: Microseconds = 1_800_000_000_000_000
    private static let words = Atomic<UInt64>(1)

    @Sendable private static func word() -> UInt64 { words.add(1, ordering: .relaxed).newValue &* 0x9e37_79b9_7f4a_7c15 }

    /// Two nodes, a store, and as many visitors as come.
    private final class Site {
        var line = Line()
        var now = LossTests.start
        var nodes: [RoomNode]
        /// These nodes do not reach the store.
        var cutOff: Set<Int> = []
        private(set) var told: [UInt64: Reply] = [:]
        private var asks: UInt64 = 0

        init(rate: Int64) {
            var rules = RoomRules(rate: .perSecond(rate), slotsMax: 1000)
            rules.state = .queue
            rules.burst = 1
            nodes = ["a", "b"].map { name in
                RoomNode(room: "r", name: name, rules: rules, now: LossTests.start, dice: LossTests.word)
            }
        }

        func drain() {
            for at in nodes.indices {
                while let call = nodes[at].nextCall(now: now) {
                    let result: Result<StoreAnswer, StoreFault> =
                        cutOff.contains(at) ? .failure(.unknown("cut off")) : .success(line.apply(call, now: now))
                    for reply in nodes[at].answered(call, result, now: now) { told[reply.ask] = reply.reply }
                }
                for reply in nodes[at].expire(now: now) { told[reply.ask] = reply.reply }
            }
        }

        func pass(_ time: Microseconds) {
            for _ in 0..<(time / RoomNode.tickEvery) {
                now += RoomNode.tickEvery
                drain()
            }
        }

        /// Nil: it is not answered yet.
        func arrive(at node: Int) -> Reply? {
            asks += 1
            let ask = asks
            if let reply = nodes[node].arrive(ask, lane: 0, now: now) { return reply }
            drain()
            return told[ask]
        }

        func visit(_ ticket: Standing, at node: Int) -> Reply? {
            asks += 1
            let ask = asks
            let reply = nodes[node].visit(ask, id: ticket.id, lane: 0, place: ticket.place, now: now)
            if let reply { return reply }
            drain()
            return told[ask]
        }

        /// So many who wait, each at the node that its number says, and heard of there.
        func wait(_ count: Int) throws -> [Standing] {
            pass(RoomNode.tickEvery)
            let all = try (0..<count).map { try #require(arrive(at: $0 % 2)?.standing) }
            pass(RoomNode.tickEvery)
            for (number, ticket) in all.enumerated() { _ = visit(ticket, at: number % 2) }
            return all
        }
    }

    @Test func aPlaceToldWhileAPartIsBackIsTheOneInTheWholeLine() throws {
        let site = Site(rate: 1)
        let tickets = try site.wait(60)
        let last = tickets[58]
        let before = try #require(site.visit(last, at: 0)?.standing?.outlook.position)
        site.line = Line()
        site.cutOff = [1]
        site.pass(500_000)
        let (part, _, _) = site.line.counts
        #expect(part > 20 && part < 40)
        let during = try #require(site.visit(last, at: 0)?.standing)
        #expect((during.outlook.position ?? 0) > before - 3 && (during.outlook.position ?? .max) <= before)
        #expect(during.outlook.behind < 5 && during.outlook.wait != nil)
        site.cutOff = []
        site.pass(4_000_000)
        let (waiting, offered, _) = site.line.counts
        #expect(waiting + offered >= 58)
        let after = try #require(site.visit(last, at: 1)?.standing?.outlook.position)
        #expect(after <= before && after > before - 10)
    }

    /// It was offered a turn, and came for it only when the store was gone.
    @Test func whoseTurnHadComeIsHeldAtTheDoor() throws {
        let site = Site(rate: 10)
        let tickets = try site.wait(30)
        site.pass(200_000)
        let first = try #require(tickets.first { site.line.isOffered($0.id) })
        site.line = Line()
        site.drain()
        site.pass(100_000)
        let epoch = site.line.epoch
        #expect(epoch == 2)
        guard case .held(let pollAfter) = site.visit(first, at: 0) else {
            Issue.record("it is sent back into the line, or let in by a line that knows nothing of it")
            return
        }
        #expect(pollAfter >= 1_600_000 && pollAfter <= 2_400_000)
        site.pass(4_000_000)
        #expect(site.visit(first, at: 0)?.isAdmitted == true)
    }

    @Test func nobodyIsKeptByAStoreThatIsGone() throws {
        let site = Site(rate: 10)
        let tickets = try site.wait(30)
        site.pass(200_000)
        site.cutOff = [0, 1]
        let turn = try #require(tickets.first { site.line.isOffered($0.id) })
        #expect(site.visit(turn, at: 0) == nil, "it comes for its pass")
        site.pass(RoomNode.silentAfter + 200_000)
        #expect(site.told.values.contains { $0.isHeld })
        // And who comes now is told at once.
        #expect(site.arrive(at: 0).isHeld == true && site.visit(turn, at: 0).isHeld == true)
        let waiting = site.visit(tickets[28], at: 0)
        #expect(waiting?.standing?.outlook.position != nil, "whoever is known to wait is told where")
        site.pass(RoomNode.viewAgeMax)
        #expect(site.visit(tickets[28], at: 0).isHeld == true)
    }

    /// The other node may have let it in since.
    @Test func whoeverIsNextAsksTheStoreWhenTheViewIsLate() throws {
        let site = Site(rate: 10)
        let tickets = try site.wait(30)
        site.pass(200_000)
        let next = try #require(tickets.first { site.line.isWaiting($0.id) })
        #expect(site.visit(next, at: 0)?.standing?.outlook.position == 1)
        site.cutOff = [0, 1]
        site.now += RoomNode.lateAfter + 1
        #expect(site.visit(next, at: 0) == nil)
        #expect(site.visit(tickets[29], at: 1)?.standing != nil)
    }

    /// After a loss some stand before the head: it is not where the line begins.
    @Test func aPlaceBehindTheNearOnesIsToldByTheLastOfThem() {
        func place(_ number: UInt64) -> Place { Place(epoch: 1, number: number) }
        var line = Line()
        var rules = RoomRules(rate: .perSecond(1), slotsMax: 1000)
        rules.state = .queue
        func call(_ operation: StoreCall.Operation) -> StoreAnswer.Outcome {
            line.apply(
                StoreCall(room: "r", rules: rules, node: "n", epoch: 2, lineage: 5, operation: operation), now: Self.start
            )
            .outcome
        }
        var memory = Recollection(
            epoch: 2, lineage: 5, watermarks: Watermarks(epoch: 1), nodes: [], isComplete: true)
        memory.watermarks.lanes = [LaneMark(name: "general", head: place(1000), floor: .none)]
        let ids = (0..<2000).map { TicketID(high: 1, low: UInt64($0)) }
        // Five hundred of them stand before the head.
        memory.waiting = ids.enumerated().map {
            Recollection.Waiting(id: $1, lane: 0, place: place(UInt64($0 + 501)), seenAgo: 0)
        }
        #expect(call(.restore(memory)) == .done)
        guard case .admitted(let snapshot) = call(.admit(Tick(lineage: 5, seed: []))) else {
            Issue.record("no tick")
            return
        }
        let view = RoomView(snapshot, after: nil, at: Self.start)
        for rank in [1100, 1500, 1999] { #expect(abs(view.rank(of: place(UInt64(rank + 501)), lane: 0) - rank) <= 1) }
        #expect(view.rank(of: TicketID(high: 9, low: 9), lane: 0, place: place(900)) == 0)
    }
}

extension Reply {
    fileprivate var standing: Standing? { if case .waiting(let standing) = self { standing } else { nil } }
    fileprivate var isAdmitted: Bool { if case .admitted = self { true } else { false } }
}
