import Testing

@testable import Admission

/// What a node does when its store takes nothing: each queue has a ceiling, and each ceiling its own behaviour.
@Suite struct OutboxTests {
    private static let now: Microseconds = 1_800_000_000_000_000
    private static let rules: RoomRules = {
        var rules = RoomRules(rate: .perSecond(1), slotsMax: 10)
        rules.state = .queue
        return rules
    }()

    private static func id(_ number: Int) -> TicketID { TicketID(high: 3, low: UInt64(number)) }
    private static func place(_ number: Int) -> Place { Place(epoch: 1, number: UInt64(number)) }

    /// It knows the line and has an answer to its tick, so that it is not cut off. Two of each have room.
    private static func node() -> RoomNode {
        var node = RoomNode(room: "r", name: "n", rules: rules, now: now, dice: { .random(in: 1 ... .max) })
        var line = Line()
        if let tick = node.nextCall(now: now) { _ = node.answered(tick, .success(line.apply(tick, now: now)), now: now) }
        node.outbox.arrivals = Batch(countMax: 2)
        node.outbox.claims = Batch(countMax: 2)
        node.outbox.renewals = Batch(countMax: 2)
        node.outbox.releases = Batch(countMax: 2)
        node.outbox.leaves = Batch(countMax: 2)
        node.outbox.beats = Batch(countMax: 2)
        node.outbox.unresolved = Batch(countMax: 2)
        return node
    }

    @Test func newcomersAndTicketsBeyondAreHeld() {
        var node = Self.node()
        let told = (0..<3).map { node.arrive(UInt64($0), lane: 0, now: Self.now) }
        #expect(told.map(\.isHeld) == [nil, nil, true])
        let visit = node.visit(9, id: Self.id(1), lane: 0, place: Self.place(1), now: Self.now)
        #expect(visit.isHeld == true && node.outbox.arrivals.count == 2 && node.askCount == 2)
    }

    /// Nobody asks for them any more: they are not put into the line.
    @Test func newcomersWhoWereHeldDoNotEnter() {
        var node = Self.node()
        for ask in 0..<2 { _ = node.arrive(UInt64(ask), lane: 0, now: Self.now) }
        let later = Self.now + RoomNode.askAgeMax + 1
        let told = node.expire(now: later)
        #expect(told.map(\.reply.isHeld) == [true, true])
        node.outbox.tickedAt = later
        let call = node.nextCall(now: later)
        #expect(call == nil && node.outbox.arrivals.isEmpty)
    }

    @Test func whoComesForItsPassBeyondIsHeld() throws {
        var node = Self.node()
        var snapshot = try #require(node.view?.snapshot)
        snapshot.lanes[0].head = Self.place(9)
        node.view = RoomView(snapshot, after: nil, at: Self.now)
        let told = (0..<3).map {
            node.visit(UInt64($0), id: Self.id($0), lane: 0, place: Self.place($0 + 1), now: Self.now)
        }
        #expect(told.map(\.isHeld) == [nil, nil, true] && node.outbox.claims.count == 2 && node.askCount == 2)
        let again = node.visit(4, id: Self.id(0), lane: 0, place: Self.place(1), now: Self.now)
        #expect(again == nil && node.askCount == 3)
    }

    @Test func aRenewalBeyondIsRefusedAndChangesNothing() {
        var node = Self.node()
        let taken = (0..<3).map { node.renew(SessionMark(id: Self.id($0), startedAt: Self.now), now: Self.now) }
        #expect(taken == [true, true, false])
        #expect(node.sessions[Self.id(1)] != nil && node.sessions[Self.id(2)] == nil)
    }

    @Test func releasesAndLeavesBeyondAreLeftToTime() {
        var node = Self.node()
        for number in 0..<3 {
            node.release(Self.id(number), now: Self.now)
            node.leave(Self.id(number + 10), now: Self.now)
        }
        #expect(node.outbox.releases.count == 2 && node.outbox.leaves.count == 2)
        // Here it is over at once.
        #expect(node.spent[Self.id(2)] != nil)
    }

    @Test func aBeatBeyondIsNotedByTheNextVisit() {
        var node = Self.node()
        let later = Self.now + Self.rules.abandonAfter / 6
        for number in 0..<3 {
            node.waiting.set(Self.id(number), RememberedTicket(lane: 0, place: Self.place(number + 1), beatAt: Self.now))
        }
        node.view = node.view.map { RoomView($0.snapshot, after: $0, at: later) }
        for number in 0..<3 {
            let reply = node.visit(UInt64(number), id: Self.id(number), lane: 0, place: Self.place(number + 1), now: later)
            guard case .waiting = reply else {
                Issue.record("\(String(describing: reply))")
                return
            }
        }
        #expect(node.outbox.beats.count == 2)
        #expect(node.waiting[Self.id(1)]?.beatAt == later && node.waiting[Self.id(2)]?.beatAt == Self.now)
        _ = node.outbox.beats.take(2)
        _ = node.visit(7, id: Self.id(2), lane: 0, place: Self.place(3), now: later)
        let noted = node.outbox.beats.take(2)
        #expect(noted == [Self.id(2)])
    }

    @Test func aRevocationBeyondIsRefusedWithAReason() throws {
        var node = Self.node()
        for number in 0..<Outbox.revocationsMax { try node.revoke(Self.id(number), lasting: 1_000_000, now: Self.now) }
        #expect(throws: OutboxFull.revocations(countMax: Outbox.revocationsMax)) {
            try node.revoke(Self.id(Outbox.revocationsMax), lasting: 1_000_000, now: Self.now)
        }
        #expect(!node.denials.contains(Self.id(Outbox.revocationsMax), Self.now))
        // Of one that waits already, the later one takes its place.
        try node.revoke(Self.id(0), lasting: 5_000_000, now: Self.now)
        #expect(node.outbox.revocations.count == Outbox.revocationsMax)
        #expect(node.outbox.revocations.last?.lasting == 5_000_000)
    }

    @Test func aRevocationThatFailedDoesNotReplaceALaterOne() throws {
        var outbox = Outbox()
        outbox.revoke(Self.id(1), lasting: 9)
        outbox.putBack(revocations: [Self.id(1), Self.id(2)], lasting: 5)
        #expect(outbox.revocations.map(\.id) == [Self.id(2), Self.id(1)])
        #expect(outbox.revocations.map(\.lasting) == [5, 9])
    }

    @Test func ofEachKindOfChangeTheLastCounts() {
        var outbox = Outbox()
        for number in 0..<100 {
            outbox.change([
                .burst(Int64(number)), .rate(nil), .state(.paused), .message("\(number)"), .slotsMax(1), .opensAt(nil),
            ])
        }
        #expect(outbox.changes.count == Outbox.changesMax)
        #expect(outbox.changes.contains(.burst(99)) && outbox.changes.contains(.message("99")))
        outbox.putBack(changes: [.burst(1), .state(.open)])
        #expect(outbox.changes.contains(.burst(99)) && !outbox.changes.contains(.state(.open)))
        let taken = outbox.takeChanges()
        #expect(taken.count == Outbox.changesMax && outbox.changes.isEmpty)
    }

    @Test func ticketsOfAnUnknownDrawBeyondAreHeld() {
        var node = Self.node()
        let young = Place(epoch: 5, number: 0)
        let told = (0..<3).map { node.visit(UInt64($0), id: Self.id($0), lane: 0, place: young, now: Self.now) }
        #expect(told.map(\.isHeld) == [nil, nil, true] && node.outbox.unresolved.count == 2)
        // Again and again by the same ticket is once.
        let again = node.visit(4, id: Self.id(0), lane: 0, place: young, now: Self.now)
        #expect(again == nil)
        #expect(node.outbox.unresolved.count == 2)
    }

    @Test func whoRejoinedIsForgottenWithItsQuestion() throws {
        var node = Self.node()
        node.outbox.arrivals = Batch(countMax: 100)
        node.outbox.claims = Batch(countMax: 100)
        for ask in 0..<20 { node.rejoin(UInt64(ask), 0, .passed, Self.now) }
        #expect(node.outbox.rejoined.count == 20 && node.excess == nil)
        node.outbox.tickedAt = Self.now
        let nextEnter = node.nextCall(now: Self.now)
        let enter = try #require(nextEnter)
        let entered: [Entered] = (0..<20).map { [.offered, .waiting(Self.place($0 + 1)), .passed, .closed][$0 % 4] }
        let answer = StoreAnswer(epoch: enter.epoch, lineage: enter.lineage, outcome: .entered(entered))
        _ = node.answered(enter, .success(answer), now: Self.now)
        // Five wait for their claim, five have been given another ticket.
        #expect(node.outbox.rejoined.count == 10 && node.excess == nil)
        let nextClaim = node.nextCall(now: Self.now)
        let claim = try #require(nextClaim)
        let granted = [Claimed](repeating: .granted(startedAt: Self.now), count: 5)
        let claimed = StoreAnswer(epoch: claim.epoch, lineage: claim.lineage, outcome: .claimed(granted))
        let told = node.answered(claim, .success(claimed), now: Self.now)
        #expect(told.count == 5)
        #expect(node.outbox.rejoined.count == 5)
        _ = node.expire(now: Self.now + RoomNode.askAgeMax + 1)
        #expect(node.outbox.rejoined.isEmpty && node.excess == nil)
    }

    @Test func whatFailedComesBackOnTopOfTheCeiling() throws {
        var node = Self.node()
        for number in 0..<2 { node.release(Self.id(number), now: Self.now) }
        node.outbox.tickedAt = Self.now
        let nextCall = node.nextCall(now: Self.now)
        let call = try #require(nextCall)
        for number in 2..<5 { node.release(Self.id(number), now: Self.now) }
        _ = node.answered(call, .failure(.notDone("")), now: Self.now)
        #expect(node.outbox.releases.count == 4)
        node.release(Self.id(7), now: Self.now)
        #expect(node.outbox.releases.count == 4)
    }
}
