import Admission
import Testing

extension Conformance {
    static let controlling = [
        Scenario("a live rate wins over the file until it is taken back") { room in
            try room.begin {
                $0.state = .queue
                $0.slotsMax = 10_000
            }
            try room.enter(1...900)
            try room.tick()
            try room.control(.rate(.perSecond(100)))
            room.rules.rate = .perSecond(1)
            let fast = try room.tick(forSeconds: 2)
            #expect(fast.totals.admitted == 201)
            #expect(fast.controls.rate == .perSecond(100) && fast.controls.version == 1)
            try room.control(.rate(nil))
            let slow = try room.tick(forSeconds: 2)
            #expect(slow.totals.admitted == 203)
            #expect(slow.controls.rate == nil && slow.controls.version == 2)
        },
        Scenario("a live rate has the burst that goes with it, unless one was set live") { room in
            try room.begin {
                $0.state = .queue
                $0.slotsMax = 10_000
            }
            try room.enter(1...400)
            try room.control(.rate(.perSecond(100)))
            room.wait(seconds: 60)
            #expect(try room.tick().offered == 52)
            try room.control(.burst(40))
            room.wait(seconds: 1)
            try room.tick()
            #expect(try room.tick().totals.admitted == 92)
        },
        Scenario("a live rate that is slow is reached all the same, though ticks come late") { room in
            try room.begin {
                $0.state = .queue
                $0.slotsMax = 10_000
                $0.claimWindow = 10_000_000_000
            }
            try room.enter(1...100)
            try room.control(.rate(AdmissionRate(count: 100, perMicroseconds: 60_000_000)))
            try room.tick()
            for _ in 0..<300 {
                room.wait(seconds: 0.1)
                try room.tick()
            }
            // What the first tick found in the bucket, and fifty in half a minute.
            #expect(try room.tick().totals.admitted == 1 + 50)
        },
        Scenario("a live cap is obeyed at once, and a smaller one throws nobody out") { room in
            try room.begin {
                $0.burst = 10
                $0.state = .queue
            }
            try room.enter(1...20)
            #expect(try room.tick().offered == 10)
            try room.control(.slotsMax(5))
            #expect(try room.tick(forSeconds: 3).offered == 10)
            try room.control(.slotsMax(12))
            #expect(try room.tick().offered == 12)
        },
        Scenario("an operator pauses and goes on") { room in
            try room.begin { $0.state = .queue }
            try room.enter(1...20)
            try room.control(.state(.paused), .message("One moment, please."))
            let paused = try room.tick(forSeconds: 1)
            #expect((paused.phase, paused.offered, paused.controls.message) == (.paused, 0, "One moment, please."))
            try room.control(.state(nil), .message(nil))
            let after = try room.tick()
            #expect((after.phase, after.offered, after.controls.message) == (.queue, 1, nil))
        },
        Scenario("no change is a change too: it can be seen that it was done") { room in
            try room.begin()
            try room.control()
            #expect(try room.tick().controls.version == 1)
        },
        Scenario("of two changes in one call the last counts") { room in
            try room.begin()
            try room.control(.burst(5), .burst(nil), .slotsMax(3), .slotsMax(4))
            let controls = try room.tick().controls
            #expect((controls.burst, controls.slotsMax, controls.version) == (nil, 4, 1))
        },
        Scenario("who is let in at once is bound by the live rules") { room in
            try room.begin { $0.burst = 10 }
            try room.control(.slotsMax(1))
            let start = room.now
            #expect(try room.enter(1, 2) == [.admitted(startedAt: start), .waiting(place(2))])
            try room.control(.state(.open))
            #expect(try room.enter(3) == [.open])
        },
    ]
}
