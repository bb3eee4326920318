import Admission
import Testing

extension Conformance {
    private static let three = [
        LaneRule(name: "vip", share: 50), LaneRule(name: "members", share: 30), LaneRule(name: "general", share: 20),
    ]

    static let lanes = [
        Scenario("three lanes share the rate by their shares") { room in
            try room.begin {
                $0.state = .queue
                $0.lanes = three
                $0.slotsMax = 1000
            }
            for lane in 0..<3 { try room.enter(UInt64(lane) * 1000 + 1...UInt64(lane) * 1000 + 200, lane: lane) }
            // 1 + 10 × 9.9 s.
            try room.tick(forSeconds: 9.9)
            let after = try room.tick()
            #expect(after.totals.admitted == 100)
            #expect(after.lanes.map(\.waiting) == [150, 170, 180])
        },
        Scenario("a lane without anybody leaves its share to the others") { room in
            try room.begin {
                $0.state = .queue
                $0.lanes = three
                $0.slotsMax = 1000
            }
            try room.enter(1...200, lane: 1)
            try room.enter(1001...1200, lane: 2)
            try room.tick(forSeconds: 9.9)
            let after = try room.tick()
            #expect(after.totals.admitted == 100)
            #expect(after.lanes.map(\.waiting) == [0, 140, 160])
        },
        Scenario("a lane saves nothing up while it is empty") { room in
            try room.begin {
                $0.state = .queue
                $0.lanes = three
                $0.slotsMax = 1000
            }
            try room.enter(1001...1200, lane: 2)
            try room.tick(forSeconds: 5)
            let before = try room.tick()
            try room.enter(1...200, lane: 0)
            try room.tick(forSeconds: 7)
            let after = try room.tick()
            #expect(after.totals.admitted - before.totals.admitted == 70)
            // 50 and 20, but for the one that was on its way.
            #expect((149...151).contains(after.lanes[0].waiting))
        },
        Scenario("each lane is admitted in the order of its own places") { room in
            try room.begin {
                $0.state = .queue
                $0.lanes = Array(three.prefix(2))
                $0.burst = 3
            }
            try room.enter(1, 2, lane: 1)
            try room.enter(3, 4, lane: 0)
            let after = try room.tick()
            #expect(after.lanes.map(\.near) == [[], [ticket(2)]])
            #expect(after.lanes.map(\.head) == [place(4), place(1)])
        },
        Scenario("somebody waiting in any lane keeps newcomers of all from being let in at once") { room in
            try room.begin { $0.lanes = three }
            try room.enter(1, 2, lane: 2)
            room.wait(seconds: 1)
            #expect(try room.enter(3, lane: 0) == [.waiting(place(3))])
        },
        Scenario("a lane that the rules do not name any more drains, and is gone when it is empty") { room in
            try room.begin {
                $0.state = .queue
                $0.lanes = Array(three.prefix(2))
                $0.slotsMax = 1000
            }
            try room.enter(1, 2, lane: 0)
            try room.enter(3, 4, lane: 1)
            room.rules.lanes = [three[1]]
            #expect(try room.enter(5, lane: 0) == [.waiting(place(5))])
            let first = try room.tick()
            #expect(first.lanes.map(\.name) == ["members", "vip"])
            #expect(first.waiting == 4)
            let last = try room.tick(forSeconds: 1)
            #expect((last.waiting, last.totals.admitted) == (0, 5))
            #expect(try room.tick().lanes.map(\.name) == ["members"])
        },
        Scenario("lanes follow the rules' order and keep who is in them") { room in
            try room.begin {
                $0.state = .paused
                $0.lanes = three
            }
            for lane in 0..<3 { try room.enter(UInt64(lane) + 1, lane: lane) }
            room.rules.lanes = three.reversed()
            let after = try room.tick()
            #expect(after.lanes.map(\.name) == ["general", "members", "vip"])
            #expect(after.lanes.map(\.near) == [[ticket(3)], [ticket(2)], [ticket(1)]])
        },
    ]
}
