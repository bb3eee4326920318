import Admission
import Testing

extension Conformance {
    static let snapshots = [
        Scenario("the first of a lane are told one by one, the rest by marks") { room in
            try room.begin { $0.state = .paused }
            let near = UInt64(RoomSnapshot.nearMax)
            try room.enter(1...near + 640)
            room.wait(seconds: 1)
            let lane = try room.tick().lanes[0]
            #expect(lane.waiting == Int(near) + 640)
            #expect(lane.near == (1...near).map(ticket))
            #expect(lane.marks.count == RoomSnapshot.marksMax + 1)
            #expect(lane.marks.first == RankMark(place: place(near), rank: Int(near) - 1))
            #expect(lane.marks.dropFirst().first == RankMark(place: place(near + 10), rank: Int(near) + 9))
            #expect(lane.marks.last == RankMark(place: place(near + 640), rank: Int(near) + 639))
            #expect(lane.marks.map { Int($0.place.number) - 1 } == lane.marks.map(\.rank))
        },
        Scenario("a short rest has a mark for each") { room in
            try room.begin { $0.state = .paused }
            let near = UInt64(RoomSnapshot.nearMax)
            try room.enter(1...near + 3)
            room.wait(seconds: 1)
            #expect(try room.tick().lanes[0].marks.map(\.rank) == [near - 1, near, near + 1, near + 2].map(Int.init))
        },
        Scenario("marks are a second old at most, and are sent to who has others") { room in
            let first = try room.begin { $0.state = .paused }
            try room.enter(1...1100)
            room.wait(seconds: 0.999_999)
            let same = try room.tick()
            #expect(same.marksVersion == first.marksVersion && same.lanes[0].marks.isEmpty)
            room.wait(seconds: 0.000_001)
            let next = try room.tick(marksVersion: first.marksVersion)
            #expect(next.marksVersion == first.marksVersion + 1 && next.lanes[0].marks.count == 65)
            #expect(try room.tick(marksVersion: next.marksVersion).lanes[0].marks.isEmpty)
            #expect(try room.tick(marksVersion: 0).lanes[0].marks == next.lanes[0].marks)
        },
        Scenario("a snapshot names the nodes heard from within three seconds") { room in
            for name in ["b", "ä", "a-10", "a-9"] {
                room.node = name
                try room.tick()
            }
            #expect(try room.tick().nodes == ["a-10", "a-9", "b", "ä"])
            room.wait(seconds: 2.999_999)
            room.node = "b"
            #expect(try room.tick().nodes == ["a-10", "a-9", "b", "ä"])
            room.wait(seconds: 0.000_001)
            #expect(try room.tick().nodes == ["b"])
        },
        Scenario("totals count everything once") { room in
            try room.begin {
                $0.state = .queue
                $0.burst = 3
                $0.claimWindow = 10_000_000
                $0.abandonAfter = 20_000_000
            }
            try room.enter(1...8)
            try room.tick()
            try room.claim(1, 2)
            try room.release(1)
            room.wait(seconds: 10)
            room.rules.state = .paused
            try room.tick()
            try room.leave(4)
            room.wait(seconds: 10)
            let after = try room.tick()
            var right = RoomTotals()
            (right.entered, right.admitted, right.claimed, right.missed) = (8, 3, 2, 1)
            (right.left, right.abandoned, right.ended) = (1, 4, 1)
            #expect(after.totals == right)
            #expect((after.offered, after.sessions, after.waiting, after.now) == (0, 1, 0, room.now))
        },
    ]
}
