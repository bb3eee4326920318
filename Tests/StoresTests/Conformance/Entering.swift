import Admission
import Testing

extension Conformance {
    static let entering: [Scenario] = enteringQuietRooms + enteringLines

    private static let enteringQuietRooms = [
        Scenario("a newcomer to a quiet room is let in at once") { room in
            try room.begin()
            #expect(try room.enter(1) == [.admitted(startedAt: room.now)])
            let after = try room.tick()
            #expect((after.sessions, after.offered, after.waiting) == (1, 0, 0))
            #expect((after.totals.entered, after.totals.admitted, after.totals.claimed) == (1, 1, 1))
            #expect(after.lanes[0].head == place(1) && after.tail == place(1))
        },
        Scenario("of many newcomers at once the burst is let in and the others wait in their order") { room in
            try room.begin { $0.burst = 2 }
            let at = room.now
            #expect(
                try room.enter(1, 2, 3, 4) == [
                    .admitted(startedAt: at), .admitted(startedAt: at), .waiting(place(3)), .waiting(place(4)),
                ])
        },
        Scenario("nobody is let in at once while somebody waits") { room in
            try room.begin()
            try room.enter(1, 2)
            room.wait(seconds: 10)
            #expect(try room.enter(3) == [.waiting(place(3))])
        },
        Scenario("nobody is let in at once while the room queues") { room in
            try room.begin { $0.state = .queue }
            #expect(try room.enter(1) == [.waiting(place(1))])
        },
        Scenario("nobody is let in at once when the slots are taken") { room in
            try room.begin {
                $0.burst = 10
                $0.slotsMax = 2
            }
            let at = room.now
            #expect(try room.enter(1, 2, 3) == [.admitted(startedAt: at), .admitted(startedAt: at), .waiting(place(3))])
        },
        Scenario("the bucket fills without ticks") { room in
            try room.begin()
            try room.enter(1)
            room.wait(seconds: 0.099_999)
            let early = room.now
            #expect(try room.enter(2) == [.waiting(place(2))])
            try room.leave(2)
            room.wait(seconds: 0.000_001)
            #expect(try room.enter(3) == [.admitted(startedAt: early + 1)])
        },
        Scenario("who is inside and enters again stays inside, since when it was") { room in
            try room.begin()
            let start = room.now
            try room.enter(1)
            room.wait(seconds: 5)
            #expect(try room.enter(1) == [.admitted(startedAt: start)])
            #expect(try room.comeBack(1, at: place(1)) == .admitted(startedAt: start))
            #expect(try room.tick().totals.entered == 1)
        },
    ]

    private static let enteringLines = [
        Scenario("who waits and enters again keeps its place") { room in
            try room.begin { $0.state = .queue }
            try room.enter(1, 2, 3)
            #expect(try room.enter(2) == [.waiting(place(2))])
            #expect(try room.comeBack(2, at: place(900)) == .waiting(place(2)))
            let after = try room.tick()
            #expect((after.totals.entered, after.tail) == (3, place(3)))
        },
        Scenario("twice in one call is once in the line") { room in
            try room.begin { $0.state = .queue }
            #expect(try room.enter(5, 5) == [.waiting(place(1)), .waiting(place(1))])
            #expect(try room.enter(6) == [.waiting(place(2))])
        },
        Scenario("a ticket that the line does not know is put back at its own place") { room in
            try room.begin { $0.state = .paused }
            try room.enter(1, 2, 3, 4)
            try room.leave(2)
            #expect(try room.comeBack(2, at: place(2)) == .waiting(place(2)))
            #expect(try room.tick().lanes[0].near == [1, 2, 3, 4].map(ticket))
        },
        Scenario("of equal places the smaller ticket is first") { room in
            try room.begin { $0.state = .paused }
            for number: UInt64 in [3, 1, 2] { _ = try room.comeBack(number, at: place(7)) }
            #expect(try room.tick().lanes[0].near == [1, 2, 3].map(ticket))
        },
        Scenario("who is asked for by a place that is nobody's is told of, and put nowhere when it is not there") { room in
            let nobodys = Place(epoch: Place.epochMax, number: 0)
            for method in [RoomMethod.fifo, .random] {
                try room.begin {
                    $0.burst = 1
                    $0.method = method
                }
                try room.enter(1, 2)
                try room.release(3)
                try room.revoke(4)
                let start = room.now
                let places = try (1...6).map { try room.comeBack($0, at: nobodys) }
                #expect(places == [.admitted(startedAt: start), .waiting(place(2)), .spent, .revoked, .passed, .passed])
                let after = try room.tick()
                #expect((after.waiting, after.totals.entered) == (1, 2))
            }
        },
        Scenario("a full line takes no newcomer, but its own back") { room in
            try room.begin {
                $0.state = .paused
                $0.waitingMax = 2
            }
            #expect(try room.enter(1, 2, 3) == [.waiting(place(1)), .waiting(place(2)), .full])
            #expect(try room.comeBack(9, at: place(1)) == .waiting(place(1)))
            #expect(try room.enter(2) == [.waiting(place(2))])
            try room.leave(1, 9)
            #expect(try room.enter(3) == [.waiting(place(3))])
        },
        Scenario("a lane that the rules do not have is the last of theirs") { room in
            try room.begin {
                $0.state = .paused
                $0.lanes = [LaneRule(name: "vip", share: 1), LaneRule(name: "general", share: 1)]
            }
            try room.enter(1, lane: 7)
            try room.enter(2, lane: -1)
            #expect(try room.tick().lanes.map(\.near) == [[ticket(2)], [ticket(1)]])
        },
        Scenario("the answers are in the order of the call, whatever they are") { room in
            try room.begin { $0.burst = 1 }
            try room.enter(1)
            try room.revoke(8)
            try room.release(9)
            let start = room.now
            #expect(
                try room.enter(9, 2, 8, 1, 2) == [
                    .spent, .waiting(place(2)), .revoked, .admitted(startedAt: start), .waiting(place(2)),
                ])
        },
    ]
}
