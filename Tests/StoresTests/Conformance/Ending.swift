import Admission
import Testing

extension Conformance {
    static let ending = [
        Scenario("whoever has not heard of the end of a session is told with its tick, and only then") { room in
            try room.begin { $0.burst = 5 }
            try room.enter(1...5)
            let before = try room.tick()
            #expect(before.ended.isEmpty && before.endedUpTo == 0)
            try room.release(3, 1)
            try room.leave(2)
            let told = try room.tick()
            #expect(told.ended == [ticket(3), ticket(1), ticket(2)])
            #expect(try room.tick().ended == told.ended, "another, who has heard of none")
            let heard = try room.tick(endedUpTo: told.endedUpTo)
            #expect(heard.ended.isEmpty && heard.endedUpTo == told.endedUpTo)
            try room.release(4)
            #expect(try room.tick(endedUpTo: told.endedUpTo).ended == [ticket(4)])
        },
        Scenario("an ending is told once, however often it is asked for") { room in
            try room.begin()
            try room.enter(1)
            try room.release(1, 1)
            let told = try room.tick()
            try room.release(1)
            room.wait(seconds: 1)
            try room.leave(1)
            #expect(told.ended == [ticket(1)])
            #expect(try room.tick(endedUpTo: told.endedUpTo).ended.isEmpty)
        },
        Scenario("whoever leaves the line, is revoked, or lets its session run out has not ended") { room in
            try room.begin {
                $0.state = .queue
                $0.sessionIdle = 20_000_000
                $0.passLife = 10_000_000
            }
            try room.enter(1...4)
            try room.tick()
            try room.claim(1)
            try room.leave(2)
            try room.revoke(3)
            room.wait(seconds: 30)
            let after = try room.tick()
            #expect(after.sessions == 0 && after.ended.isEmpty)
        },
        Scenario("a session that has become too old has ended") { room in
            try room.begin { $0.sessionMax = 100_000_000 }
            let start = room.now
            try room.enter(1)
            room.wait(seconds: 100)
            #expect(try room.renew(1, startedAt: start) == .ended)
            #expect(try room.tick().ended == [ticket(1)])
        },
        Scenario("an ending is remembered for as long as a pass can be out") { room in
            try room.begin { $0.passLife = 10_000_000 }
            try room.enter(1)
            try room.release(1)
            room.wait(seconds: Double(room.rules.endedLife) / 1e6 - 0.000_001)
            #expect(try room.tick().ended == [ticket(1)])
            room.wait(seconds: 0.000_001)
            #expect(try room.tick().ended.isEmpty)
        },
        Scenario("a session that has ended is not brought back") { room in
            try room.begin()
            try room.release(1)
            var memory = Recollection(
                epoch: room.epoch, lineage: room.lineage, watermarks: Watermarks(), nodes: [], isComplete: true)
            memory.sessions = [1, 2].map { .init(id: ticket($0), startedAt: room.now, endsIn: 60_000_000) }
            try room.restore(memory)
            #expect(try room.tick().sessions == 1)
            #expect(try room.claim(1, 2) == [.spent, .granted(startedAt: room.now)])
        },
        Scenario("a tick tells so many endings, and the next the rest") { room in
            try room.begin()
            let all = (1...UInt64(Line.endedPerTickMax + 300)).map(ticket)
            for from in stride(from: 0, to: all.count, by: StoreCall.itemsMax) {
                let some = Array(all[from..<min(from + StoreCall.itemsMax, all.count)])
                #expect(try room.ask(.release(some)) == .done)
            }
            let first = try room.tick()
            #expect(first.ended == Array(all.prefix(Line.endedPerTickMax)))
            #expect(try room.tick(endedUpTo: first.endedUpTo).ended == Array(all.suffix(300)))
        },
    ]
}
