import TestSupport
import Testing

@testable import Admission

/// Numbers that no clock, file or store should ever bring: whatever becomes of them, it is not the end of the process.
@Suite struct ExtremesTests {
    static let numbers: [Int64] = [.min, .min + 1, -1, 0, 1, 1_790_000_000_000_000, 1 << 52, 1 << 53, .max - 1, .max]

    private static func rules(_ span: Int64) -> RoomRules {
        var rules = RoomRules(
            rate: AdmissionRate(count: span, perMicroseconds: span), burst: span, slotsMax: span)
        rules.waitingMax = span
        rules.schedule = Schedule(prequeueAt: span, opensAt: span, closesAt: span)
        rules.claimWindow = span
        rules.turnGrace = span
        rules.abandonAfter = span
        rules.passLife = span
        rules.sessionIdle = span
        rules.sessionMax = span
        rules.standstillAfter = span
        return rules
    }

    private static func recollection(_ number: Int64, _ id: TicketID) -> Recollection {
        let epoch = UInt64(bitPattern: number)
        var marks = Watermarks(epoch: epoch, lineage: epoch)
        marks.draw = Draw(epoch: epoch, seed: [1], isOpened: true, openedFor: number)
        marks.controls.version = number
        marks.controls.opensAt = number
        marks.controls.slotsMax = number
        marks.controls.burst = number
        var all = Recollection(epoch: epoch, lineage: 3, watermarks: marks, nodes: ["a"], isComplete: true)
        all.waiting = [.init(id: id, lane: 0, place: Place(epoch: epoch, number: 7), seenAgo: number)]
        all.sessions = [.init(id: id, startedAt: number, endsIn: number)]
        all.spent = [.init(id: id, endsIn: number)]
        all.revoked = [.init(id: id, endsIn: number)]
        return all
    }

    private static func operations(_ number: Int64, _ id: TicketID) -> [StoreCall.Operation] {
        [
            .admit(Tick(lineage: 1, seed: [1], marksVersion: number)),
            .enter([.newcomer(id, lane: Int(number)), .returning(id, lane: Int(number), place: .none)]),
            .beat([id]), .claim([id]), .renew([SessionMark(id: id, startedAt: number)]),
            .revoke([id], lasting: number), .control([.opensAt(number), .slotsMax(number), .burst(number)]),
            .restore(recollection(number, id)), .read(PageCursor(section: 0, offset: Int(number))),
            .read(PageCursor(section: Int(number), offset: 0)), .release([id]), .leave([id]),
        ]
    }

    @Test func aLineWithoutLanesHasOne() {
        var rules = RoomRules(rate: .perSecond(10), slotsMax: 1)
        rules.state = .queue
        rules.lanes = []
        var line = Line()
        for number: Int64 in [.min, -1, 0, 1, .max] {
            for operation in Self.operations(number, TicketID(high: 1, low: UInt64(bitPattern: number))) {
                _ = line.apply(StoreCall(room: "r", rules: rules, node: "a", operation: operation), now: 1_000_000)
                #expect(line.structuralFault == nil, "\(operation)")
            }
        }
        #expect(rules.lanes.count == 1)
    }

    @Test(arguments: [1, UInt64.random(in: 2 ... .max)]) func aLineTakesThemAll(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var counts: [Int64] = []
        for _ in 0..<40 {
            var line = Line()
            for _ in 0..<200 {
                let number = Self.numbers.randomElement(using: &random) ?? 0
                let id = TicketID(high: 0, low: UInt64.random(in: 0..<5, using: &random))
                let rules = Self.rules(Self.numbers.randomElement(using: &random) ?? 0)
                let operation = Self.operations(number, id).randomElement(using: &random) ?? .beat([])
                let epoch = Bool.random(using: &random) ? 0 : UInt64(bitPattern: number)
                let call = StoreCall(room: "r", rules: rules, node: "a", epoch: epoch, operation: operation)
                _ = line.apply(call, now: Self.numbers.randomElement(using: &random) ?? 0)
                counts.append(line.totals.admitted)
            }
            _ = line.time(at: .max)
            _ = line.time(at: .min)
        }
        #expect(counts.allSatisfy { $0 >= 0 }, "seed \(seed)")
    }

    private static func answer(_ number: Int64, to call: StoreCall) -> StoreAnswer {
        let outcome: StoreAnswer.Outcome =
            switch call.operation {
            case .enter(let arrivals): .entered(arrivals.map { _ in number < 0 ? .offered : .admitted(startedAt: number) })
            case .claim(let ids): .claimed(ids.map { _ in .granted(startedAt: number) })
            case .beat(let ids): .beaten(ids.map { _ in false })
            case .renew(let sessions): .renewed(sessions.map { _ in .ended })
            case .admit: .admitted(snapshot(number))
            default: .done
            }
        return StoreAnswer(epoch: UInt64(bitPattern: number), lineage: 5, outcome: outcome)
    }

    private static func snapshot(_ number: Int64) -> RoomSnapshot {
        var totals = RoomTotals()
        totals.entered = number
        totals.admitted = number
        totals.replaced = -(number / 2)
        totals.left = number
        totals.abandoned = number
        var controls = RoomControls()
        controls.opensAt = number
        let place = Place(epoch: UInt64(bitPattern: number), number: UInt64(bitPattern: number))
        let lane = LaneView(
            name: "general", waiting: Int(number), head: .none, floor: .none, near: [],
            marks: [RankMark(place: place, rank: Int(number))])
        return RoomSnapshot(
            now: number, phase: .queue, isRestoring: false, lanes: [lane, lane, lane], offered: Int(number),
            sessions: Int(number), fresh: Int(number), totals: totals, controls: controls,
            draw: Draw(epoch: UInt64(bitPattern: number), seed: [], openedFor: number), tail: place, marksVersion: number,
            revoked: [.init(id: TicketID(high: 0, low: 1), endsIn: number)], nodes: [])
    }

    @Test(arguments: [1, UInt64.random(in: 2 ... .max)]) func aNodeTakesThemAll(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        func number() -> Int64 { numbers.randomElement(using: &random) ?? 0 }
        let numbers = Self.numbers
        var told = 0
        for round in 0..<40 {
            var node = RoomNode(room: "r", name: "a", rules: Self.rules(number()), now: number(), dice: { UInt64(round) })
            for step in 0..<200 {
                let id = TicketID(high: 0, low: UInt64.random(in: 0..<5, using: &random))
                let place = Place(epoch: UInt64(bitPattern: number()), number: UInt64(bitPattern: number()))
                switch step % 8 {
                case 0: node.rules = Self.rules(number())
                case 1: _ = node.arrive(UInt64(step), lane: 0, now: number())
                case 2: _ = node.visit(UInt64(step), id: id, lane: 0, place: place, now: number())
                case 3: node.renew(SessionMark(id: id, startedAt: number()), now: number())
                case 4: try? node.revoke(id, lasting: number(), now: number())
                case 5: node.release(id, now: number())
                case 6: node.leave(id, now: number())
                default: told += node.expire(now: number()).count
                }
                guard let call = node.nextCall(now: number()) else { continue }
                let isAnswered = Bool.random(using: &random)
                told +=
                    node.answered(
                        call, isAnswered ? .success(Self.answer(number(), to: call)) : .failure(.unknown("")), now: number()
                    ).count
            }
            if let fault = node.excess { Issue.record("seed \(seed): \(fault)") }
        }
        #expect(told > 0, "seed \(seed)")
    }

    @Test func spansBetweenAnyTwoTimesAreInBounds() {
        for one in Self.numbers {
            for other in Self.numbers {
                let span = TimeBounds.span(from: one, to: other)
                #expect(abs(span) <= TimeBounds.spanMax && (span < 0) == (other < one) && (span == 0) == (one == other))
            }
        }
    }
}
