import Testing

@testable import Admission

/// A turn that is offered, and taken back by a store that was set back to what it had a moment before.
@Suite struct RoomNodeOfferTests {
    private static let now: Microseconds = 1_800_000_000_000_000
    private let id = TicketID(high: 7, low: 7)
    private let place = Place(epoch: 1, number: 5)

    private func node(_ number: Int, rules: RoomRules, knowing line: inout Line) throws -> Station {
        let node = Station(RoomNode(room: "r", name: "n\(number)", rules: rules, now: Self.now, dice: { 1 }))
        let tick = try #require(node.nextCall(now: Self.now))
        _ = node.answered(tick, .success(line.apply(tick, now: Self.now)), now: Self.now)
        return node
    }

    private func answer(_ outcome: StoreAnswer.Outcome, _ call: StoreCall) -> Result<StoreAnswer, StoreFault> {
        .success(StoreAnswer(epoch: call.epoch, lineage: call.lineage, outcome: outcome))
    }

    @Test(arguments: [Claimed.waiting, .unknown]) func doesNotCostItsPlace(_ claimed: Claimed) throws {
        var line = Line()
        var rules = RoomRules(rate: .perSecond(1), slotsMax: 10)
        rules.lanes = [LaneRule(name: "vip", share: 1), LaneRule(name: "general", share: 1)]
        let node = try node(1, rules: rules, knowing: &line)
        // The node has never heard of this ticket; the store says that it is its turn, and then, that it is not.
        #expect(node.visit(1, id: id, lane: 1, place: place, now: Self.now) == nil)
        let enter = try #require(node.nextCall(now: Self.now))
        #expect(enter.operation == .enter([.returning(id, lane: 1, place: place)]))
        #expect(node.answered(enter, answer(.entered([.offered]), enter), now: Self.now).isEmpty)
        let claim = try #require(node.nextCall(now: Self.now))
        #expect(claim.operation == .claim([id]))
        let told = node.answered(claim, answer(.claimed([claimed]), claim), now: Self.now)
        if claimed == .waiting {
            guard case .waiting(let standing) = told.first?.reply else {
                Issue.record("told \(told)")
                return
            }
            #expect(standing.place == place && standing.lane == 1 && standing.id == id)
        } else {
            #expect(told.isEmpty)
            #expect(node.nextCall(now: Self.now)?.operation == .enter([.returning(id, lane: 1, place: place)]))
        }
    }

    /// Nobody has told the node which place a newcomer was given: the store is asked, and nobody is told place 0.
    @Test func ofANewcomerIsAskedForAgain() throws {
        var line = Line()
        var rules = RoomRules(rate: .perSecond(1), slotsMax: 10)
        rules.state = .queue
        let node = try node(1, rules: rules, knowing: &line)
        #expect(node.arrive(1, lane: 0, now: Self.now) == nil)
        let enter = try #require(node.nextCall(now: Self.now))
        guard case .enter(let arrivals) = enter.operation, let arrival = arrivals.first else {
            Issue.record("calls \(enter.operation)")
            return
        }
        #expect(node.answered(enter, answer(.entered([.offered]), enter), now: Self.now).isEmpty)
        let claim = try #require(node.nextCall(now: Self.now))
        #expect(node.answered(claim, answer(.claimed([.waiting]), claim), now: Self.now).isEmpty)
        let again = try #require(node.nextCall(now: Self.now))
        #expect(again.operation == .enter([.newcomer(arrival.id, lane: 0)]))
        let told = node.answered(again, answer(.entered([.waiting(place)]), again), now: Self.now)
        guard case .waiting(let standing) = told.first?.reply else {
            Issue.record("told \(told)")
            return
        }
        #expect(standing.place == place)
    }

    /// The claim was done just before the store was emptied; its answer comes when the node has begun to bring back what it
    /// remembers, in which that session is not.
    @Test func thatALostLineHadGrantedIsNotTold() throws {
        var line = Line()
        let rules = RoomRules(rate: .perSecond(1), slotsMax: 10)
        let node = try node(1, rules: rules, knowing: &line)
        #expect(node.visit(1, id: id, lane: 0, place: place, now: Self.now) == nil)
        let enter = try #require(node.nextCall(now: Self.now))
        #expect(node.answered(enter, answer(.entered([.offered]), enter), now: Self.now).isEmpty)
        let claim = try #require(node.nextCall(now: Self.now))
        let later = Self.now + 200_000
        let tick = try #require(node.nextCall(now: later))
        _ = node.answered(tick, .success(StoreAnswer(epoch: 0, lineage: 0, outcome: .lost)), now: later)
        let granted = answer(.claimed([.granted(startedAt: Self.now)]), claim)
        #expect(node.answered(claim, granted, now: later).isEmpty)
        var emptied = Line()
        let restore = try #require(node.nextCall(now: later))
        _ = node.answered(restore, .success(emptied.apply(restore, now: later)), now: later)
        #expect(emptied.isWaiting(id) && !emptied.isInside(id))
    }

    /// One node has seen the draw of the pre-queue, and its visitor comes to another, whose view is a tick older.
    @Test func ofADrawThatIsYoungerThanTheViewIsAskedOfTheNextOne() throws {
        var line = Line()
        var rules = RoomRules(rate: .perSecond(1), slotsMax: 10)
        rules.schedule.prequeueAt = Self.now + 50_000
        rules.schedule.opensAt = Self.now + 60_000_000
        let node = try node(1, rules: rules, knowing: &line)
        let later = Self.now + 100_000
        let other = StoreCall(
            room: "r", rules: rules, node: "n2", operation: .admit(Tick(lineage: 5, seed: [UInt8](repeating: 3, count: 32))))
        guard case .admitted(let snapshot) = line.apply(other, now: later).outcome, let draw = snapshot.draw else {
            Issue.record("no draw")
            return
        }
        #expect(node.visit(1, id: id, lane: 0, place: draw.ticketPlace, now: later) == nil)
        let tick = try #require(node.nextCall(now: later))
        #expect(node.answered(tick, .success(line.apply(tick, now: later)), now: later).isEmpty)
        let enter = try #require(node.nextCall(now: later))
        #expect(enter.operation == .enter([.returning(id, lane: 0, place: draw.place(of: id))]))
        let told = node.answered(enter, .success(line.apply(enter, now: later)), now: later)
        guard case .waiting(let standing) = told.first?.reply else {
            Issue.record("told \(told)")
            return
        }
        #expect(standing.id == id && standing.rejoined == nil && standing.place == draw.ticketPlace)
    }
}
