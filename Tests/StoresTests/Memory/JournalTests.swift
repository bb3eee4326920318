import Admission
import Testing
import TestSupport

@testable import Stores

@Suite struct JournalTests {
    private func room(_ folder: JournalFolder) -> ScriptedRoom { ScriptedRoom(folder, name: "event") }

    /// A node that begins with its process knows nothing.
    private func restart(_ folder: JournalFolder, _ room: ScriptedRoom, afterSeconds seconds: Double = 30) throws
        -> MemoryStore
    {
        folder.kill()
        room.wait(seconds: seconds)
        (room.epoch, room.lineage) = (0, 0)
        return try folder.start(["event"])
    }

    @Test func aRestartInTheMiddleOfASaleKeepsOrderSessionsAndSpentTickets() throws {
        let folder = try JournalFolder()
        let room = room(folder)
        try room.begin {
            $0.state = .queue
            $0.burst = 5
        }
        try room.enter(1...20)
        try room.tick()
        let start = room.now
        try room.claim(1, 2, 3)
        try room.release(1)
        try room.revoke(19)
        try room.control(.message("Back soon."))
        let before = try room.tick()
        let opening = try restart(folder, room).openings
        #expect(opening.map(\.epoch) == [1] && opening.map(\.sessions) == [2] && opening.map(\.spent) == [3])
        #expect(opening.map(\.revoked) == [1] && opening.map(\.tornAt) == [nil] && opening.map(\.damagedAt) == [nil])

        let after = try room.tick()
        #expect((room.epoch, room.lineage, after.isRestoring) == (2, 101, false))
        #expect((after.sessions, after.lanes[0].head, after.controls) == (2, before.lanes[0].head, before.controls))
        for number: UInt64 in [17, 6, 20, 4, 9] {
            #expect(try room.comeBack(number, at: place(number)) == .waiting(place(number)))
        }
        #expect(try room.enter(30) == [.waiting(place(1, epoch: 2))])
        #expect(try room.tick().lanes[0].near == [4, 6, 9, 17, 20, 30].map(ticket))
        #expect(try room.comeBack(1, at: place(1)) == .spent)
        #expect(try room.claim(2, 19) == [.granted(startedAt: start), .revoked])
        #expect(try room.renew(3, startedAt: start) == .renewed)
    }

    @Test func aSessionThatHasEndedHasEndedAfterARestart() throws {
        let folder = try JournalFolder()
        let room = room(folder)
        try room.begin { $0.burst = 5 }
        try room.enter(1...3)
        try room.release(2)
        _ = try restart(folder, room, afterSeconds: 5)
        let after = try room.tick()
        #expect(after.sessions == 2 && after.ended == [ticket(2)])
    }

    @Test func aNewProcessKnowsALineAtEveryCall() throws {
        for call in [StoreCall.Operation.enter([.newcomer(ticket(5), lane: 0)]), .claim([ticket(5)]), .read(PageCursor())] {
            let folder = try JournalFolder()
            let room = room(folder)
            try room.begin()
            _ = try restart(folder, room)
            let answer = try room.answer(call)
            #expect(answer.epoch == 2 && answer.outcome != .lost)
        }
    }

    @Test func oneRestartAfterAnotherForgetsNothing() throws {
        let folder = try JournalFolder()
        let room = room(folder)
        try room.begin()
        try room.enter(1)
        let start = room.now
        for time in 1...20 {
            _ = try restart(folder, room, afterSeconds: time.isMultiple(of: 3) ? -100 : 10_000)
            #expect(try room.tick().sessions == 1)
            #expect(room.epoch == UInt64(time) + 1)
        }
        #expect(try room.claim(1) == [.granted(startedAt: start)])
    }

    @Test func aSpentTicketDoesNotComeBackToTheFrontLongAfterARestart() throws {
        let folder = try JournalFolder()
        let room = room(folder)
        try room.begin {
            $0.turnGrace = 20_000_000
            $0.passLife = 1_000_000
        }
        try room.enter(1)
        try room.release(1)
        try room.tick()
        _ = try restart(folder, room, afterSeconds: 3_600)
        for _ in 0..<400 {
            try room.tick()
            room.wait(seconds: 0.1)
            let answer = try room.comeBack(1, at: place(1))
            guard answer == .spent || answer == .passed else {
                Issue.record("\(answer)")
                return
            }
        }
        #expect(try room.comeBack(1, at: place(1)) == .passed)
    }

    @Test func aLineThatReplacesAnotherIsTheOneThatIsKept() throws {
        let folder = try JournalFolder()
        let room = room(folder)
        try room.begin()
        try room.enter(1)
        var other = Recollection(epoch: 9, lineage: 5, watermarks: Watermarks(), nodes: [], isComplete: true)
        other.sessions = [.init(id: ticket(2), startedAt: room.now, endsIn: 60_000_000)]
        try room.restore(other)
        try room.tick()
        _ = try restart(folder, room)
        #expect(try room.tick().sessions == 1)
        #expect(try room.claim(1, 2) == [.unknown, .granted(startedAt: room.now - 30_000_000)] && room.epoch == 10)
    }

    @Test func everyCallThatAnsweredIsInTheFile() throws {
        let folder = try JournalFolder()
        folder.isDiskSlow = true
        let room = room(folder)
        try room.begin {
            $0.state = .queue
            $0.burst = 100
        }
        try room.enter(1...60)
        try room.tick()
        for number in UInt64(1)...60 {
            try room.claim(number)
            let kept = JournalImage(JournalReading(folder.bytes("event.line") ?? []).records)
            #expect(kept.sessions.count == Int(number) && kept.spent[ticket(number)] != nil)
        }
    }

    /// After any number of crashes the store answers as a line does that was told by another what it held.
    @Test(arguments: Conformance.seeds) func crashesChangeNothingElse(_ seed: UInt64) throws {
        let folder = try JournalFolder()
        var calls = RandomCalls(seed: seed, room: "event")
        var line = Line()
        var lineage: UInt64 = 100
        for step in 0..<3_000 {
            let call = calls.next()
            folder.now = calls.now
            let right = line.apply(call, now: calls.now)
            let answer = try folder.perform(call)
            guard answer == right else {
                Issue.record("seed \(seed), step \(step): \(call)\n\(answer)\nright \(right)")
                return
            }
            calls.hear(right, to: call)
            guard step % 50 == 49, right.epoch > 0 else { continue }
            // Something new in the last tick, so that the time of the journal is that of the line.
            for last in [StoreCall.Operation.control([]), .admit(Tick(lineage: 1, seed: [UInt8](repeating: 3, count: 32)))] {
                let call = StoreCall(room: "event", rules: call.rules, node: "a", operation: last)
                #expect(try folder.perform(call) == line.apply(call, now: calls.now))
            }
            folder.kill()
            try folder.start(["event"])
            let image = image(of: line, now: calls.now)
            lineage += 1
            line = Line()
            let first = StoreCall(
                room: "event", rules: call.rules, node: "a",
                operation: .restore(image.recollection(lineage: lineage)))
            _ = line.apply(first, now: calls.now)
            line.note(ended: image.endedLately(call.rules), call.rules, at: calls.now)
            let tick = StoreCall(
                room: "event", rules: call.rules, node: "a", operation: .admit(Tick(lineage: 1, seed: [1])))
            let (next, nextRight) = (try folder.perform(tick), line.apply(tick, now: calls.now))
            guard next == nextRight else {
                Issue.record("seed \(seed), step \(step): after a crash \(next)\nright \(nextRight)")
                return
            }
        }
    }

    private func image(of line: Line, now: Microseconds) -> JournalImage {
        var image = JournalImage()
        image.at = line.time(at: now)
        let kept = line.keepsake
        image.watermarks = kept.watermarks
        kept.forEachSession { image.sessions[$0] = $1 }
        kept.forEachSpent { image.spent[$0] = $1 }
        kept.forEachRevoked { image.revoked[$0] = $1 }
        return image
    }
}

@Suite struct JournalledStoreTests {
    @Test(arguments: Conformance.scenarios) func holds(_ scenario: Scenario) throws {
        try scenario.run(on: JournalFolder())
    }
}
