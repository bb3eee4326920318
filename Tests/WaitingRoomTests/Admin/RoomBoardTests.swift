import Admission
import Settings
import Testing

@testable import WaitingRoom

@Suite struct RoomBoardTests {
    private func sample(_ at: Int64, _ admitted: Int64?) -> RoomSample {
        RoomSample(
            at: at, waiting: 0, admittedTotal: admitted, active: 0, rate: 1, cap: nil, promised: nil, actual: nil, nodes: 1,
            store: "memory", origin: OriginFigures())
    }

    private func snapshot(admitted: Int64 = 0) -> RoomSnapshot {
        var totals = RoomTotals()
        totals.admitted = admitted
        let lane = LaneView(name: "general", waiting: 5, head: .none, floor: .none, near: [], marks: [])
        return RoomSnapshot(
            now: 1, phase: .auto, isRestoring: false, lanes: [lane], offered: 1, sessions: 2, fresh: 5, totals: totals,
            controls: RoomControls(), draw: nil, tail: .none, marksVersion: 1, revoked: [],
            nodes: ["a", "a/1", "b", "b/1", "c"])
    }

    @Test func admissionsAreCountedByWindows() {
        var history = RoomHistory()
        #expect(history.admitted(inLast: 1) == nil)
        for second in 0...100 { history.add(sample(Int64(second), Int64(second * 10))) }
        #expect(history.admitted(inLast: 1) == 10)
        #expect(history.admitted(inLast: 10) == 100)
        #expect(history.admitted(inLast: 60) == 600)
        #expect(history.admitted(at: 50) == 10 && history.admitted(at: 0) == nil)
    }

    @Test func aLineThatBeganAnewAndASilentStoreTakeNothingAway() {
        var history = RoomHistory()
        let totals: [Int64?] = [100, 110, nil, nil, 130, 5, 8]
        for (second, total) in totals.enumerated() { history.add(sample(Int64(second), total)) }
        let counted: Int64 = 10 + 20 + 0 + 3
        #expect(history.admitted(inLast: 60) == counted)
    }

    @Test func tenMinutesAreKept() {
        var history = RoomHistory()
        for second in 0..<2000 { history.add(sample(Int64(second), 0)) }
        #expect(history.samples.count == RoomHistory.samplesMax && history.samples.first?.at == 1400)
    }

    @Test func aRoomIsAsTheStoreSaysAndOnlyAsLongAsItDoes() throws {
        let board = RoomBoard(Settings())
        #expect(board.room("main", at: 0, store: "memory")?["isCurrent"] == false)
        #expect(board.room("other", at: 0, store: "memory") == nil)
        board.heard("main", snapshot(admitted: 7), at: 10)
        let room = try #require(board.room("main", at: 20, store: "memory"))
        #expect(room["waiting"] == 5 && room["active"] == 3 && room["totals"]?["admitted"] == 7)
        #expect(room["nodes"] == ["a", "b", "c"])
        let later = try #require(board.room("main", at: 10 + RoomBoard.freshFor, store: "memory"))
        #expect(later["isCurrent"] == false && later["waiting"] == nil)
    }

    @Test func liveChangesSayWhoMadeThem() throws {
        let board = RoomBoard(Settings())
        var changed = snapshot()
        changed.controls.rate = .perSecond(7)
        changed.controls.message = "Hi"
        board.note(RoomBoard.Author(who: "ann from 10.0.0.1", at: 1_796_083_200), ["rate"], of: "main")
        board.heard("main", changed, at: 10)
        let live = try #require(board.room("main", at: 20, store: "memory")?["controls"]?["live"])
        #expect(live["rate"]?["value"] == "7/s" && live["rate"]?["configured"] == "100/s")
        #expect(live["rate"]?["by"] == "ann from 10.0.0.1" && live["message"]?["by"] == .null)
        #expect(live["state"] == nil)
    }

    @Test func aRoomThatTheFileDropsIsGone() {
        var settings = Settings()
        settings.rooms = [Settings.NamedRoom(name: "one", room: settings.room), .init(name: "two", room: settings.room)]
        let board = RoomBoard(settings)
        board.heard("one", snapshot(), at: 1)
        settings.rooms.removeLast()
        board.follow(settings)
        #expect(board.names == ["one"] && board.standings["one"]?.snapshot != nil && board.standings["two"] == nil)
        board.heard("two", snapshot(), at: 1)
        #expect(board.standings["two"] == nil)
    }
}
