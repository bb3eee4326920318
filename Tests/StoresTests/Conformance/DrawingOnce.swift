import Admission
import Testing

extension Conformance {
    /// For one opening there is one draw, whatever the clock says.
    static let drawnOnce = [
        Scenario("a clock that is set back across the opening does not draw again, and who comes then is counted") { room in
            let draw = try beginPrequeue(room)
            let opensAt = room.now + 10_000_000
            try enterDrawn(room, 1...3, draw)
            room.rules.state = .paused
            room.wait(seconds: 10)
            let opened = try #require(try room.tick().draw)
            #expect(opened == Draw(epoch: 2, seed: ScriptedRoom.seed, isOpened: true, openedFor: opensAt))
            #expect(try room.enter(50) == [.waiting(place(1, epoch: 3))])
            room.wait(seconds: -5)
            let again = try room.tick()
            #expect((again.phase, again.draw, room.epoch) == (.prequeue, opened, 3))
            #expect(
                try room.enter([.newcomer(ticket(51), lane: 0, drawn: draw.place(of: ticket(51)))]) == [
                    .waiting(place(2, epoch: 3))
                ])
            let own = draw.place(of: ticket(4))
            #expect(try room.comeBack(4, at: own) == .waiting(own))
            room.wait(seconds: 5)
            let after = try room.tick()
            #expect((after.phase, after.draw, after.waiting) == (.paused, opened, 6))
        },
        Scenario("a store whose clock is behind does not draw again for an opening that was elsewhere") { room in
            room.rules.schedule = Schedule(prequeueAt: room.now - 5_000_000, opensAt: room.now + 3_000_000)
            let opened = Draw(epoch: 4, seed: [1], isOpened: true, openedFor: room.now + 3_000_000)
            var account = Recollection(
                epoch: 6, lineage: 99, watermarks: Watermarks(epoch: 6), nodes: [], isComplete: true)
            account.watermarks.draw = opened
            try room.restore(account)
            let told = try room.tick()
            #expect((told.phase, told.draw, room.epoch) == (.prequeue, opened, 6))
            room.rules.schedule.opensAt = room.now + 3_000_001
            #expect(try room.enter([.newcomer(ticket(1), lane: 0, drawn: opened.place(of: ticket(1)))]) == [.awaitsDraw])
            let next = try room.tick()
            #expect(next.draw == Draw(epoch: 7, seed: ScriptedRoom.seed))
        },
        Scenario("a pre-queue that an operator closes keeps its draw secret, and goes on with it") { room in
            let draw = try beginPrequeue(room)
            try enterDrawn(room, 1...1, draw)
            room.rules.state = .closed
            #expect(try room.tick().draw == draw)
            room.rules.state = .queue
            try enterDrawn(room, 2...2, draw)
            #expect(try room.tick().draw == draw)
            room.wait(seconds: 10)
            room.rules.state = .closed
            #expect(try room.tick().draw?.isOpened == true)
        },
        Scenario("by lot, a clock that is set back across the close does not draw again; a later close does") { room in
            let closesAt = room.now + 10_000_000
            let begun = try room.begin {
                $0.method = .random
                $0.state = .queue
                $0.schedule.closesAt = closesAt
            }
            let draw = try #require(begun.draw)
            room.wait(seconds: 10)
            #expect(try room.tick().draw?.openedFor == closesAt)
            room.wait(seconds: -1)
            let again = try room.tick()
            #expect((again.phase, again.draw?.epoch, again.draw?.isOpened) == (.queue, draw.epoch, true))
            #expect(try room.enter(1) == [.waiting(place(1, epoch: 3))])
            room.rules.schedule.closesAt = closesAt + 1
            #expect(try room.enter(2) == [.awaitsDraw])
            #expect(try room.tick().draw == Draw(epoch: 4, seed: ScriptedRoom.seed))
        },
    ]
}
