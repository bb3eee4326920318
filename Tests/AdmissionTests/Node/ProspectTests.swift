import Testing

@testable import Admission

/// What a change would do to a line, foreseen.
@Suite struct ProspectTests {
    /// A node that has seen a line for a minute: so many wait and are inside, and so many come out each second.
    private func station(
        rate: Int64, slotsMax: Int64, waiting: Int, inside: Int, outPerSecond: Int64, state: RoomState = .queue,
        adapted: AdaptedRate? = nil
    ) throws -> RoomNode {
        var rules = RoomRules(rate: .perSecond(rate), slotsMax: slotsMax)
        rules.state = state
        if adapted != nil { rules.rateBounds = RateBounds(min: .perSecond(1), max: .perSecond(1000)) }
        var controls = RoomControls()
        controls.adapted = adapted
        var node = RoomNode(room: "room", name: "node", rules: rules, now: 0, dice: { 7 })
        var totals = RoomTotals()
        for second in 0..<60 {
            let now = Microseconds(second) * 1_000_000
            totals.admitted += min(rate, outPerSecond)
            totals.claimed = totals.admitted
            totals.ended += outPerSecond
            let lane = LaneView(
                name: "general", waiting: waiting, head: Place(epoch: 1, number: 1), floor: .none, near: [], marks: [])
            let snapshot = RoomSnapshot(
                now: now, phase: rules.phase(at: now), isRestoring: false, lanes: [lane], offered: 0, sessions: inside,
                fresh: waiting, totals: totals, controls: controls, draw: nil,
                tail: Place(epoch: 1, number: UInt64(waiting + 1)), marksVersion: 1, revoked: [], nodes: ["node"])
            let next = node.nextCall(now: now)
            let call = try #require(next)
            _ = node.answered(
                call, .success(StoreAnswer(epoch: 1, lineage: 5, outcome: .admitted(snapshot))), now: now)
        }
        return node
    }

    private func seconds(_ range: WaitRange?) throws -> Double { Double(try #require(range).middle) / 1e6 }

    @Test func nothingIsKnownBeforeTheStoreHasSpoken() {
        let node = RoomNode(
            room: "room", name: "node", rules: RoomRules(rate: .perSecond(1), slotsMax: 1), now: 0, dice: { 7 })
        #expect(node.prospects([.rate(.perSecond(2))]) == nil && node.waitForLast == nil)
    }

    @Test func twiceTheRateIsHalfTheWait() throws {
        let node = try station(rate: 10, slotsMax: 100_000, waiting: 6000, inside: 300, outPerSecond: 10)
        let (now, then) = try #require(node.prospects([.rate(.perSecond(20))]))
        #expect(abs(try seconds(now.median) - 300) < 45, "\(now)")
        #expect(abs(try seconds(now.last) - 600) < 90, "\(now)")
        #expect(abs(try seconds(then.median) / seconds(now.median) - 0.5) < 0.1, "\(then)")
        #expect(!now.isHeldByCap && !then.isHeldByCap)
        #expect(try seconds(node.waitForLast) == seconds(now.last))
    }

    @Test func whatWasAdaptedIsTheRateThatPeopleWaitBy() throws {
        let slow = AdaptedRate(version: 3, rate: .perSecond(10), since: 0, reason: .slow)
        let node = try station(rate: 100, slotsMax: 100_000, waiting: 6000, inside: 300, outPerSecond: 10, adapted: slow)
        let (now, then) = try #require(node.prospects([.rate(.perSecond(20))]))
        #expect(abs(try seconds(now.median) - 300) < 45, "\(now)")
        #expect(abs(try seconds(then.median) / seconds(now.median) - 0.5) < 0.1, "\(then)")
        #expect(abs(try seconds(node.waitForLast) - 600) < 90)
    }

    @Test func aHigherRateDoesNothingForALineThatTheCapHoldsUp() throws {
        // A session lasts 100 s: 1,000 slots let 10 in a second, whatever the rate.
        let node = try station(rate: 50, slotsMax: 1000, waiting: 6000, inside: 1000, outPerSecond: 10)
        let (now, then) = try #require(node.prospects([.rate(.perSecond(500))]))
        #expect(now.isHeldByCap && then.isHeldByCap && !then.isGuess)
        #expect(abs(try seconds(then.median) / seconds(now.median) - 1) < 0.15, "\(now) \(then)")
        let wider = try #require(node.prospects([.slotsMax(2000)])).then
        #expect(abs(try seconds(wider.median) / seconds(now.median) - 0.5) < 0.15, "\(wider)")
    }

    @Test func aLowerCapHoldsUpALineThatTheRateHeldUp() throws {
        let node = try station(rate: 10, slotsMax: 100_000, waiting: 6000, inside: 1000, outPerSecond: 10)
        let (now, then) = try #require(node.prospects([.slotsMax(500)]))
        #expect(!now.isHeldByCap && then.isHeldByCap)
        #expect(try seconds(then.median) > 1.5 * seconds(now.median), "\(then)")
    }

    @Test func statesSpeakForThemselves() throws {
        let node = try station(rate: 10, slotsMax: 100_000, waiting: 600, inside: 10, outPerSecond: 10)
        for state in [RoomState.paused, .closed] {
            let then = try #require(node.prospects([.state(state)])).then
            #expect(then.median == nil && then.last == nil)
        }
        #expect(try #require(node.prospects([.state(.open)])).then.median == WaitRange(low: 0, high: 0))
        let asleep = try station(rate: 10, slotsMax: 100_000, waiting: 600, inside: 10, outPerSecond: 0, state: .paused)
        let (now, then) = try #require(asleep.prospects([.state(.queue)]))
        #expect(now.median == nil)
        #expect(abs(try seconds(then.median) - 30) < 8, "\(then)")
    }

    @Test func promisesAreToldOnce() {
        var ledger = PromiseLedger()
        for number in 0..<30 {
            let id = TicketID(high: UInt64(number) * PromiseLedger.sampleOf, low: UInt64(number))
            ledger.promise(WaitRange(low: 10_000_000, high: 12_000_000), to: id, now: 0)
            ledger.keep(id, now: Microseconds(number) * 1_000_000)
        }
        #expect(ledger.keptCount == 30)
        #expect(ledger.kept(after: 25, countMax: 100).map(\.actual) == (25..<30).map { Microseconds($0) * 1_000_000 })
        #expect(ledger.kept(after: 0, countMax: 3).map(\.actual) == (27..<30).map { Microseconds($0) * 1_000_000 })
        #expect(ledger.kept(after: 30, countMax: 3).isEmpty)
    }
}
