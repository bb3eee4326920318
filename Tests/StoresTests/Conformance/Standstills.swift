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
        Scenario("what is brought back to a line that stood still ends as if no time had passed") { room in
            try room.begin {
                $0.state = .paused
                $0.standstillAfter = 3_000_000
                $0.abandonAfter = 10_000_000
            }
            room.wait(seconds: 600)
            var news = Recollection(
                epoch: room.epoch, lineage: room.lineage, watermarks: Watermarks(epoch: room.epoch), nodes: [],
                isComplete: true)
            news.waiting = [.init(id: ticket(1), lane: 0, place: place(1), seenAgo: 4_000_000)]
            news.sessions = [.init(id: ticket(2), startedAt: room.now, endsIn: 5_000_000)]
            try room.restore(news)
            #expect(try room.tick(forSeconds: 4.9).sessions == 1)
            let ended = try room.tick(forSeconds: 0.2)
            #expect((ended.sessions, ended.waiting) == (0, 1))
            #expect(try room.tick(forSeconds: 1).waiting == 0)
        },
        Scenario("what is brought back after the clock was set back does not end early") { room in
            try room.begin { $0.state = .paused }
            room.wait(seconds: -600)
            var news = Recollection(
                epoch: room.epoch, lineage: room.lineage, watermarks: Watermarks(epoch: room.epoch), nodes: [],
                isComplete: true)
            news.sessions = [.init(id: ticket(2), startedAt: room.now, endsIn: 5_000_000)]
            try room.restore(news)
            #expect(try room.tick(forSeconds: 4.9).sessions == 1)
            #expect(try room.tick(forSeconds: 0.2).sessions == 0)
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
