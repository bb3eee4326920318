import Admission
import Testing
import TestSupport

@testable import Stores

@Suite struct JournalRecordTests {
    static let some: [JournalRecord] = {
        var marks = Watermarks(epoch: 3, lineage: .max, tail: Place(epoch: 3, number: 77))
        marks.lanes = [
            LaneMark(name: "vip", head: place(9), floor: place(2)), LaneMark(name: "ünïcode \u{1F39F}", head: .none),
        ]
        var controls = RoomControls()
        controls.apply([.rate(AdmissionRate(count: 7, perMicroseconds: 3)), .burst(.min), .slotsMax(.max), .state(.paused)])
        controls.apply([.opensAt(-1), .message("Soon\n")])
        controls.adapted = AdaptedRate(
            version: 3, rate: AdmissionRate(count: 90, perMicroseconds: 60_000_000), since: 1_790_000_000_000_000,
            reason: .failing)
        return [
            .opened(format: 1, room: "event"), .begun(at: 1_790_000_000_000_000), .watermarks(at: -5, marks),
            .controls(RoomControls()), .controls(controls), .draw(Draw(epoch: 4, seed: [1, 2, 3], isOpened: true)),
            .draw(Draw(epoch: 4, seed: [1, 2, 3], isOpened: true, openedFor: 5)),
            .resumed(at: .max, spentFor: 1), .marks([]),
            .marks([
                .session(ticket(1), .init(startedAt: 5, endsAt: 6)), .ended(ticket(2)), .spent(ticket(3), until: 9),
                .revoked(ticket(4), until: .min),
            ]),
        ]
    }()

    @Test func areReadAsTheyWereWritten() {
        let reading = JournalReading(Self.some.flatMap(\.bytes))
        #expect(reading.records == Self.some && reading.flaw == nil)
    }

    /// RFC 3720, appendix B.4, and the check value of the catalogues.
    @Test func checksumIsTheCastagnoliOne() {
        #expect(Checksum.of([UInt8](repeating: 0, count: 32)) == 0x8a91_36aa)
        #expect(Checksum.of([UInt8](repeating: 0xff, count: 32)) == 0x62a8_ab43)
        #expect(Checksum.of(Array("123456789".utf8)) == 0xe306_9283)
    }

    @Test func cutAnywhereTheWholeRecordsBeforeAreRead() {
        let bytes = Self.some.flatMap(\.bytes)
        var ends = [0]
        for record in Self.some { ends.append((ends.last ?? 0) + record.bytes.count) }
        for cut in 0...bytes.count {
            let reading = JournalReading(Array(bytes.prefix(cut)))
            let whole = ends.lastIndex { $0 <= cut } ?? 0
            #expect(reading.records == Array(Self.some.prefix(whole)))
            #expect(reading.flaw == (ends[whole] == cut ? nil : .tornEnd(at: ends[whole])))
        }
    }

    @Test func aDamagedByteCostsItsOwnRecordAlone() {
        let bytes = Self.some.flatMap(\.bytes)
        var start = 0
        for (number, record) in Self.some.enumerated() {
            for at in start..<(start + record.bytes.count) {
                var damaged = bytes
                damaged[at] ^= 0x41
                let reading = JournalReading(damaged)
                var rest = Self.some
                rest.remove(at: number)
                let isLast = number == Self.some.count - 1
                #expect(reading.records == rest, "byte \(at)")
                #expect(reading.flaw == (isLast ? .tornEnd(at: start) : .damage(at: start)), "byte \(at)")
            }
            start += record.bytes.count
        }
    }

    @Test(arguments: [1, UInt64.random(in: 2 ... .max)]) func anyBytesAreReadWithoutHarm(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let bytes = Self.some.flatMap(\.bytes)
        for _ in 0..<300 {
            var some = bytes
            for _ in 0..<(1 + random.next() % 20) {
                let at = Int(random.next() % UInt64(some.count))
                if random.next() % 3 == 0 {
                    some.remove(at: at)
                } else {
                    some[at] = UInt8(truncatingIfNeeded: random.next())
                }
            }
            let read = JournalReading(some).records
            #expect(read.allSatisfy(Self.some.contains), "seed \(seed)")
        }
        // Lengths beyond every file, and zeros where a machine lost its power.
        #expect(JournalReading([0xa9, 255, 255, 255, 255, 1, 0, 0, 0, 0]).records.isEmpty)
        #expect(JournalReading(bytes + [UInt8](repeating: 0, count: 4096)).flaw == .tornEnd(at: bytes.count))
    }

    @Test func imagesSayTheSameInFewerRecords() {
        let image = JournalImage(Self.some.dropLast(3))
        #expect(image.isLine && image.watermarks.controls.message == "Soon\n" && image.watermarks.draw?.epoch == 4)
        #expect(JournalImage(image.records(room: "event")) == image)
    }

    @Test func roomsHaveFilesOfTheirOwn() {
        let rooms = ["event", "Event", "a/b", "a%2fb", "..", "", " ", "é", String(repeating: "x", count: 500)]
        let names = rooms.map(JournalFile.name)
        #expect(Set(names).count == rooms.count)
        #expect(names.allSatisfy { $0.utf8.count < 200 && !$0.contains("/") && !$0.hasPrefix(".") || $0 == ".line" })
        #expect(names.prefix(3) == ["event.line", "Event.line", "a%2fb.line"])
        #expect(JournalFile.name(of: rooms[8]) != JournalFile.name(of: rooms[8] + "x"))
    }
}
