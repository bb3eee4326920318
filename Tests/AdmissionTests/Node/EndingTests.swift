import Synchronization
import Testing

@testable import Admission

/// A pass is worth nothing any more when its session has ended, wherever it is shown.
@Suite struct EndingTests {
    private static let start: Microseconds = 1_800_000_000_000_000
    private static let rules: RoomRules = {
        var rules = RoomRules(rate: .perSecond(10), slotsMax: 10)
        rules.passLife = 10_000_000
        rules.standstillAfter = 1_000_000_000
        return rules
    }()
    private static let words = Atomic<UInt64>(1)
    private let id = TicketID(high: 7, low: 7)

    @Sendable private static func word() -> UInt64 { words.add(1, ordering: .relaxed).newValue }

    /// Two nodes, a store, and time.
    private final class Site {
        var line = Line()
        var now = EndingTests.start
        var nodes = ["a", "b"].map {
            RoomNode(room: "r", name: $0, rules: EndingTests.rules, now: EndingTests.start, dice: EndingTests.word)
        }
        /// These nodes do not reach the store.
        var cutOff: Set<Int> = []
        /// So much is the store's clock ahead.
        var ahead: Microseconds = 0

        func drain() {
            for at in nodes.indices {
                while let call = nodes[at].nextCall(now: now) {
                    let result: Result<StoreAnswer, StoreFault> =
                        cutOff.contains(at) ? .failure(.unknown("cut off")) : .success(line.apply(call, now: now + ahead))
                    _ = nodes[at].answered(call, result, now: now)
                }
            }
        }

        func pass(_ time: Microseconds) {
            for _ in 0..<(time / RoomNode.tickEvery) {
                now += RoomNode.tickEvery
                drain()
            }
        }

        func deny(_ id: TicketID) -> [Bool] { nodes.map { $0.denies(id, now: now) } }

        func letIn(_ id: TicketID) {
            let session = SessionMark(id: id, startedAt: now)
            for at in nodes.indices { nodes[at].renew(session, now: now) }
            drain()
        }
    }

    @Test func isRefusedHereAtOnceAndElsewhereAfterATick() {
        let site = Site()
        site.drain()
        site.letIn(id)
        #expect(site.deny(id) == [false, false])
        site.nodes[0].release(id, now: site.now)
        #expect(site.deny(id) == [true, false])
        site.pass(RoomNode.tickEvery)
        #expect(site.deny(id) == [true, true])
        #expect(site.line.counts.sessions == 0)
    }

    @Test func whoeverLeavesItsSessionIsRefusedToo() {
        let site = Site()
        site.drain()
        site.letIn(id)
        site.nodes[1].leave(id, now: site.now)
        #expect(site.deny(id) == [false, true])
        site.pass(2 * RoomNode.tickEvery)
        #expect(site.deny(id) == [true, true])
    }

    @Test func whoeverOnlyWaitedMayComeBack() {
        let site = Site()
        site.drain()
        site.nodes[0].leave(id, now: site.now)
        site.pass(RoomNode.tickEvery)
        #expect(site.deny(id) == [false, false])
    }

    @Test func isRefusedForAsLongAsAPassMayBeOutAndForgottenThen() {
        let site = Site()
        site.drain()
        site.nodes[0].release(id, now: site.now)
        site.pass(Self.rules.endedLife)
        #expect(site.deny(id) == [true, true])
        site.pass(2 * Self.rules.endedLife)
        #expect(site.deny(id) == [false, false])
        #expect(site.nodes.allSatisfy { $0.ended.count == 0 })
    }

    @Test func aNodeThatWasCutOffHearsOfItWhenItIsBack() {
        let site = Site()
        site.drain()
        site.cutOff = [1]
        site.nodes[0].release(id, now: site.now)
        site.pass(5_000_000)
        #expect(site.deny(id) == [true, false])
        site.cutOff = []
        site.pass(300_000)
        #expect(site.deny(id) == [true, true])
    }

    @Test func aNodeThatBeginsHearsOfAllThatHaveEnded() {
        let site = Site()
        site.drain()
        site.nodes[0].release(id, now: site.now)
        site.pass(1_000_000)
        site.nodes[1] = RoomNode(room: "r", name: "c", rules: Self.rules, now: site.now, dice: Self.word)
        site.drain()
        #expect(site.deny(id) == [true, true])
    }

    /// The store is lost before the other node has heard, and that one brings back the session that it remembers.
    @Test func isNotForgottenWithTheStore() {
        let site = Site()
        site.drain()
        site.letIn(id)
        site.nodes[0].release(id, now: site.now)
        site.cutOff = [1]
        site.drain()
        site.line = Line()
        site.cutOff = []
        site.pass(2_000_000)
        #expect(site.line.epoch == 2)
        #expect(site.deny(id) == [true, true])
        #expect(site.line.counts.sessions == 0)
    }

    /// The new store's clock is an hour behind that of the lost one.
    @Test func whatALostLineHadToldIsNotTakenForWhatTheNextOneTells() {
        let site = Site()
        site.ahead = 3_600_000_000
        site.drain()
        site.nodes[1].release(TicketID(high: 8, low: 8), now: site.now)
        site.pass(1_000_000)
        site.letIn(id)
        site.line = Line()
        site.ahead = 0
        // One begins the next line; the other still asks for what is new in the lost one.
        site.now += RoomNode.tickEvery
        site.drain()
        site.pass(5_000_000)
        #expect(site.line.epoch == 2)
        site.nodes[0].release(id, now: site.now)
        site.pass(1_000_000)
        #expect(site.deny(id) == [true, true])
    }
}
