import Admission
import Testing
import TestSupport

/// Thousands in line, whose marks, pages and mass departures have to be those of `Line`: what the random calls over few tickets
/// do not reach.
struct LargeLine {
    let seed: UInt64
    private static let lanes = [LaneRule(name: "vip", share: 3), LaneRule(name: "general", share: 1)]

    func run(on store: some StoreUnderTest, method: RoomMethod) throws {
        var calls = Calls(seed: seed, room: RoomName.next(), method: method)
        var line = Line()
        for step in 0..<160 {
            let call = calls.next(step)
            store.now = calls.now
            let right = line.apply(call, now: calls.now)
            let answer = try store.perform(call)
            guard answer == right else {
                Issue.record(
                    "seed \(seed), \(method), step \(step): \(call.operation)\nthe line \(right)\nthe store \(answer)")
                return
            }
            calls.hear(right, to: call)
        }
        #expect(calls.waitingMost > 2 * RoomSnapshot.nearMax, "seed \(seed): the line was large")
    }

    private struct Calls {
        var now: Microseconds = 1_790_000_000_000_000
        private(set) var waitingMost = 0
        private let room: String
        private var random: SeededRandom
        private var rules: RoomRules
        private var epoch: UInt64 = 0
        private var lineage: UInt64 = 0
        private var draw: Draw?
        private var ids: [TicketID] = []
        private var cursor: PageCursor?
        private var marksVersion: Int64 = 0

        init(seed: UInt64, room: String, method: RoomMethod) {
            random = SeededRandom(seed: seed)
            self.room = room
            rules = RoomRules(rate: .perSecond(400), burst: 150, slotsMax: 3000)
            rules.lanes = LargeLine.lanes
            rules.method = method
            rules.abandonAfter = 20_000_000
            rules.claimWindow = 2_000_000
        }

        mutating func next(_ step: Int) -> StoreCall {
            now += [1_000, 50_000, 400_000][Int(random.next() % 3)]
            return StoreCall(
                room: room, rules: rules, node: "a", epoch: epoch, lineage: lineage, operation: operation(step))
        }

        private mutating func operation(_ step: Int) -> StoreCall.Operation {
            if let cursor { return .read(cursor) }
            if step == 0 { return tick() }
            switch random.next() % (step < 40 ? 5 : 8) {
            case 0, 1: return .enter(newcomers())
            case 2: return step < 60 ? .enter(newcomers()) : .beat(someone())
            case 3, 4: return tick()
            case 5: return .leave(someone())
            case 6: return .claim(someone())
            case 7 where random.next() % 3 == 0: return .read(PageCursor(section: Int(random.next() % 6)))
            default: return .revoke(someone(), lasting: 5_000_000)
            }
        }

        private mutating func tick() -> StoreCall.Operation {
            .admit(
                Tick(
                    lineage: 9, seed: [UInt8](repeating: 3, count: Draw.seedBytes),
                    marksVersion: random.next() % 4 == 0 ? 0 : marksVersion))
        }

        private mutating func newcomers() -> [Arrival] {
            (0..<StoreCall.itemsMax).map { _ in
                let id = TicketID.random(from: &random)
                ids.append(id)
                return .newcomer(id, lane: Int(random.next() % 2), drawn: draw?.place(of: id))
            }
        }

        /// Half of a batch, from anywhere, now and then somebody twice.
        private mutating func someone() -> [TicketID] {
            ids.isEmpty ? [] : (0..<StoreCall.itemsMax / 2).map { _ in ids[Int(random.next() % UInt64(ids.count))] }
        }

        mutating func hear(_ answer: StoreAnswer, to call: StoreCall) {
            (epoch, lineage) = (answer.epoch, answer.lineage)
            switch answer.outcome {
            case .admitted(let snapshot):
                waitingMost = max(waitingMost, snapshot.waiting)
                draw = snapshot.draw
                marksVersion = snapshot.marksVersion
            case .page(let page): cursor = page.next
            default: break
            }
        }
    }
}
