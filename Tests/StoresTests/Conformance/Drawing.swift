import Admission
import Testing

extension Conformance {
    static let drawing = prequeue + byLot + drawnOnce

    /// A pre-queue of ten seconds.
    static func beginPrequeue(_ room: ScriptedRoom) throws -> Draw {
        let snapshot = try room.begin {
            $0.state = .queue
            $0.schedule = Schedule(prequeueAt: room.now, opensAt: room.now + 10_000_000)
        }
        return try #require(snapshot.draw)
    }

    static func enterDrawn(_ room: ScriptedRoom, _ numbers: ClosedRange<UInt64>, _ draw: Draw) throws {
        let arrivals = numbers.map { Arrival.newcomer(ticket($0), lane: 0, drawn: draw.place(of: ticket($0))) }
        let entered = try room.enter(arrivals)
        #expect(entered == arrivals.map { .waiting($0.place ?? .none) })
    }

    private static let prequeue = [
        Scenario("the first tick of a pre-queue makes the draw, in an epoch that nothing else has") { room in
            let draw = try beginPrequeue(room)
            #expect(draw == Draw(epoch: 2, seed: ScriptedRoom.seed))
            #expect(room.epoch == 3 && room.lineage == ScriptedRoom.lineage)
            let again = try room.tick(forSeconds: 3)
            #expect((again.draw, again.phase, again.tail) == (draw, .prequeue, place(0, epoch: 3)))
        },
        Scenario("in a pre-queue nobody has a counted place") { room in
            let draw = try beginPrequeue(room)
            #expect(try room.enter(1) == [.awaitsDraw])
            let wrong: [Place] = [draw.ticketPlace, place(1), place(1, epoch: 3), place(1, epoch: 5)]
            for drawn in wrong {
                #expect(try room.enter([.newcomer(ticket(1), lane: 0, drawn: drawn)]) == [.awaitsDraw])
            }
            try enterDrawn(room, 1...1, draw)
        },
        Scenario("nobody is admitted before the opening; then those drawn are, in the order of the draw") { room in
            let draw = try beginPrequeue(room)
            try enterDrawn(room, 1...20, draw)
            #expect(try room.tick(forSeconds: 9.9).offered == 0)
            let right = (UInt64(1)...20).sorted { draw.place(of: ticket($0)) < draw.place(of: ticket($1)) }.map(ticket)
            #expect(try room.tick().lanes[0].near == right)
            room.wait(seconds: 0.1)
            let opened = try room.tick()
            #expect((opened.phase, opened.offered, opened.draw?.isOpened) == (.queue, 1, true))
            #expect(opened.lanes[0].near == Array(right.dropFirst()))
        },
        Scenario("those drawn precede whoever comes later, and whoever came before the pre-queue precedes them") { room in
            try room.begin { $0.state = .paused }
            try room.enter(90)
            let draw = try beginPrequeue(room)
            try enterDrawn(room, 1...5, draw)
            room.wait(seconds: 10)
            room.rules.state = .paused
            try room.tick()
            #expect(try room.enter(91) == [.waiting(place(1, epoch: 3))])
            let near = try room.tick().lanes[0].near
            #expect((near.count, near.first, near.last) == (7, ticket(90), ticket(91)))
        },
        Scenario("a postponed opening keeps the draw and the places") { room in
            let draw = try beginPrequeue(room)
            try enterDrawn(room, 1...5, draw)
            room.wait(seconds: 9)
            room.rules.schedule.opensAt = room.now + 60_000_000
            let after = try room.tick(forSeconds: 5)
            #expect((after.phase, after.draw, after.waiting) == (.prequeue, draw, 5))
        },
        Scenario("the next pre-queue has a new draw, behind everybody") { room in
            let first = try beginPrequeue(room)
            room.wait(seconds: 10)
            try room.tick()
            room.rules.schedule = Schedule(prequeueAt: room.now, opensAt: room.now + 5_000_000)
            let second = try #require(try room.tick().draw)
            #expect((first.epoch, second.epoch, second.isOpened, room.epoch) == (2, 4, false, 5))
            #expect(try room.enter([.newcomer(ticket(1), lane: 0, drawn: first.place(of: ticket(1)))]) == [.awaitsDraw])
        },
        Scenario("a ticket of a draw comes back to its drawn place, one whose draw nobody knows does not") { room in
            let draw = try beginPrequeue(room)
            let own = draw.place(of: ticket(1))
            #expect(try room.comeBack(1, at: own) == .waiting(own))
            #expect(try room.comeBack(2, at: Place(epoch: 2, number: 0)) == .passed)
            #expect(try room.tick().waiting == 1)
        },
        Scenario("a room without a pre-queue has no draw") { room in
            let begun = try room.begin()
            #expect(begun.draw == nil)
            #expect(room.epoch == 1)
        },
    ]

    private static let byLot = [
        Scenario("by lot, everybody is drawn, whenever one came, and nobody is let in at once") { room in
            let begun = try room.begin {
                $0.method = .random
                $0.burst = 5
            }
            let draw = try #require(begun.draw)
            #expect(try room.enter(1) == [.awaitsDraw])
            try enterDrawn(room, 1...5, draw)
            let before = try room.tick()
            #expect((before.offered, before.waiting) == (5, 0))
            try enterDrawn(room, 6...30, draw)
            let right = (UInt64(6)...30).sorted { draw.place(of: ticket($0)) < draw.place(of: ticket($1)) }.map(ticket)
            #expect(try room.tick().lanes[0].near == right)
        },
        Scenario("by lot, nobody's turn passes") { room in
            let begun = try room.begin {
                $0.method = .random
                $0.state = .queue
                $0.turnGrace = 1_000_000
            }
            let draw = try #require(begun.draw)
            try enterDrawn(room, 1...10, draw)
            room.wait(seconds: 0.1)
            let after = try room.tick(forSeconds: 5)
            #expect(after.lanes[0].floor > .none)
            for number in UInt64(50)...60 {
                let own = draw.place(of: ticket(number))
                #expect(try room.comeBack(number, at: own) == .waiting(own))
            }
        },
        Scenario("by lot, after a close there is a new draw") { room in
            try room.begin { $0.method = .random }
            room.rules.state = .closed
            #expect(try room.tick().draw?.isOpened == true)
            room.rules.state = .queue
            let draw = try #require(try room.tick().draw)
            #expect((draw.epoch, draw.isOpened) == (4, false))
        },
    ]
}
