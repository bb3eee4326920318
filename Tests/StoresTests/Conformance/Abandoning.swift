import Admission
import Testing

extension Conformance {
    static let abandoning = [
        Scenario("who is not seen for abandon_after is dropped, wherever it stands") { room in
            try room.begin {
                $0.state = .paused
                $0.abandonAfter = 10_000_000
            }
            try room.enter(1...5)
            room.wait(seconds: 5)
            #expect(try room.beat(2, 4, 77) == [true, true, false])
            room.wait(seconds: 4.999_999)
            #expect(try room.tick().waiting == 5)
            room.wait(seconds: 0.000_001)
            let after = try room.tick()
            #expect((after.waiting, after.totals.abandoned, after.lanes[0].near) == (2, 3, [2, 4].map(ticket)))
            #expect(try room.beat(1, 2) == [false, true])
        },
        Scenario("entering again counts as seen") { room in
            try room.begin {
                $0.state = .paused
                $0.abandonAfter = 10_000_000
            }
            try room.enter(1)
            room.wait(seconds: 9)
            try room.enter(1)
            room.wait(seconds: 9)
            #expect(try room.tick().waiting == 1)
        },
        Scenario("who was dropped comes back to its own place") { room in
            try room.begin {
                $0.state = .paused
                $0.abandonAfter = 10_000_000
            }
            try room.enter(1, 2)
            room.wait(seconds: 5)
            try room.beat(2)
            room.wait(seconds: 5)
            try room.tick()
            #expect(try room.comeBack(1, at: place(1)) == .waiting(place(1)))
            #expect(try room.tick().lanes[0].near == [1, 2].map(ticket))
        },
        Scenario("nobody is admitted that is not there any more") { room in
            try room.begin {
                $0.state = .queue
                $0.slotsMax = 1
                $0.abandonAfter = 10_000_000
                $0.claimWindow = 60_000_000
            }
            try room.enter(1, 2, 3)
            try room.tick()
            room.wait(seconds: 5)
            try room.beat(3)
            room.wait(seconds: 6)
            try room.claim(1)
            try room.release(1)
            let after = try room.tick()
            #expect((after.offered, after.waiting, after.totals.abandoned) == (1, 0, 1))
            #expect(try room.claim(3) == [.granted(startedAt: room.now)])
        },
        Scenario("no tick drops more than its ceiling, and none of those left over is admitted") { room in
            let crowd = UInt64(Line.dropsPerTickMax) + 200
            try room.begin {
                $0.state = .paused
                $0.abandonAfter = 10_000_000
            }
            try room.enter(1...crowd)
            room.wait(seconds: 10)
            let first = try room.tick()
            #expect((first.waiting, first.totals.abandoned) == (200, Int64(Line.dropsPerTickMax)))
            room.rules.state = .queue
            let second = try room.tick()
            #expect((second.waiting, second.offered, second.totals.abandoned) == (0, 0, Int64(crowd)))
        },
        Scenario("a dead place that no tick has dropped yet is not admitted") { room in
            let crowd = UInt64(Line.dropsPerTickMax) + 10
            try room.begin {
                $0.state = .queue
                $0.slotsMax = 5000
                $0.burst = 5
                $0.abandonAfter = 10_000_000
            }
            room.rules.state = .paused
            try room.enter(1...crowd)
            room.wait(seconds: 10)
            room.rules.state = .queue
            let after = try room.tick()
            #expect((after.waiting, after.offered, after.totals.admitted) == (5, 0, 0))
            #expect(after.totals.abandoned == Int64(crowd) - 5)
        },
        Scenario("fresh are those seen within half of abandon_after") { room in
            try room.begin {
                $0.state = .paused
                $0.abandonAfter = 10_000_000
            }
            try room.enter(1, 2, 3)
            room.wait(seconds: 4.999_999)
            #expect(try room.tick().fresh == 3)
            room.wait(seconds: 0.000_001)
            try room.beat(2)
            let after = try room.tick()
            #expect((after.fresh, after.waiting) == (1, 3))
        },
    ]
}
