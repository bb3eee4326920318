import Testing

@testable import Admission

/// What a node does that finds no line, or has lost it.
@Suite struct RoomNodeBeginTests {
    static let now: Microseconds = 1_800_000_000_000_000
    static let rules = RoomRules(rate: .perSecond(10), slotsMax: 100)
    static let lost = Result<StoreAnswer, StoreFault>.success(StoreAnswer(epoch: 0, lineage: 0, outcome: .lost))

    private func newcomer() -> Station {
        Station(
            RoomNode(
                room: "r", name: "n", rules: Self.rules, now: Self.now, beginsAfter: RoomNode.beginAfter, dice: { 7 }))
    }

    /// Until `end`, asking as often as it may; nil when it asked for nothing but what it is.
    private func probe(_ node: Station, until end: Microseconds) -> StoreCall? {
        for now in stride(from: Self.now, to: end, by: 50_000) {
            guard let call = node.nextCall(now: now) else { continue }
            if call.operation != .beat([]) { return call }
            _ = node.answered(call, Self.lost, now: now)
        }
        return nil
    }

    @Test func whoKnowsNothingBeginsNoLineBeforeOthersCouldBringTheirsBack() throws {
        let node = newcomer()
        #expect(node.arrive(1, lane: 0, now: Self.now) == nil)
        #expect(probe(node, until: Self.now + RoomNode.beginAfter) == nil)
        guard case .admit = try #require(node.nextCall(now: Self.now + RoomNode.beginAfter)).operation else {
            Issue.record("it never begins")
            return
        }
    }

    @Test func aTicketFromALineUnknownIsNoReasonToBeginOne() throws {
        let node = newcomer()
        let place = Place(epoch: 5, number: 9)
        #expect(node.visit(1, id: TicketID(high: 1, low: 2), lane: 0, place: place, now: Self.now) == nil)
        #expect(probe(node, until: Self.now + RoomNode.beginAfter) == nil)
        let later = Self.now + RoomNode.beginAfter
        let tick = try #require(node.nextCall(now: later))
        _ = node.answered(tick, Self.lost, now: later)
        guard case .restore(let recollection) = try #require(node.nextCall(now: later)).operation else {
            Issue.record("it never begins")
            return
        }
        #expect(recollection.epoch == 6)
    }

    @Test func theLineThatThereIsIsTakenAtOnce() throws {
        var line = Line()
        let tick = StoreCall(
            room: "r", rules: Self.rules, node: "other", operation: .admit(Tick(lineage: 5, seed: [])))
        _ = line.apply(tick, now: Self.now)
        let node = newcomer()
        let probe = try #require(node.nextCall(now: Self.now))
        _ = node.answered(probe, .success(line.apply(probe, now: Self.now)), now: Self.now)
        let next = try #require(node.nextCall(now: Self.now + RoomNode.tickEvery))
        guard case .admit = next.operation else {
            Issue.record("it does not tick")
            return
        }
        #expect(next.epoch == 1 && next.lineage == 5)
    }

    @Test func whoComesWhileTheLineIsBroughtBackIsBroughtBackToo() throws {
        let node = Station(RoomNode(room: "r", name: "n", rules: Self.rules, now: Self.now, dice: { 7 }))
        var line = Line()
        let tick = try #require(node.nextCall(now: Self.now))
        _ = node.answered(tick, .success(line.apply(tick, now: Self.now)), now: Self.now)
        let after = Self.now + RoomNode.viewAgeMax
        let lost = try #require(node.nextCall(now: after))
        _ = node.answered(lost, Self.lost, now: after)
        let first = try #require(node.nextCall(now: after + RoomNode.tickEvery))
        let id = TicketID(high: 3, low: 4)
        let held = node.visit(2, id: id, lane: 0, place: Place(epoch: 1, number: 8), now: after + RoomNode.tickEvery)
        #expect(held.isHeld == true)
        line = Line()
        _ = node.answered(
            first, .success(line.apply(first, now: after + RoomNode.tickEvery)), now: after + RoomNode.tickEvery)
        guard case .restore(let rest) = node.nextCall(now: after + 2 * RoomNode.tickEvery)?.operation else {
            Issue.record("it is not brought back")
            return
        }
        #expect(rest.waiting.map(\.id) == [id] && rest.isComplete)
    }

    @Test func whoWasEnteredAgainIsNotTakenForDeadWhenTheLineIsLost() throws {
        let node = Station(RoomNode(room: "r", name: "n", rules: Self.rules, now: Self.now, dice: { 7 }))
        var line = Line()
        let tick = try #require(node.nextCall(now: Self.now))
        _ = node.answered(tick, .success(line.apply(tick, now: Self.now)), now: Self.now)
        let ticket = (id: TicketID(high: 3, low: 4), place: Place(epoch: 1, number: 8))
        node.remember([ticket], now: Self.now)
        let later = Self.now + Self.rules.abandonAfter - 1_000_000
        let beat = StoreCall(room: "r", rules: Self.rules, node: "n", operation: .beat([ticket.id]))
        let dropped = StoreAnswer(epoch: 1, lineage: 7, outcome: .beaten([false]))
        _ = node.answered(beat, .success(dropped), now: later)
        _ = try #require(node.nextCall(now: later))
        let enter = try #require(node.nextCall(now: later))
        #expect(enter.operation == .enter([.returning(ticket.id, lane: 0, place: ticket.place)]))
        let entered = StoreAnswer(epoch: 1, lineage: 7, outcome: .entered([.waiting(ticket.place)]))
        _ = node.answered(enter, .success(entered), now: later)
        let after = later + 2_000_000
        _ = node.answered(enter, Self.lost, now: after)
        guard case .restore(let recollection) = node.nextCall(now: after)?.operation else {
            Issue.record("nothing is restored")
            return
        }
        #expect(recollection.waiting.map(\.id) == [ticket.id])
    }

    /// Calls of two kinds are under way at once, and the line may have been begun between them.
    @Test func anAnswerFromBeforeTheLineWasKnownDoesNotLoseIt() throws {
        let node = Station(RoomNode(room: "r", name: "n", rules: Self.rules, now: Self.now, dice: { 7 }))
        var line = Line()
        let early = StoreCall(room: "r", rules: Self.rules, node: "n", operation: .beat([]))
        let tick = try #require(node.nextCall(now: Self.now))
        _ = node.answered(tick, .success(line.apply(tick, now: Self.now)), now: Self.now)
        _ = node.answered(early, Self.lost, now: Self.now)
        guard case .admit = node.nextCall(now: Self.now + RoomNode.tickEvery)?.operation else {
            Issue.record("it takes the line for lost")
            return
        }
    }

    /// A store that is emptied twice within a moment: the line between has heard few of them.
    @Test func allNodesThatWereThereAreWaitedFor() throws {
        let node = Station(RoomNode(room: "r", name: "n", rules: Self.rules, now: Self.now, dice: { 7 }))
        var line = Line()
        for other in ["a", "b"] {
            let tick = StoreCall(room: "r", rules: Self.rules, node: other, operation: .admit(Tick(lineage: 5, seed: [])))
            _ = line.apply(tick, now: Self.now)
        }
        let tick = try #require(node.nextCall(now: Self.now))
        _ = node.answered(tick, .success(line.apply(tick, now: Self.now)), now: Self.now)
        var now = Self.now
        for _ in 0..<2 {
            now += RoomNode.tickEvery
            line = Line()
            let lost = try #require(node.nextCall(now: now))
            _ = node.answered(lost, .success(line.apply(lost, now: now)), now: now)
            now += RoomNode.tickEvery
            let restore = try #require(node.nextCall(now: now))
            guard case .restore(let recollection) = restore.operation else {
                Issue.record("nothing is restored")
                return
            }
            #expect(recollection.nodes == ["a", "b", "n"])
            _ = node.answered(restore, .success(line.apply(restore, now: now)), now: now)
            let next = try #require(node.nextCall(now: now))
            _ = node.answered(next, .success(line.apply(next, now: now)), now: now)
        }
    }
}
