import Admission
import Stores
import TestSupport
import Testing

/// The roster in the database answers as `RosterModel` does, and of many nodes one wins.
@Suite struct PostgresRosterTests {
    @Test(arguments: Conformance.seeds) func answersAsTheModelDoes(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        func below(_ count: UInt64) -> UInt64 { random.next() % count }
        let tenant = try PostgresTenant(PostgresTenant.shared())
        let room = RoomName.next()
        var model = RosterModel()
        var now: Microseconds = 1_790_000_000_000_000
        for step in 0..<600 {
            now += Microseconds([0, 1_000, 300_000, 1_000_000, 2_900_000, 3_000_000][Int(below(6))])
            tenant.now = now
            let node = "node\(below(4))"
            let version = model.mode.version + (below(6) == 0 ? 1 : 0)
            if below(4) == 0 {
                let conditions: [RoomMove.Condition] = [
                    .always, .nobodyReachesPrimary, .allReachPrimary(for: 3_000_000), .allReachPrimary(for: 10_000_000),
                ]
                let move = RoomMove(
                    room: room, node: node, version: version,
                    to: RoomMode.Holder.allCases[Int(below(3))], epoch: below(20), condition: conditions[Int(below(4))])
                let right = model.move(move, now: now)
                #expect(try tenant.move(move) == right, "seed \(seed), step \(step)")
            } else {
                let beat = Heartbeat(
                    room: room, node: node, reachesPrimary: below(5) > 0, version: version,
                    watermarks: Self.watermarks(&random))
                let right = model.heartbeat(beat, now: now)
                #expect(try tenant.heartbeat(beat) == right, "seed \(seed), step \(step)")
            }
        }
    }

    private static func watermarks(_ random: inout SeededRandom) -> Watermarks {
        func below(_ count: UInt64) -> UInt64 { random.next() % count }
        func place() -> Place { Place(epoch: below(3), number: below(100)) }
        var marks = Watermarks(epoch: below(5), lineage: random.next(), tail: place())
        marks.lanes = (0..<below(4)).map { _ in LaneMark(name: "lane\(below(20))", head: place(), floor: place()) }
        if below(3) == 0 {
            let seed = [UInt8](repeating: UInt8(below(200)), count: Draw.seedBytes)
            let openedFor = below(2) == 0 ? nil : Microseconds(below(9))
            marks.draw = Draw(epoch: below(4), seed: seed, isOpened: below(2) == 0, openedFor: openedFor)
        }
        marks.controls.version = Int64(below(6))
        if below(2) == 0 { marks.controls.rate = .perSecond(Int64(below(9))) }
        if below(2) == 0 { marks.controls.state = RoomState.allCases[Int(below(5))] }
        if below(2) == 0 { marks.controls.message = "sold out?" }
        if below(2) == 0 {
            marks.controls.adapted = AdaptedRate(
                version: Int64(below(6)), rate: .perSecond(Int64(below(9))), since: 5, reason: .ejected)
        }
        return marks
    }

    @Test func ofManyNodesOneWinsAMove() throws {
        let url = try PostgresTenant.shared()
        let room = RoomName.next()
        let nodes = try (0..<8).map { _ in try PostgresTenant(url, hasClock: false) }
        for (number, node) in nodes.enumerated() {
            _ = try node.heartbeat(
                Heartbeat(
                    room: room, node: "node\(number)", reachesPrimary: false, version: 0, watermarks: Watermarks()))
        }
        for version: Int64 in 0..<20 {
            let answers = nodes.enumerated().map { number, node in
                let answer = Answer<Result<Bool, StoreFault>>()
                let move = RoomMove(
                    room: room, node: "node\(number)", version: version, to: version % 2 == 0 ? .fallback : .primary,
                    epoch: UInt64(version), condition: .always)
                node.begin(move) { answer.give($0) }
                return answer
            }
            let moved = try answers.map { try $0.wait().get() }
            #expect(moved.count { $0 } == 1, "version \(version)")
        }
        let view = try nodes[0].heartbeat(
            Heartbeat(room: room, node: "node0", reachesPrimary: false, version: 20, watermarks: Watermarks()))
        #expect(view.mode.version == 20)
        #expect(view.mode.holder == .primary)
    }
}
