import Testing

@testable import Admission

/// What is promised to a whole crowd, and what becomes of it, in a world of two nodes and a line whose time is given.
@Suite struct PromiseTests {
    struct Play {
        var count = 6000
        var rate: Int64 = 100
        var isGhost: (Int) -> Bool = { _ in false }
        /// Each visit goes to any node.
        var isWandering = false
        var lanes = [LaneRule(name: "general", share: 1)]
        var slotsPerRate: Int64 = 20
    }

    struct Visitor {
        var id: TicketID?
        var place = Place.none
        var promises: [(at: Microseconds, wait: WaitRange)] = []
        var admittedAt: Microseconds?
    }

    static let step: Microseconds = 50_000
    static let ghostsLeaveAt: Microseconds = 3_000_000

    /// The error of what was promised once it could be known who had gone, and how wide the promises were.
    static func outcome(_ play: Play) -> (errors: [Double], widths: [Double]) {
        var crowd = Crowd(play)
        crowd.run()
        var errors: [Double] = []
        var widths: [Double] = []
        for visitor in crowd.visitors {
            for promise in visitor.promises where promise.at > ghostsLeaveAt + crowd.rules.abandonAfter / 2 {
                guard let end = visitor.admittedAt, end - promise.at >= 5_000_000 else { continue }
                let kept = PromiseLedger.Kept(promised: promise.wait, actual: end - promise.at)
                errors.append(kept.error)
                widths.append(Double(promise.wait.high - promise.wait.low) / Double(kept.actual))
            }
        }
        return (errors.sorted(), widths.sorted())
    }

    struct Crowd {
        let play: Play
        let rules: RoomRules
        var visitors: [Visitor]
        private var line = Line()
        private var nodes: [RoomNode]
        private var due: [Int: [Int]] = [:]
        private var leaving: [Int: [(node: Int, id: TicketID)]] = [:]
        private var now: Microseconds = 0
        private var left = 0
        private var dice = SystemlessDice(state: 7)

        init(_ play: Play) {
            self.play = play
            var rules = RoomRules(rate: .perSecond(play.rate), slotsMax: play.rate * play.slotsPerRate)
            rules.state = .queue
            rules.abandonAfter = 12_000_000
            rules.claimWindow = 6_000_000
            rules.lanes = play.lanes
            self.rules = rules
            visitors = Array(repeating: Visitor(), count: play.count)
            nodes = (0..<2).map { number in
                let dice = SharedDice(SystemlessDice(state: UInt64(number) + 1))
                return RoomNode(room: "room", name: "node-\(number)", rules: rules, now: 0, dice: { dice.next() })
            }
            left = play.count
            for at in visitors.indices { ask(at, in: 2_000_000 * Microseconds(at) / Microseconds(play.count)) }
        }

        private mutating func ask(_ at: Int, in time: Microseconds) {
            due[Int((now + time) / PromiseTests.step) + 1, default: []].append(at)
        }

        mutating func run() {
            var number = 0
            while left > 0, number < 10_000 {
                number += 1
                now = Microseconds(number) * PromiseTests.step
                for at in due.removeValue(forKey: number) ?? [] { come(at) }
                for one in leaving.removeValue(forKey: number) ?? [] { nodes[one.node].release(one.id, now: now) }
                for node in nodes.indices {
                    while let call = nodes[node].nextCall(now: now) {
                        let answer = line.apply(call, now: now)
                        for told in nodes[node].answered(call, .success(answer), now: now) {
                            hear(told.reply, Int(told.ask))
                        }
                    }
                }
            }
        }

        private mutating func come(_ at: Int) {
            if play.isGhost(at), now > PromiseTests.ghostsLeaveAt {
                left -= 1
                return
            }
            let node = play.isWandering ? Int(dice.next() % 2) : at % 2
            let lane = at % 4 == 0 ? 0 : play.lanes.count - 1
            let visitor = visitors[at]
            let reply =
                if let id = visitor.id {
                    nodes[node].visit(UInt64(at), id: id, lane: lane, place: visitor.place, now: now)
                } else {
                    nodes[node].arrive(UInt64(at), lane: lane, now: now)
                }
            if let reply { hear(reply, at) }
        }

        private mutating func hear(_ reply: Reply, _ at: Int) {
            switch reply {
            case .waiting(let standing):
                visitors[at].id = standing.id
                visitors[at].place = standing.place
                if let wait = standing.outlook.wait { visitors[at].promises.append((now, wait)) }
                ask(at, in: standing.outlook.pollAfter)
            case .admitted(let id, _):
                visitors[at].admittedAt = now
                left -= 1
                leaving[Int((now + 1_000_000) / PromiseTests.step), default: []].append((at % 2, id))
            default: ask(at, in: 1_000_000)
            }
        }
    }

    static func check(_ play: Play, p90: Double, width: Double, _ source: SourceLocation = #_sourceLocation) {
        let (errors, widths) = outcome(play)
        #expect(errors.count > 1000, sourceLocation: source)
        guard !errors.isEmpty else { return }
        #expect(errors[errors.count * 9 / 10] <= p90, sourceLocation: source)
        #expect(widths[widths.count / 2] <= width, sourceLocation: source)
    }

    @Test func everybodyStays() { Self.check(Play(), p90: 0.02, width: 0.14) }

    @Test func everySecondOneGoes() { Self.check(Play(isGhost: { $0 / 2 % 2 == 0 }), p90: 0.07, width: 0.15) }

    @Test func everyFourthOneGoes() { Self.check(Play(isGhost: { $0 / 2 % 4 == 0 }), p90: 0.05, width: 0.15) }

    @Test func theFrontGoes() { Self.check(Play(isGhost: { $0 < 3000 }), p90: 0.06, width: 0.15) }

    @Test func theBackGoes() { Self.check(Play(isGhost: { $0 >= 3000 }), p90: 0.06, width: 0.15) }

    @Test func visitorsComeToAnyNode() { Self.check(Play(isWandering: true), p90: 0.02, width: 0.14) }

    @Test func visitorsComeToAnyNodeAndEverySecondOneGoes() {
        Self.check(Play(isGhost: { $0 / 2 % 2 == 0 }, isWandering: true), p90: 0.08, width: 0.25)
    }

    @Test func aLaneRunsDry() {
        let lanes = [LaneRule(name: "vip", share: 3), LaneRule(name: "general", share: 1)]
        Self.check(Play(lanes: lanes), p90: 0.06, width: 0.15)
    }

    @Test func theCapHoldsTheLineUp() { Self.check(Play(slotsPerRate: 1), p90: 0.1, width: 0.15) }
}

/// SplitMix64: the same in every run.
private struct SystemlessDice {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
        return word ^ word >> 31
    }
}

private final class SharedDice: @unchecked Sendable {  // a test's world lives on one thread
    private var dice: SystemlessDice

    init(_ dice: SystemlessDice) { self.dice = dice }

    func next() -> UInt64 { dice.next() }
}
