import Admission
import Redis
import Testing
import TestSupport

@testable import Stores

/// Answers as Redis gives them: read when right, refused when not, whatever they are.
@Suite struct AnswerDecodingTests {
    private static let line: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 3] + Array("00000000000000ff".utf8)
    private static let word: [UInt8] = [0, 0, 3, 0, 0, 0, 0, 9]

    private static func text(_ string: String) -> [UInt8] { [0, 0, 0, UInt8(string.utf8.count)] + Array(string.utf8) }
    private static func number(_ number: UInt8) -> [UInt8] { [0, 0, 0, 0, 0, 0, 0, number] }

    private static func call(_ operation: StoreCall.Operation) -> StoreCall {
        StoreCall(room: "a", rules: RoomRules(rate: .perSecond(1), slotsMax: 1), node: "n", operation: operation)
    }

    /// A right answer to each kind of call.
    private static let samples: [(operation: StoreCall.Operation, payload: [UInt8], outcome: StoreAnswer.Outcome)] = [
        (
            .enter((1...3).map { .newcomer(ticket($0), lane: 0) }),
            Array("ewfa".utf8) + word + number(7),
            .entered([.waiting(Place(epoch: 3, number: 9)), .full, .admitted(startedAt: 7)])
        ),
        (.beat([ticket(1), ticket(2)]), Array("b01".utf8), .beaten([false, true])),
        (.claim([ticket(1), ticket(2)]), Array("cug".utf8) + number(7), .claimed([.unknown, .granted(startedAt: 7)])),
        (.renew([SessionMark(id: ticket(1), startedAt: 1)]), Array("rx".utf8), .renewed([.revoked])),
        (.release([ticket(1)]), Array("d".utf8), .done),
        (
            .read(PageCursor()),
            Array("ps".utf8) + number(1) + number(5) + number(0) + number(1) + ticket(1).bytes + number(9),
            .page(page)
        ),
        (.admit(Tick(lineage: 1, seed: [])), snapshotBytes, .admitted(snapshot)),
    ]

    private static let page: Page = {
        var page = Page()
        page.spent = [.init(id: ticket(1), endsIn: 9)]
        page.next = PageCursor(section: 1, offset: 5)
        return page
    }()

    private static let snapshot: RoomSnapshot = {
        var totals = RoomTotals()
        (totals.entered, totals.ended) = (1, 8)
        var controls = RoomControls()
        controls.version = 2
        controls.adapted = AdaptedRate(version: 4, rate: .perSecond(6), since: 7, reason: .well)
        let lane = LaneView(
            name: "vip", waiting: 4, head: Place(epoch: 0, number: 2), floor: .none, near: [ticket(4)],
            marks: [RankMark(place: Place(epoch: 0, number: 6), rank: 1)])
        return RoomSnapshot(
            now: 5, phase: .queue, isRestoring: true, lanes: [lane], offered: 1, sessions: 2, fresh: 3, totals: totals,
            controls: controls, draw: Draw(epoch: 7, seed: [0xab], isOpened: true, openedFor: 4),
            tail: Place(epoch: 0, number: 9),
            marksVersion: 6, revoked: [.init(id: ticket(8), endsIn: 12)], nodes: ["a", "b"], ended: [ticket(9)],
            endedUpTo: 11)
    }()

    private static let snapshotBytes: [UInt8] = {
        var bytes = Array("t".utf8) + text("queue") + number(5) + [1] + number(9) + number(6)
        bytes += number(1) + number(2) + number(3)
        bytes += number(1) + (0..<6).flatMap { _ in number(0) } + number(8)
        bytes += [1] + number(7) + [1, 1] + number(4) + text("ab")
        bytes += [1] + text("vip") + number(4) + number(2) + number(0)
        bytes += [0, 0, 0, 16] + ticket(4).bytes + [0, 0, 0, 16] + number(6) + number(1)
        bytes += [0, 0, 0, 24] + ticket(8).bytes + number(12)
        bytes += [0, 0, 0, 2] + text("b") + text("a") + [0, 0, 0, 4] + text("version") + text("2")
        bytes += text("adapted") + text("4 6/1000000 7 well")
        bytes += [0, 0, 0, 16] + ticket(9).bytes + number(11)
        return bytes
    }()

    /// The kind stands before the line.
    private static func whole(_ payload: [UInt8]) -> [UInt8] { [payload[0]] + line + payload.dropFirst() }

    private static func isNonsense(_ bytes: [UInt8], _ operation: StoreCall.Operation) -> Bool {
        if case .failure(.nonsense) = AnswerDecoding.answer(.bytes(bytes), to: call(operation)) { true } else { false }
    }

    @Test func whatIsRightIsRead() throws {
        for sample in Self.samples {
            let answer = AnswerDecoding.answer(.bytes(Self.whole(sample.payload)), to: Self.call(sample.operation))
            #expect(answer == .success(StoreAnswer(epoch: 3, lineage: 255, outcome: sample.outcome)))
            let lost = AnswerDecoding.answer(.bytes(Self.whole(Array("l".utf8))), to: Self.call(sample.operation))
            #expect(lost == .success(StoreAnswer(epoch: 3, lineage: 255, outcome: .lost)))
        }
    }

    @Test func whatIsCutOffOrTooLongIsNonsense() {
        for sample in Self.samples {
            let bytes = Self.whole(sample.payload)
            for count in bytes.indices { #expect(Self.isNonsense(Array(bytes[..<count]), sample.operation), "\(count)") }
            #expect(Self.isNonsense(bytes + [0], sample.operation))
        }
    }

    @Test func anAnswerToAnotherCallIsNonsense() {
        for (at, sample) in Self.samples.enumerated() {
            for (other, theirs) in Self.samples.enumerated() where other != at {
                #expect(Self.isNonsense(Self.whole(theirs.payload), sample.operation))
            }
        }
    }

    @Test func whatIsNoStringIsNonsense() {
        let values: [RedisValue] = [.null, .integer(1), .status("OK"), .array([]), .bytes([])]
        for value in values {
            guard case .failure(.nonsense) = AnswerDecoding.answer(value, to: Self.call(.beat([]))) else {
                Issue.record("\(value) was read")
                continue
            }
        }
    }

    /// Bytes changed at random: read as something, or nonsense, and never the end of the process.
    @Test(arguments: [1, UInt64.random(in: 2 ... .max)]) func nothingCrashes(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var read = 0
        for _ in 0..<2_000 {
            for sample in Self.samples {
                var bytes = Self.whole(sample.payload)
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
                }
                if !Self.isNonsense(bytes, sample.operation) { read += 1 }
            }
        }
        #expect(read < 2_000 * Self.samples.count, "seed \(seed)")
    }

    @Test func faultsSayWhetherItWasDone() {
        let notDone: [RedisFault] = [
            .notSent("x"), .closed, .refused(RedisRefusal("LOADING Redis is loading")), .refused(RedisRefusal("READONLY x")),
            .refused(RedisRefusal("OOM x")), .refused(RedisRefusal("CLUSTERDOWN x")), .refused(RedisRefusal("NOAUTH x")),
            .refused(RedisRefusal("LANES more than 16")), .refused(RedisRefusal("TRYAGAIN x")),
        ]
        for fault in notDone {
            if case .notDone = StoreFault(fault) { continue }
            Issue.record("\(fault) was not done")
        }
        if case .unusable = StoreFault(.refused(RedisRefusal("SCHEMA 2 is"))) {} else { Issue.record("it is of use") }
        if case .unknown = StoreFault(.outcomeUnknown("x")) {} else { Issue.record("nobody knows") }
        #expect(StoreFault(.overloaded("x")) == .overloaded)
        for fault: RedisFault in [
            .malformed("x"), .refused(RedisRefusal("WRONGTYPE x")), .refused(RedisRefusal("ERR user_script:1: x")),
        ] {
            if case .nonsense = StoreFault(fault) { continue }
            Issue.record("\(fault) is nonsense")
        }
    }
}
