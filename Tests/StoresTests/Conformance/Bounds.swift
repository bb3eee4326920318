import Admission
import Testing

extension Conformance {
    /// Absurd numbers are brought into bounds by all stores alike.
    static let bounds = [
        Scenario("whoever is revoked for ever is revoked for a hundred years, for less than nothing not at all") { room in
            try room.begin()
            #expect(try room.ask(.revoke([ticket(1)], lasting: .max)) == .done)
            #expect(try room.ask(.revoke([ticket(2)], lasting: .min)) == .done)
            room.wait(seconds: 1)
            let told = try room.tick()
            #expect(told.revoked == [.init(id: ticket(1), endsIn: TimeBounds.spanMax - 1_000_000)])
        },
        Scenario("a recollection of absurd numbers is taken in as every store does") { room in
            var line = Line()
            func ask(_ operation: StoreCall.Operation) throws {
                let call = StoreCall(room: room.name, rules: room.rules, node: "a", operation: operation)
                #expect(try room.store.perform(call) == line.apply(call, now: room.now), "\(operation)")
            }
            room.rules.sessionMax = .max
            room.rules.claimWindow = .max
            room.rules.turnGrace = .max
            room.rules.abandonAfter = .max
            room.rules.slotsMax = .max
            for (round, number) in ([.min, -1, 0, .max] as [Int64]).enumerated() {
                let first = UInt64(round * 10)
                var account = Recollection(
                    epoch: UInt64(round + 1), lineage: 3, watermarks: Watermarks(epoch: 1), nodes: [], isComplete: true)
                account.watermarks.controls.version = number
                account.watermarks.controls.opensAt = number == .max ? nil : number
                account.watermarks.draw = Draw(epoch: 1, seed: [1], isOpened: true, openedFor: number)
                account.waiting = [.init(id: ticket(first), lane: .max, place: place(7), seenAgo: number)]
                account.sessions = [.init(id: ticket(first + 1), startedAt: number, endsIn: number)]
                account.spent = [.init(id: ticket(first + 2), endsIn: number)]
                account.revoked = [.init(id: ticket(first + 3), endsIn: number)]
                try ask(.restore(account))
                for section in 0..<5 { try ask(.read(PageCursor(section: section))) }
                try ask(.control([.opensAt(number)]))
                try ask(.renew([SessionMark(id: ticket(first + 4), startedAt: number)]))
                try ask(.enter([.newcomer(ticket(first + 5), lane: .min)]))
                room.wait(seconds: 1)
                try ask(.admit(Tick(lineage: 1, seed: ScriptedRoom.seed)))
                try ask(.claim((first...first + 5).map(ticket)))
                for section in 0..<5 { try ask(.read(PageCursor(section: section))) }
            }
        },
    ]
}
