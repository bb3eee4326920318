import Admission
import Foundation
import Testing

@testable import Stores

@Suite struct JournalTroubleTests {
    private func room(_ folder: JournalFolder) -> ScriptedRoom { ScriptedRoom(folder, name: "event") }

    /// A line of which something is known, killed.
    private func killed(_ folder: JournalFolder) throws -> [UInt8] {
        let room = room(folder)
        try room.begin()
        try room.enter(1)
        try room.control(.message("hello"))
        folder.kill()
        return try #require(folder.bytes("event.line"))
    }

    @Test func cutAnywhereTheRestIsTheLine() throws {
        let bytes = try killed(JournalFolder())
        for cut in stride(from: bytes.count - 1, to: 0, by: -3) {
            let folder = try JournalFolder()
            try folder.put("event.line", Array(bytes.prefix(cut)))
            let whole = JournalReading(Array(bytes.prefix(cut)))
            let opening = try #require(try folder.start(["event"]).openings.first)
            let torn: Int? = if case .tornEnd(let at) = whole.flaw { at } else { nil }
            #expect(opening.tornAt == torn && opening.damagedAt == nil)
            #expect(opening.epoch == JournalImage(whole.records).watermarks.epoch)
            #expect(try room(folder).begin().waiting == 0)
            #expect(try folder.names() == ["event.line"])
        }
    }

    @Test func damageInTheMiddleIsNamedAndTheFileIsKept() throws {
        let folder = try JournalFolder()
        var bytes = try killed(folder)
        let header = JournalRecord.opened(format: 1, room: "event").bytes.count
        bytes[header + 8] ^= 1
        try folder.put("event.line", bytes)
        let opening = try #require(try folder.start(["event"]).openings.first)
        #expect((opening.damagedAt, opening.tornAt, opening.epoch, opening.sessions) == (header, nil, 1, 1))
        #expect(folder.bytes("event.line.damaged") == bytes)
        folder.kill()
        #expect(try folder.start(["event"]).openings.first?.damagedAt == nil)
    }

    @Test func aLaterFormatIsRefused() throws {
        let folder = try JournalFolder()
        let later = JournalRecord.opened(format: 2, room: "event").bytes + [1, 2, 3]
        try folder.put("event.line", later)
        let fault = JournalFault.laterFormat(path: folder.file("event.line"), format: 2)
        #expect(throws: fault) { try folder.start(["event"]) }
        #expect(fault.description.hasSuffix("start that version, or move the file away and lose what it holds"))
        #expect(folder.bytes("event.line") == later)
        // Met while running, it is not written over either, and the line goes on.
        try folder.start([])
        #expect(try room(folder).begin().epoch(1))
        #expect(folder.faults == [fault] && folder.store?.faults == ["event": fault])
        #expect(folder.bytes("event.line") == later)
    }

    @Test func whatIsNoJournalIsNotWrittenOver() throws {
        let folder = try JournalFolder()
        let path = folder.file("event.line")
        try folder.put("event.line", Array("my holiday pictures".utf8))
        #expect(throws: JournalFault.notAJournal(path: path)) { try folder.start(["event"]) }
        try folder.put("event.line", JournalRecord.opened(format: 1, room: "other").bytes)
        #expect(throws: JournalFault.ofAnotherRoom(path: path, room: "other")) { try folder.start(["event"]) }
        try folder.remove("event.line")
        try folder.makeFolder("event.line")
        #expect(throws: JournalFault.notAJournal(path: path)) { try folder.start(["event"]) }
    }

    @Test func aFolderIsMadeAndWhatIsNoneIsSaid() throws {
        let folder = try JournalFolder()
        let made = folder.file("state")
        _ = try MemoryStore(folder: made, rooms: ["event"], clock: { 0 }, lineage: { 1 }, background: { _ in false })
        #expect(FileManager.default.fileExists(atPath: made + "/event.line"))
        #expect(throws: JournalFault.cannotMakeFolder(path: made + "/a/b", reason: "No such file or directory")) {
            _ = try MemoryStore(folder: made + "/a/b", rooms: [], clock: { 0 }, lineage: { 1 }, background: { _ in false })
        }
    }

    @Test func aDiskThatIsFullAtTheStartDoesNotKeepTheLineFromGoingOn() throws {
        let folder = try JournalFolder()
        _ = try killed(folder)
        // Whatever is written there finds no room; the link goes with the first attempt.
        try FileManager.default.createSymbolicLink(atPath: folder.file("event.line.new"), withDestinationPath: "/dev/full")
        let store = try folder.start(["event"])
        guard case .cannotWrite(let path, let reason)? = store.faults["event"] else {
            Issue.record("\(store.faults)")
            return
        }
        #expect(path == folder.file("event.line") && reason == "write: No space left on device")
        let room = room(folder)
        #expect(try room.tick().sessions == 1)
        #expect(try room.tick().sessions == 1)
        #expect(folder.store?.faults.isEmpty == true && folder.faults.last == .some(nil))
        folder.kill()
        #expect(try folder.start(["event"]).openings.first?.epoch == 2)
    }

    @Test func aDiskThatFillsUpIsReportedAndTriedAgainEverySecond() throws {
        let folder = try JournalFolder()
        let room = room(folder)
        try room.begin { $0.burst = 50 }
        try folder.fill("event.line")
        try folder.makeFolder("event.line.new")
        try room.enter(1)
        let fault = JournalFault.cannotWrite(path: folder.file("event.line"), reason: "write: File too large")
        #expect(folder.faults == [fault])
        for number in UInt64(2)...30 {
            #expect(try room.enter(number) == [.admitted(startedAt: room.now)])
            room.wait(seconds: 0.1)
            try room.tick()
        }
        #expect(folder.faults.count == 2 && folder.faults.last != .some(nil))
        try folder.remove("event.line.new")
        room.wait(seconds: 1)
        try room.tick()
        try room.tick()
        #expect(folder.faults.last == .some(nil) && folder.store?.faults.isEmpty == true)
        let kept = JournalImage(JournalReading(try #require(folder.bytes("event.line"))).records)
        #expect(kept.sessions.count == 30 && kept.spent.count == 30)
    }

    @Test func aRemovedFileIsWrittenAgain() throws {
        let folder = try JournalFolder()
        let room = room(folder)
        try room.begin()
        try room.enter(1)
        try folder.remove("event.line")
        try room.tick(forSeconds: 5)
        #expect(folder.store?.faults.isEmpty == true)
        #expect(JournalImage(JournalReading(try #require(folder.bytes("event.line"))).records).sessions.count == 1)
    }

    @Test func aProcessWhoseJournalWasTakenOverWritesNoMore() throws {
        let folder = try JournalFolder()
        let room = room(folder)
        try room.begin()
        try room.enter(1)
        let other = try MemoryStore(
            folder: folder.path, rooms: ["event"], clock: { room.now }, lineage: { 5 }, background: { _ in false })
        let theirs = folder.bytes("event.line")
        try room.tick(forSeconds: 3)
        #expect(folder.store?.faults == ["event": .superseded(path: folder.file("event.line"))])
        #expect(try room.enter(2) == [.admitted(startedAt: room.now)])
        #expect(folder.bytes("event.line") == theirs && other.openings.first?.sessions == 1)
    }

    @Test func aFileThatHasGrownIsWrittenAnewWhileTheLineGoesOn() throws {
        let folder = try JournalFolder()
        let room = room(folder)
        try room.begin {
            $0.burst = 500
            $0.sessionIdle = 5_000_000
            $0.passLife = 1_000_000
            $0.turnGrace = 5_000_000
            $0.rate = .perSecond(100_000)
            $0.slotsMax = 1_000_000
        }
        folder.isDiskSlow = true
        var number: UInt64 = 0
        func crowd() throws {
            try room.enter(number + 1...number + 500)
            number += 500
            room.wait(seconds: 1)
            try room.tick()
        }
        while (folder.bytes("event.line") ?? []).count <= RoomJournal.rewriteBytesMin { try crowd() }
        // It is being written; what happens now has to be in it.
        try crowd()
        folder.workOfDisk()
        try crowd()
        let bytes = try #require(folder.bytes("event.line"))
        #expect(bytes.count < RoomJournal.rewriteBytesMin / 2)
        let last = try room.tick()
        folder.kill()
        let opening = try #require(try folder.start(["event"]).openings.first)
        #expect((opening.sessions, opening.spent) == (last.sessions, 14 * 500))
        #expect(opening.tornAt == nil && opening.damagedAt == nil)
    }

    @Test func theDisksThreadDoesWhatItIsGiven() throws {
        let thread = try JournalThread.start()
        let folder = try JournalFolder()
        let store = try MemoryStore(
            folder: folder.path, rooms: ["event"], clock: { 1 }, lineage: { 5 }, background: thread.background)
        let call = StoreCall(
            room: "event", rules: RoomRules(rate: .perSecond(1), slotsMax: 1), node: "a",
            operation: .admit(Tick(lineage: 1, seed: [])))
        store.perform(call) { _ in }
        thread.stop()
        store.perform(call) { _ in }
        store.finish()
        #expect(store.faults.isEmpty)
    }
}

extension RoomSnapshot {
    fileprivate func epoch(_ epoch: UInt64) -> Bool { tail.epoch == epoch }
}
