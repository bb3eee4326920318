import Admission
import Testing

extension Conformance {
    static let claiming = [
        Scenario("a claim gives the pass once, and the same again while the session goes on") { room in
            try room.begin { $0.state = .queue }
            try room.enter(1)
            try room.tick()
            let start = room.now
            #expect(try room.claim(1) == [.granted(startedAt: start)])
            room.wait(seconds: 30)
            #expect(try room.claim(1, 1) == [.granted(startedAt: start), .granted(startedAt: start)])
            let after = try room.tick()
            #expect((after.totals.claimed, after.sessions, after.offered) == (1, 1, 0))
        },
        Scenario("who waits does not get a pass") { room in
            try room.begin { $0.state = .paused }
            try room.enter(1)
            try room.tick()
            #expect(try room.claim(1) == [.waiting])
        },
        Scenario("whom nobody knows has to enter") { room in
            try room.begin()
            #expect(try room.claim(1) == [.unknown])
        },
        Scenario("after its session a ticket is spent: no pass, no place, not even its own") { room in
            try room.begin()
            try room.enter(1)
            try room.release(1)
            #expect(try room.claim(1) == [.spent])
            #expect(try room.enter(1) == [.spent])
            #expect(try room.comeBack(1, at: place(1)) == .spent)
            #expect(try room.tick().waiting == 0)
        },
        Scenario("a spent ticket never comes back to the front, at no time") { room in
            try room.begin {
                $0.turnGrace = 30_000_000
                $0.passLife = 1_000_000
                $0.sessionIdle = 1_000_000
            }
            room.wait(seconds: 1)
            try room.tick()
            try room.enter(1)
            try room.release(1)
            for _ in 0..<400 {
                room.wait(seconds: 0.1)
                try room.tick()
                let answer = try room.comeBack(1, at: place(1))
                guard answer == .spent || answer == .passed else {
                    Issue.record("\(answer)")
                    return
                }
            }
            #expect(try room.comeBack(1, at: place(1)) == .passed)
        },
        Scenario("whose session expired is spent within turn_grace of its claim") { room in
            try room.begin {
                $0.sessionIdle = 1_000_000
                $0.passLife = 1_000_000
                $0.turnGrace = 60_000_000
            }
            try room.enter(1)
            room.wait(seconds: 5)
            #expect(try room.tick().sessions == 0)
            #expect(try room.claim(1) == [.spent])
            #expect(try room.comeBack(1, at: place(1)) == .spent)
        },
        Scenario("within turn_grace a missed turn is taken at the front, later it has passed") { room in
            try room.begin {
                $0.state = .queue
                $0.claimWindow = 5_000_000
                $0.turnGrace = 60_000_000
                $0.slotsMax = 1
            }
            try room.enter(1...3)
            try room.tick()
            room.wait(seconds: 5)
            try room.tick()
            #expect(try room.claim(2) == [.granted(startedAt: room.now)])
            #expect(try room.comeBack(1, at: place(1)) == .waiting(place(1)))
            #expect(try room.tick().lanes[0].near == [1, 3].map(ticket))
            try room.leave(1)
            // Long enough for the marks of what was admitted when.
            for _ in 0..<70 {
                room.wait(seconds: 1)
                try room.tick()
            }
            #expect(try room.comeBack(1, at: place(1)) == .passed)
            #expect(try room.tick().lanes[0].floor == place(2))
        },
        Scenario("the floor is what the head was turn_grace ago") { room in
            try room.begin {
                $0.turnGrace = 10_000_000
                $0.state = .queue
            }
            try room.enter(1, 2)
            try room.tick()
            room.wait(seconds: 9.999_999)
            #expect(try room.tick().lanes[0].floor == .none)
            room.wait(seconds: 0.000_001)
            let after = try room.tick()
            #expect((after.lanes[0].floor, after.lanes[0].head) == (place(1), place(2)))
        },
    ]
}
