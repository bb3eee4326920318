import Admission
import Testing

extension Conformance {
    static let standstills = [
        Scenario("after an outage nobody is dead, no turn has passed, no offer or session has ended") { room in
            try room.begin {
                $0.state = .queue
                $0.standstillAfter = 3_000_000
                $0.turnGrace = 20_000_000
                $0.claimWindow = 10_000_000
                $0.abandonAfter = 10_000_000
                $0.sessionIdle = 10_000_000
                $0.passLife = 10_000_000
                $0.burst = 2
                $0.slotsMax = 2
            }
            try room.enter(1...5)
            try room.tick()
            let start = room.now
            try room.claim(1)
            room.wait(seconds: 600)
            let after = try room.tick()
            #expect((after.sessions, after.offered, after.waiting, after.fresh) == (1, 1, 3, 3))
            #expect((after.totals.missed, after.totals.abandoned, after.totals.ended) == (0, 0, 0))
            #expect(after.lanes[0].floor == .none && after.now == room.now)
            #expect(try room.claim(1, 2) == [.granted(startedAt: start), .granted(startedAt: room.now)])
        },
        Scenario("an outage saves up no admissions") { room in
            try room.begin {
                $0.state = .queue
                $0.standstillAfter = 3_000_000
                $0.burst = 10
            }
            try room.enter(1...50)
            #expect(try room.tick().offered == 10)
            room.wait(seconds: 3.000_001)
            #expect(try room.tick().offered == 10)
            room.wait(seconds: 3)
            #expect(try room.tick().offered == 20)
        },
        Scenario("what is scheduled and how long a session may last goes by the clock, outage or not") { room in
            try room.begin {
                $0.standstillAfter = 3_000_000
                $0.sessionMax = 60_000_000
                $0.schedule.closesAt = room.now + 100_000_000
            }
            let start = room.now
            try room.enter(1)
            room.wait(seconds: 100)
            let after = try room.tick()
            #expect((after.phase, after.sessions) == (.closed, 1))
            #expect(try room.renew(1, startedAt: start) == .ended)
        },
        Scenario("a clock that is set back does not take the line's time with it") { room in
            try room.begin {
                $0.state = .paused
                $0.abandonAfter = 10_000_000
            }
            try room.enter(1)
            room.wait(seconds: 5)
            try room.tick()
            room.wait(seconds: -3600)
            #expect(try room.tick().waiting == 1)
            room.wait(seconds: 4.999_999)
            #expect(try room.tick().waiting == 1)
            room.wait(seconds: 0.000_001)
            #expect(try room.tick().waiting == 0)
        },
    ]
}
