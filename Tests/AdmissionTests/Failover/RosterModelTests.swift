import Admission
import Testing

@Suite struct RosterModelTests {
    private static func beat(_ node: String, reaches: Bool, version: Int64 = 0) -> Heartbeat {
        Heartbeat(room: "event1", node: node, reachesPrimary: reaches, version: version, watermarks: Watermarks())
    }

    @Test func whoWasSilentHasNotReachedAllTheWhile() {
        var roster = RosterModel()
        _ = roster.heartbeat(Self.beat("a", reaches: true), now: 1_000_000)
        #expect(roster.heartbeat(Self.beat("a", reaches: true), now: 3_000_000).allReachingFor == 2_000_000)
        #expect(roster.heartbeat(Self.beat("a", reaches: true), now: 3_600_000_000).allReachingFor == 0)
    }

    @Test func aMoveNeedsItsConditionAndItsVersion() {
        var roster = RosterModel()
        func moves(_ node: String, version: Int64, _ condition: RoomMove.Condition, at now: Microseconds) -> Bool {
            let move = RoomMove(room: "event1", node: node, version: version, to: .fallback, epoch: 7, condition: condition)
            return roster.move(move, now: now)
        }
        _ = roster.heartbeat(Self.beat("a", reaches: false), now: 1_000_000)
        _ = roster.heartbeat(Self.beat("b", reaches: true), now: 1_500_000)
        #expect(!moves("a", version: 0, .nobodyReachesPrimary, at: 2_000_000))
        // b is not heard any more.
        _ = roster.heartbeat(Self.beat("a", reaches: false), now: 5_000_000)
        #expect(!moves("a", version: 3, .nobodyReachesPrimary, at: 5_000_000))
        #expect(moves("a", version: 0, .nobodyReachesPrimary, at: 5_000_000))
        #expect(!moves("b", version: 0, .nobodyReachesPrimary, at: 5_000_000))
        #expect(roster.mode == RoomMode(holder: .fallback, epoch: 7, epochMax: 7, version: 1, mover: "a"))
    }
}
