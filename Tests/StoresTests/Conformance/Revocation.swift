import Admission
import Testing

extension Conformance {
    static let revocation = [
        Scenario("who is revoked is out of line, offer and session, and is kept out") { room in
            try room.begin {
                $0.burst = 1
                $0.state = .queue
            }
            try room.enter(1)
            try room.tick()
            try room.claim(1)
            let start = room.now
            try room.enter(2, 3)
            room.wait(seconds: 0.1)
            try room.tick()
            try room.revoke(1, 2, 3)
            #expect(try room.claim(1, 2, 3) == [.revoked, .revoked, .revoked])
            #expect(try room.enter(1, 2, 3) == [.revoked, .revoked, .revoked])
            #expect(try room.comeBack(3, at: place(3)) == .revoked)
            #expect(try room.renew(1, startedAt: start) == .revoked)
            #expect(try room.beat(3) == [false])
            let after = try room.tick()
            #expect((after.waiting, after.offered, after.sessions, after.totals.ended) == (0, 0, 0, 1))
        },
        Scenario("a revocation ends") { room in
            try room.begin()
            try room.revoke(1, lastingSeconds: 10)
            room.wait(seconds: 9.999_999)
            try room.tick()
            #expect(try room.enter(1) == [.revoked])
            room.wait(seconds: 0.000_001)
            try room.tick()
            #expect(try room.enter(1) == [.admitted(startedAt: room.now)])
        },
        Scenario("the revoked are told with the marks, those that end first first") { room in
            try room.begin()
            try room.revoke(1, lastingSeconds: 20)
            try room.revoke(2, lastingSeconds: 10)
            room.wait(seconds: 1)
            let told = try room.tick()
            let (second, first) = (Recollection.Mark(id: ticket(2), endsIn: 9_000_000), ticket(1))
            #expect(told.revoked == [second, .init(id: first, endsIn: 19_000_000)])
            #expect(try room.tick(marksVersion: told.marksVersion).revoked.isEmpty)
        },
        Scenario("at the ceiling the revocation that would end first gives way") { room in
            try room.begin()
            let crowd = UInt64(Line.revokedMax)
            for from in stride(from: UInt64(1), through: crowd, by: StoreCall.itemsMax) {
                let some = (from..<from + UInt64(StoreCall.itemsMax)).map(ticket)
                #expect(try room.ask(.revoke(some, lasting: 60_000_000 + Microseconds(from))) == .done)
            }
            try room.revoke(crowd + 1, lastingSeconds: 61)
            #expect(try room.claim(1, 2, crowd, crowd + 1) == [.unknown, .revoked, .revoked, .revoked])
        },
    ]
}
