import Admission
import Testing

extension Conformance {
    static let bucketing = [
        Scenario("in no window are more admitted than the rate brings and the burst") { room in
            try room.begin {
                $0.state = .queue
                $0.rate = AdmissionRate(count: 7, perMicroseconds: 3_000_000)
                $0.burst = 4
                $0.slotsMax = 10_000
                $0.claimWindow = 10_000_000_000
            }
            try room.enter(1...300)
            var admitted: [(at: Microseconds, total: Int64)] = []
            var step: Microseconds = 17_000
            for _ in 0..<300 {
                step = step * 48_271 % 2_147_483_647
                room.store.now += step % 400_000
                admitted.append((room.now, try room.tick().totals.admitted))
            }
            for (first, from) in admitted.enumerated() {
                for to in admitted[(first + 1)...] {
                    let most = room.rules.rate.admissions(in: to.at - from.at) + room.rules.burst
                    guard to.total - from.total <= most else {
                        Issue.record("\(to.total - from.total) in \(to.at - from.at) µs")
                        return
                    }
                }
            }
            let time = room.now - 1_790_000_000_000_000
            #expect((admitted.last?.total ?? 0) >= room.rules.rate.admissions(in: time))
        },
        Scenario("a rate that no fraction expresses is exact over an hour") { room in
            try room.begin {
                $0.state = .queue
                $0.rate = AdmissionRate(count: 7, perMicroseconds: 60_000_000)
                $0.burst = 2
                $0.slotsMax = 10_000
                $0.abandonAfter = 10_000_000_000
                $0.claimWindow = 10_000_000_000
            }
            try room.enter(1...500)
            try room.tick()
            for _ in 0..<3600 {
                room.wait(seconds: 1)
                try room.tick()
            }
            #expect(try room.tick().totals.admitted == 2 + 7 * 60)
        },
        Scenario("another rate with another period keeps what was saved, in whole admissions") { room in
            try room.begin {
                $0.state = .queue
                $0.burst = 10
                $0.slotsMax = 4
            }
            try room.enter(1...20)
            #expect(try room.tick().offered == 4)
            room.rules.rate = AdmissionRate(count: 1, perMicroseconds: 3_600_000_000)
            room.rules.slotsMax = 100
            #expect(try room.tick().offered == 10)
            room.wait(seconds: 100)
            let after = try room.tick()
            #expect(after.totals.admitted - after.totals.replaced == 10)
        },
        Scenario("a smaller burst takes effect at once") { room in
            try room.begin {
                $0.state = .queue
                $0.burst = 50
            }
            try room.enter(1...60)
            room.rules.burst = 2
            #expect(try room.tick().offered == 2)
        },
        Scenario("a clock that goes back brings nothing and takes nothing") { room in
            try room.begin { $0.state = .queue }
            try room.enter(1...50)
            try room.tick()
            room.wait(seconds: -60)
            #expect(try room.tick().totals.admitted == 1)
            room.wait(seconds: 0.1)
            #expect(try room.tick().totals.admitted == 2)
        },
        Scenario("a newcomer while the clock is set back does not make time count twice") { room in
            try room.begin { $0.burst = 2 }
            let start = room.now
            #expect(try room.enter(1, 2) == [.admitted(startedAt: start), .admitted(startedAt: start)])
            room.wait(seconds: -10)
            #expect(try room.enter(3) == [.waiting(place(3))])
            try room.leave(3)
            try room.tick()
            #expect(try room.enter(4) == [.waiting(place(4))])
        },
        Scenario("unused time saves up no more than the burst") { room in
            try room.begin {
                $0.state = .queue
                $0.burst = 3
            }
            room.wait(seconds: 3600)
            try room.enter(1...20)
            #expect(try room.tick().offered == 3)
            #expect(try room.tick().offered == 3)
        },
    ]
}
