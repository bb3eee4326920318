import Testing

@testable import Admission

/// Everybody is forwarded while there is no store, as `on_store_loss = "open"` has it.
@Suite struct OpenLossTests {
    private static var rules: RoomRules {
        var rules = RoomRules(rate: .perSecond(20), slotsMax: 10_000)
        rules.state = .queue
        return rules
    }

    /// A store that comes back as it was has to hear of what was said to nobody.
    @Test func whatIsDoneMeanwhileIsToldLater() throws {
        let fleet = Fleet(nodes: 2, rules: Self.rules, loss: .open)
        fleet.arrive(200)
        fleet.run(seconds: 5)
        let inside = try #require(fleet.primary.line.sessions.entry(at: 0)).id
        let other = try #require(fleet.primary.line.sessions.entry(at: 1)).id
        let waiting = try #require(fleet.waiting.last?.id)
        fleet.reachStores(false)
        fleet.run(seconds: 8)
        fleet.members[0].node.release(inside, now: fleet.world.now)
        try fleet.members[0].node.revoke(other, lasting: 60_000_000, now: fleet.world.now)
        fleet.members[0].node.leave(waiting, now: fleet.world.now)
        fleet.members[0].node.control([.rate(.perSecond(7))])
        fleet.run(seconds: 2)
        fleet.reachStores(true)
        fleet.run(seconds: 5)
        let line = fleet.primary.line
        #expect(line.knownLineage != 0 && line.epoch == 1)
        #expect(!line.isInside(inside) && !line.isInside(other) && !line.isWaiting(waiting))
        #expect(line.revoked.contains(other))
        #expect(line.liveControls.rate == .perSecond(7))
    }

    /// It has no line that the store could fail to know.
    @Test func whoBeginsMeanwhileForwardsAndThenFindsTheLine() {
        let fleet = Fleet(nodes: 2, rules: Self.rules, loss: .open)
        fleet.arrive(100)
        fleet.run(seconds: 4)
        fleet.reachStores(false)
        fleet.run(seconds: 6)
        fleet.join(Self.rules, .open, beginsAfter: RoomNode.beginAfter)
        fleet.run(seconds: 6)
        fleet.arrive(2)
        fleet.run(seconds: 1)
        #expect(fleet.visitors.suffix(2).allSatisfy { $0.isForwarded })
        fleet.reachStores(true)
        fleet.run(seconds: 4)
        #expect(fleet.members[2].node.lineage == fleet.primary.line.knownLineage)
        #expect(fleet.members[2].node.snapshot?.waiting == fleet.primary.line.counts.waiting)
        #expect(fleet.primary.line.epoch == 1)
    }

    /// Between the loss of a line and its standing again nothing else is asked; who comes is forwarded all the same.
    @Test func everybodyIsForwardedAlsoWhileTheLineIsBeingBroughtBack() {
        let fleet = Fleet(nodes: 1, rules: Self.rules, loss: .open)
        fleet.arrive(100)
        fleet.run(seconds: 4)
        fleet.primary.line = Line()
        fleet.primary.befalls = { if case .restore = $0 { .notDone } else { nil } }
        fleet.run(seconds: 0.3)
        fleet.reachStores(false)
        fleet.run(seconds: 10)
        #expect(fleet.visitors.allSatisfy { $0.admittedAt != nil || $0.isForwarded })
        fleet.primary.befalls = nil
        fleet.reachStores(true)
        fleet.run(seconds: 3)
        #expect(fleet.primary.line.epoch == 2)
        let line = fleet.primary.line
        #expect(fleet.waiting.compactMap(\.id).allSatisfy { line.isWaiting($0) || line.isOffered($0) })
    }

    /// Whoever polls meanwhile is brought back into a store that comes back with nothing, however long it took.
    @Test func whoPollsMeanwhileIsRemembered() throws {
        var rules = Self.rules
        rules.abandonAfter = 6_000_000
        let fleet = Fleet(nodes: 1, rules: rules, loss: .open)
        fleet.arrive(200)
        fleet.run(seconds: 4)
        let last = try #require(fleet.visitors.indices.last { fleet.visitors[$0].id != nil })
        fleet.reachStores(false)
        for _ in 0..<8 {
            fleet.visitors[last].pollAt = 0
            fleet.run(seconds: 3)
        }
        #expect(fleet.visitors[last].isForwarded)
        for store in [fleet.primary, fleet.fallback] { store.line = Line() }
        fleet.reachStores(true)
        fleet.run(seconds: 4)
        let lines = [fleet.primary.line, fleet.fallback.line]
        let id = try #require(fleet.visitors[last].id)
        #expect(lines.contains { $0.isWaiting(id) || $0.isOffered(id) })
    }
}
