import Foundation
import TestSupport
import Testing

@testable import Admission

/// What is published of a draw is enough for somebody with another language to check it.
@Suite struct DrawCheckTests {
    static let room = "event1"
    static let opening: Microseconds = 1_800_000_000_000_000

    /// A pre-queue of so many, opened and let in whole: the draw, and the order in which they were let in.
    static func sale(_ count: Int) throws -> (draw: Draw, admitted: [TicketID]) {
        var rules = RoomRules(rate: .perSecond(1000), burst: 1, slotsMax: 1_000_000)
        rules.schedule = Schedule(prequeueAt: opening - 60_000_000, opensAt: opening)
        var line = Line()
        var dice = SeededRandom(seed: 7)
        var now = opening - 30_000_000
        func ask(_ operation: StoreCall.Operation) -> StoreAnswer.Outcome {
            line.apply(StoreCall(room: room, rules: rules, node: "a", operation: operation), now: now).outcome
        }
        func tick() -> RoomSnapshot? {
            let seed = (0..<Draw.seedBytes).map { _ in UInt8.random(in: 0...255, using: &dice) }
            guard case .admitted(let snapshot) = ask(.admit(Tick(lineage: 1, seed: seed))) else { return nil }
            return snapshot
        }
        let draw = try #require(tick()?.draw)
        let crowd = (0..<count).map { _ in TicketID.random(from: &dice) }
        for batch in stride(from: 0, to: count, by: StoreCall.itemsMax) {
            let ids = crowd[batch..<min(batch + StoreCall.itemsMax, count)]
            _ = ask(.enter(ids.map { .newcomer($0, lane: 0, drawn: draw.place(of: $0)) }))
        }
        var admitted: [TicketID] = []
        now = opening
        var known: Set<TicketID> = []
        while admitted.count < count, now < opening + 60_000_000 {
            now += 1000
            _ = tick()
            let new = line.offered.entries(from: 0, count: count).map(\.id).filter { !known.contains($0) }
            known.formUnion(new)
            admitted += new
        }
        return (try #require(line.draw), admitted)
    }

    static func check(_ record: String, announced: String? = nil, tickets: [String] = []) throws -> (
        status: Int32, said: String
    ) {
        let folder = NSTemporaryDirectory() + "draw-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try record.write(toFile: folder + "/record.json", atomically: true, encoding: .utf8)
        var words = ["scripts/check-draw", folder + "/record.json"]
        if let announced {
            try announced.write(toFile: folder + "/announced.json", atomically: true, encoding: .utf8)
            words += ["--announced", folder + "/announced.json"]
        }
        for ticket in tickets { words += ["--ticket", ticket] }
        let root = #filePath.components(separatedBy: "/Tests/")[0]
        let program = try FinishedProgram.run(["/usr/bin/python3"] + words, folder: root)
        return (program.exitCode, program.said)
    }

    @Test func whoeverHasTheRecordCanCheckIt() throws {
        let (draw, admitted) = try Self.sale(2000)
        let record = DrawRecord(room: Self.room, draw: draw, tickets: admitted.shuffled())
        // The record's order is the order in which they were let in.
        #expect(record.tickets == admitted)
        #expect(admitted.count == 2000)
        let mine = admitted[41]
        let good = try Self.check(record.text, announced: record.announcement, tickets: [mine.text])
        #expect(good.status == 0, "\(good.said)")
        #expect(good.said.contains("\(mine.text) stood at 42 of 2000"))
    }

    @Test func aRecordThatWasTouchedIsFoundOut() throws {
        let (draw, admitted) = try Self.sale(300)
        let record = DrawRecord(room: Self.room, draw: draw, tickets: admitted)
        let lines = record.text.split(separator: "\n").map(String.init)
        func refused(_ text: String, announced: String? = nil, _ why: String) throws {
            let found = try Self.check(text, announced: announced)
            #expect(found.status == 1 && found.said.contains(why), "\(found.said)")
        }
        var swapped = lines
        swapped.swapAt(10, 11)
        try refused(swapped.joined(separator: "\n"), "behind somebody whose number is not smaller")
        var altered = lines
        altered[5] = altered[5].replacingOccurrences(of: "\",", with: "\",1")
        try refused(altered.joined(separator: "\n"), "the seed gives it")
        var twice = lines
        twice.insert(twice[20], at: 20)
        try refused(twice.joined(separator: "\n"), "stands in the line twice")
        let other = DrawRecord(
            room: Self.room, draw: Draw(epoch: draw.epoch, seed: [UInt8](repeating: 3, count: 32)), tickets: admitted)
        try refused(other.text, announced: record.announcement, "commitment was announced as")
        try refused(
            record.text.replacingOccurrences(of: draw.commitment, with: other.draw.commitment), "the seed's SHA-256 is")
        try refused("{}", "this is no published draw")
    }
}
