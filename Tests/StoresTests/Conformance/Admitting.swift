import Admission
import Testing

extension Conformance {
    static let admitting = [
        Scenario("the line is admitted in the order of its places") { room in
            try room.begin { $0.state = .queue }
            try room.enter(3, 1, 2)
            var order: [UInt64] = []
            for _ in 0..<4 {
                room.wait(seconds: 0.1)
                try room.tick()
                for number: UInt64 in [1, 2, 3] where !order.contains(number) {
                    if try room.enter(number) == [.offered] { order.append(number) }
                }
            }
            #expect(order == [3, 1, 2])
        },
        Scenario("a tick admits what the rate has brought since the last, and no more than the burst") { room in
            try room.begin {
                $0.state = .queue
                $0.burst = 5
            }
            try room.enter(1...50)
            #expect(try room.tick().offered == 5)
            room.wait(seconds: 0.3)
            #expect(try room.tick().offered == 8)
            room.wait(seconds: 60 - 1)
            #expect(try room.tick().offered == 13)
        },
        Scenario("nobody is admitted above the cap, and somebody is when a slot comes free") { room in
            try room.begin {
                $0.state = .queue
                $0.burst = 100
                $0.slotsMax = 3
            }
            try room.enter(1...10)
            #expect(try room.tick().offered == 3)
            try room.claim(1, 2)
            room.wait(seconds: 1)
            let full = try room.tick()
            #expect((full.offered, full.sessions, full.waiting) == (1, 2, 7))
            try room.release(1)
            let after = try room.tick()
            #expect((after.offered, after.sessions, after.waiting) == (2, 1, 6))
            #expect(try room.claim(4) == [.granted(startedAt: room.now)])
        },
        Scenario("many nodes that tick admit no more than one") { room in
            try room.begin { $0.state = .queue }
            try room.enter(1...200)
            for step in 0..<100 {
                room.node = "node-\(step % 7)"
                try room.tick()
                room.wait(seconds: 0.01)
            }
            #expect(try room.tick().totals.admitted == 1 + 10)
        },
        Scenario("an offer that is not claimed ends, is counted, and another is admitted in its place") { room in
            try room.begin {
                $0.state = .queue
                $0.claimWindow = 10_000_000
                $0.burst = 5
            }
            try room.enter(1...5)
            try room.tick()
            try room.enter(6...30)
            room.wait(seconds: 9.999_999)
            try room.beat(6, 7)
            #expect(try room.tick().totals.missed == 0)
            room.wait(seconds: 0.000_001)
            let after = try room.tick()
            #expect((after.totals.missed, after.totals.replaced) == (5, 5))
            #expect(try room.claim(1) == [.unknown])
        },
        Scenario("replacements are no more than the rate brings") { room in
            try room.begin {
                $0.state = .queue
                $0.claimWindow = 1_000_000
                $0.rate = .perSecond(10)
            }
            try room.enter(1...400)
            let after = try room.tick(forSeconds: 10)
            #expect(after.totals.admitted - after.totals.replaced == 101)
            #expect(after.totals.replaced > 50 && after.totals.replaced <= 101)
        },
        Scenario("with nobody waiting nothing is owed") { room in
            try room.begin {
                $0.state = .queue
                $0.claimWindow = 1_000_000
            }
            try room.enter(1...5)
            room.wait(seconds: 0.5)
            try room.tick(forSeconds: 10)
            try room.enter(6...10)
            try room.tick()
            let after = try room.tick()
            #expect((after.totals.missed, after.totals.replaced, after.totals.admitted) == (5, 0, 6))
        },
        Scenario("a paused room admits nobody and keeps its line") { room in
            try room.begin { $0.state = .paused }
            try room.enter(1...5)
            let after = try room.tick(forSeconds: 5)
            #expect((after.phase, after.offered, after.waiting) == (.paused, 0, 5))
        },
        Scenario("a rate of zero admits nobody, not even out of a full bucket") { room in
            try room.begin {
                $0.rate = .perSecond(0)
                $0.burst = 5
            }
            try room.enter(1)
            let after = try room.tick(forSeconds: 5)
            #expect((after.waiting, after.totals.admitted) == (1, 0))
            room.rules.rate = .perSecond(1)
            room.wait(seconds: 1)
            #expect(try room.tick().totals.admitted == 1)
        },
        Scenario("a slot that nobody renews comes free") { room in
            try room.begin {
                $0.slotsMax = 1
                $0.sessionIdle = 20_000_000
                $0.passLife = 30_000_000
            }
            try room.enter(1, 2)
            room.wait(seconds: 29.999_999)
            #expect(try room.tick().sessions == 1)
            room.wait(seconds: 0.000_001)
            let after = try room.tick()
            #expect((after.sessions, after.offered, after.totals.ended) == (0, 1, 1))
        },
        Scenario("a line of thousands is admitted in order, page after page") { room in
            try room.begin {
                $0.state = .queue
                $0.rate = .perSecond(1000)
                $0.burst = 1000
                $0.slotsMax = 5000
            }
            try room.enter(1...3000)
            try room.tick()
            room.wait(seconds: 1)
            let after = try room.tick()
            #expect((after.offered, after.lanes[0].head) == (2000, place(2000)))
            #expect(after.lanes[0].near.first == ticket(2001) && after.lanes[0].near.count == 1000)
        },
    ]
}
