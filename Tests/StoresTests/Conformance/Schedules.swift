import Admission
import Testing

extension Conformance {
    static let schedules = [
        Scenario("before the opening nobody enters, and the phase says so") { room in
            try room.begin { $0.schedule.opensAt = room.now + 10_000_000 }
            #expect(try room.enter(1) == [.notYet])
            #expect(try room.comeBack(1, at: place(1)) == .notYet)
            room.wait(seconds: 9.999_999)
            #expect(try room.tick().phase == .before)
            room.wait(seconds: 0.000_001)
            #expect(try room.tick().phase == .auto)
            #expect(try room.enter(1) == [.admitted(startedAt: room.now)])
        },
        Scenario("after the close nobody enters or is admitted; sessions go on") { room in
            try room.begin { $0.schedule.closesAt = room.now + 10_000_000 }
            let start = room.now
            try room.enter(1, 2)
            room.wait(seconds: 10)
            let after = try room.tick()
            #expect((after.phase, after.offered, after.sessions, after.waiting) == (.closed, 0, 1, 1))
            #expect(try room.enter(3) == [.closed])
            #expect(try room.renew(1, startedAt: start) == .renewed)
        },
        Scenario("closed by an operator is closed, whatever the schedule says") { room in
            try room.begin {
                $0.state = .closed
                $0.schedule = Schedule(prequeueAt: room.now - 1, opensAt: room.now + 10_000_000)
            }
            #expect(try room.tick().phase == .closed)
            #expect(try room.enter(1) == [.closed])
        },
        Scenario("an open room has no line, but knows who is inside") { room in
            try room.begin { $0.state = .open }
            #expect(try room.enter(1) == [.open])
            #expect(try room.renew(2, startedAt: room.now) == .renewed)
            #expect(try room.enter(2) == [.admitted(startedAt: room.now)])
            let after = try room.tick()
            #expect((after.phase, after.waiting, after.sessions) == (.open, 0, 1))
        },
        Scenario("who waits when a room opens is not admitted, and not forgotten") { room in
            try room.begin { $0.state = .paused }
            try room.enter(1)
            room.rules.state = .open
            #expect(try room.tick(forSeconds: 1).waiting == 1)
            #expect(try room.enter(1) == [.waiting(place(1))])
        },
        Scenario("an opening that is moved live is obeyed") { room in
            try room.begin { $0.schedule.opensAt = room.now + 10_000_000 }
            try room.control(.opensAt(room.now + 5_000_000))
            room.wait(seconds: 5)
            #expect(try room.tick().phase == .auto)
        },
    ]
}
