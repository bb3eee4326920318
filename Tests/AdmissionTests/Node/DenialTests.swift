import Testing

@testable import Admission

/// A revocation outlives the store that it was asked of.
@Suite struct DenialTests {
    private static let start: Microseconds = 1_800_000_000_000_000
    private static let rules: RoomRules = {
        var rules = RoomRules(rate: .perSecond(10), slotsMax: 10)
        rules.standstillAfter = 1_000_000_000
        return rules
    }()
    private let id = TicketID(high: 7, low: 7)

    /// A node, a store, and time.
    private final class Site {
        var line = Line()
        var now = DenialTests.start
        var node = RoomNode(room: "r", name: "n", rules: DenialTests.rules, now: DenialTests.start, dice: { 5 })
        /// Calls of these kinds are not done.
        var refused: Set<Outbox.Kind> = []

        /// All calls that are due.
        func drain() {
            while let call = node.nextCall(now: now) {
                if refused.contains(call.operation.kind) {
                    _ = node.answered(call, .failure(.notDone("as the test wants")), now: now)
                } else {
                    _ = node.answered(call, .success(line.apply(call, now: now)), now: now)
                }
            }
        }

        func pass(_ time: Microseconds) {
            for _ in 0..<(time / RoomNode.tickEvery) {
                now += RoomNode.tickEvery
                drain()
            }
        }

        func claim(_ id: TicketID) -> StoreAnswer.Outcome {
            line.apply(StoreCall(room: "r", rules: DenialTests.rules, node: "x", operation: .claim([id])), now: now).outcome
        }

        func visit(_ id: TicketID) -> Reply? {
            node.visit(1, id: id, lane: 0, place: Place(epoch: 1, number: 1), now: now)
        }

        func revokedElsewhere(_ id: TicketID, lasting: Microseconds) {
            let call = StoreCall(room: "r", rules: DenialTests.rules, node: "x", operation: .revoke([id], lasting: lasting))
            _ = line.apply(call, now: now)
        }
    }

    @Test func isBroughtBackForAsLongAsItHadStillToLast() {
        let site = Site()
        site.drain()
        site.revokedElsewhere(id, lasting: 20_000_000)
        site.pass(5_000_000)
        site.line = Line()
        site.pass(1_000_000)
        #expect(site.line.epoch == 2)
        #expect(site.claim(id) == .claimed([.revoked]))
        site.pass(13_800_000)
        #expect(site.claim(id) == .claimed([.revoked]))
        site.pass(300_000)
        #expect(site.claim(id) == .claimed([.unknown]))
    }

    @Test func isBroughtBackThoughNoSnapshotHasToldIt() throws {
        let site = Site()
        site.pass(2_000_000)
        try site.node.revoke(id, lasting: 20_000_000, now: site.now)
        site.drain()
        site.line = Line()
        site.pass(1_000_000)
        #expect(site.claim(id) == .claimed([.revoked]))
    }

    @Test func isBroughtBackThoughTheStoreNeverHeardOfIt() throws {
        let site = Site()
        site.pass(2_000_000)
        site.line = Line()
        try site.node.revoke(id, lasting: 20_000_000, now: site.now)
        site.refused = [.revoke]
        site.pass(200_000)
        #expect(site.claim(id) == .claimed([.revoked]))
    }

    @Test func holdsOnItsOwnNodeAtOnce() throws {
        let site = Site()
        site.drain()
        try site.node.revoke(id, lasting: 20_000_000, now: site.now)
        #expect(site.visit(id) == .revoked)
        site.pass(19_900_000)
        #expect(site.visit(id) == .revoked)
        site.pass(200_000)
        #expect(site.visit(id) == nil)
    }

    @Test func thatAnotherNodeHasTakenBackIsNotBroughtBack() throws {
        let site = Site()
        site.drain()
        try site.node.revoke(id, lasting: 20_000_000, now: site.now)
        site.pass(3_000_000)
        site.revokedElsewhere(id, lasting: 0)
        site.pass(2_000_000)
        site.line = Line()
        site.pass(1_000_000)
        #expect(site.line.epoch == 2 && site.claim(id) == .claimed([.unknown]))
        #expect(site.node.denials.count == 0)
    }

    @Test func atTheCeilingThatEndsFirstGivesWay() {
        var denials = Denials()
        let all = (0...UInt64(Denials.toldMax)).map {
            Recollection.Mark(id: TicketID(high: 0, low: $0), endsIn: 1_000_000 + Microseconds($0))
        }
        denials.learn(Array(all.dropLast()), askedAt: 0, isWhole: false, now: 0)
        denials.learn([all[Denials.toldMax]], askedAt: 0, isWhole: false, now: 0)
        #expect(denials.count == Denials.toldMax)
        #expect(!denials.contains(all[0].id, 0) && denials.contains(all[1].id, 0))
        #expect(denials.contains(all[Denials.toldMax].id, 0))
    }
}
