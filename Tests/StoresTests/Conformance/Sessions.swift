import Admission
import Testing

extension Conformance {
    static let sessions = [
        Scenario("a renewed session keeps its slot, an idle one loses it") { room in
            try room.begin {
                $0.burst = 2
                $0.sessionIdle = 10_000_000
                $0.passLife = 10_000_000
            }
            let start = room.now
            try room.enter(1, 2)
            room.wait(seconds: 6)
            #expect(try room.renew(1, startedAt: start) == .renewed)
            room.wait(seconds: 5)
            let after = try room.tick()
            #expect((after.sessions, after.totals.ended) == (1, 1))
            #expect(try room.renew(1, startedAt: start) == .renewed)
            #expect(try room.renew(2, startedAt: start) == .ended)
        },
        Scenario("a slot outlives every pass that was given for it") { room in
            try room.begin {
                $0.sessionIdle = 1_000_000
                $0.passLife = 10_000_000
            }
            try room.enter(1)
            room.wait(seconds: 9.999_999)
            #expect(try room.tick().sessions == 1)
        },
        Scenario("no session is longer than session_max, however often it is renewed") { room in
            try room.begin { $0.sessionMax = 100_000_000 }
            let start = room.now
            try room.enter(1)
            for _ in 0..<9 {
                room.wait(seconds: 10)
                #expect(try room.renew(1, startedAt: start) == .renewed)
            }
            room.wait(seconds: 9.999_999)
            #expect(try room.renew(1, startedAt: start) == .renewed)
            room.wait(seconds: 0.000_001)
            #expect(try room.renew(1, startedAt: start) == .ended)
            let after = try room.tick()
            #expect((after.sessions, after.totals.ended) == (0, 1))
            #expect(try room.enter(1) == [.spent])
        },
        Scenario("the store knows better than the caller since when a session is") { room in
            try room.begin { $0.sessionMax = 100_000_000 }
            let start = room.now
            try room.enter(1)
            room.wait(seconds: 99)
            #expect(try room.renew(1, startedAt: start - 10_000_000) == .renewed)
            room.wait(seconds: 1)
            #expect(try room.renew(1, startedAt: room.now) == .ended)
        },
        Scenario("a released slot is free at once, and its session has ended") { room in
            try room.begin { $0.slotsMax = 1 }
            let start = room.now
            try room.enter(1)
            try room.release(1)
            #expect(try room.renew(1, startedAt: start) == .ended)
            room.wait(seconds: 0.1)
            #expect(try room.enter(2) == [.admitted(startedAt: room.now)])
            #expect(try room.tick().totals.ended == 1)
        },
        Scenario("a session that the store does not know is put back, even above the cap") { room in
            try room.begin { $0.slotsMax = 1 }
            try room.enter(1)
            let start = room.now - 5_000_000
            #expect(try room.renew(7, startedAt: start) == .renewed)
            let after = try room.tick()
            #expect((after.sessions, after.totals.admitted, after.totals.claimed) == (2, 1, 1))
            #expect(try room.claim(7) == [.granted(startedAt: start)])
            room.wait(seconds: 60)
            #expect(try room.enter(2) == [.waiting(place(2))])
        },
        Scenario("a session that is older than session_max is not put back, and its ticket is spent, wherever it was") {
            room in
            try room.begin {
                $0.sessionMax = 100_000_000
                $0.state = .queue
            }
            try room.enter(1, 2)
            try room.tick()
            for number in UInt64(1)...3 {
                #expect(try room.renew(number, startedAt: room.now - 100_000_000) == .ended)
            }
            #expect(try room.enter(1, 2, 3) == [.spent, .spent, .spent])
            let after = try room.tick()
            #expect((after.offered, after.waiting, after.sessions) == (0, 0, 0))
        },
        Scenario("who waits and shows a session is inside, and in the line no more") { room in
            try room.begin { $0.state = .paused }
            try room.enter(1, 2)
            #expect(try room.renew(1, startedAt: room.now) == .renewed)
            let after = try room.tick()
            #expect((after.waiting, after.sessions, after.lanes[0].near) == (1, 1, [ticket(2)]))
        },
        Scenario("who leaves the line may come back to its place, who leaves its session may not") { room in
            try room.begin()
            try room.enter(1, 2, 3)
            try room.leave(1, 2, 99)
            let after = try room.tick()
            #expect((after.waiting, after.sessions, after.totals.left, after.totals.ended) == (1, 0, 1, 1))
            #expect(try room.comeBack(2, at: place(2)) == .waiting(place(2)))
            #expect(try room.enter(1) == [.spent])
        },
        Scenario("who leaves an offer gives its admission to the next") { room in
            try room.begin {
                $0.state = .queue
                $0.rate = AdmissionRate(count: 1, perMicroseconds: 10_000_000)
            }
            try room.enter(1, 2)
            try room.tick()
            try room.leave(1)
            room.wait(seconds: 10)
            try room.enter(3)
            let after = try room.tick()
            #expect((after.totals.left, after.totals.admitted, after.totals.replaced) == (1, 3, 1))
        },
        Scenario("release of one that waits takes it out for good") { room in
            try room.begin { $0.state = .paused }
            try room.enter(1)
            try room.release(1)
            #expect(try room.enter(1) == [.spent])
            let after = try room.tick()
            #expect((after.waiting, after.totals.ended, after.totals.left) == (0, 0, 0))
        },
    ]
}
