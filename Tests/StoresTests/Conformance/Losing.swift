import Admission
import Testing

extension Conformance {
    static let losing = lost + restoring + restored + denied

    private static func recollection(epoch: UInt64, nodes: [String] = [], isComplete: Bool = true) -> Recollection {
        Recollection(
            epoch: epoch, lineage: 99, watermarks: Watermarks(epoch: epoch), nodes: nodes, isComplete: isComplete)
    }

    private static let lost = [
        Scenario("an empty store does nothing for who knows a line") { room in
            (room.epoch, room.lineage) = (3, 5)
            for operation in oneOfEach {
                let answer = try room.answer(operation)
                #expect(answer == StoreAnswer(epoch: 0, lineage: 0, outcome: .lost), "\(operation)")
            }
        },
        Scenario("an empty store begins a line for a tick, and for nothing else") { room in
            for operation in oneOfEach where !operation.isTick {
                #expect(try room.answer(operation).outcome == .lost, "\(operation)")
            }
            try room.begin()
            #expect((room.epoch, room.lineage) == (1, ScriptedRoom.lineage))
        },
        Scenario("a second node's first tick does not begin the line again") { room in
            try room.begin()
            try room.enter(1)
            (room.node, room.epoch, room.lineage) = ("b", 0, 0)
            let other = Tick(lineage: 4242, seed: ScriptedRoom.seed)
            let answer = try room.answer(.admit(other))
            #expect((answer.epoch, answer.lineage) == (1, ScriptedRoom.lineage))
            #expect(try room.tick().nodes == ["a", "b"])
        },
        Scenario("who knows a later line, or another of the same epoch, is told that it is lost, and nothing is done") {
            room in
            try room.begin()
            try room.enter(1, 2)
            let before = try room.tick()
            let real = (room.epoch, room.lineage)
            for wrong in [(UInt64(2), room.lineage), (1, 4242), (2, 0)] {
                for operation in oneOfEach {
                    (room.epoch, room.lineage) = wrong
                    let answer = try room.answer(operation)
                    #expect(answer == StoreAnswer(epoch: 1, lineage: ScriptedRoom.lineage, outcome: .lost))
                }
            }
            (room.epoch, room.lineage) = real
            #expect(try room.tick() == before)
        },
        Scenario("who knows an earlier epoch is served, and told of the later") { room in
            try room.begin()
            try room.restore(recollection(epoch: 5))
            (room.epoch, room.lineage) = (1, ScriptedRoom.lineage)
            try room.tick()
            #expect((room.epoch, room.lineage) == (5, 99))
        },
        Scenario("a recollection of no line begins none") { room in
            var nothing = recollection(epoch: 0)
            nothing.waiting = [.init(id: ticket(1), lane: 0, place: place(1), seenAgo: 0)]
            let outcome = try room.ask(.restore(nothing))
            #expect(outcome == .lost)
            #expect(try room.begin().waiting == 0)
        },
    ]

    private static let restoring = [
        Scenario("a recollection of a later epoch begins the line anew, empty") { room in
            try room.begin { $0.state = .queue }
            try room.enter(1, 2, 3)
            try room.control(.burst(7))
            try room.restore(recollection(epoch: 2))
            #expect((room.epoch, room.lineage) == (2, 99))
            let after = try room.tick()
            #expect((after.waiting, after.sessions, after.controls, after.totals) == (0, 0, RoomControls(), RoomTotals()))
            #expect(try room.enter(4) == [.waiting(place(1, epoch: 2))])
        },
        Scenario("a recollection of the same epoch is taken in, whoever began it") { room in
            room.rules.state = .queue
            for (node, number) in [("a", UInt64(1)), ("b", 2)] {
                var remembered = recollection(epoch: 2)
                remembered.lineage = number
                remembered.waiting = [.init(id: ticket(number), lane: 0, place: place(number), seenAgo: 0)]
                room.node = node
                try room.restore(remembered)
            }
            #expect(try room.tick(forSeconds: 1).totals.admitted == 2)
            #expect((room.epoch, room.lineage) == (2, 1))
        },
        Scenario("nobody is admitted until every awaited node has said everything") { room in
            room.rules.state = .auto
            var first = recollection(epoch: 2, nodes: ["a", "b"])
            first.waiting = [.init(id: ticket(1), lane: 0, place: place(5), seenAgo: 0)]
            try room.restore(first)
            #expect(try room.enter(9) == [.waiting(place(1, epoch: 2))])
            let waiting = try room.tick(forSeconds: 1)
            #expect((waiting.isRestoring, waiting.offered) == (true, 0))
            room.node = "b"
            try room.restore(recollection(epoch: 2, isComplete: false))
            #expect(try room.tick().isRestoring)
            try room.restore(recollection(epoch: 2))
            let after = try room.tick()
            #expect((after.isRestoring, after.offered, after.lanes[0].head) == (false, 1, place(5)))
        },
        Scenario("all that a node brings back to an older line is not all that it brings back to this one") { room in
            try room.restore(recollection(epoch: 3, nodes: ["a", "b"]))
            room.node = "b"
            try room.restore(recollection(epoch: 2))
            #expect(try room.tick().isRestoring)
            try room.restore(recollection(epoch: 3))
            #expect(try room.tick().isRestoring == false)
        },
        Scenario("nobody is waited for longer than three seconds") { room in
            try room.restore(recollection(epoch: 2, nodes: ["a", "gone"]))
            room.wait(seconds: 2.999_999)
            #expect(try room.tick().isRestoring)
            room.wait(seconds: 0.000_001)
            #expect(try room.tick().isRestoring == false)
        },
        Scenario("a restored line begins with an empty bucket") { room in
            room.rules.burst = 5
            var remembered = recollection(epoch: 2)
            remembered.waiting = (1...9).map { .init(id: ticket($0), lane: 0, place: place($0), seenAgo: 0) }
            try room.restore(remembered)
            #expect(try room.tick().offered == 0)
            room.wait(seconds: 0.1)
            #expect(try room.tick().offered == 1)
        },
    ]

    private static let restored = [
        Scenario("what is remembered comes back: places, sessions, spent, revoked, heads, controls") { room in
            room.rules.state = .queue
            var all = recollection(epoch: 2)
            all.watermarks.lanes = [LaneMark(name: "general", head: place(6), floor: place(3))]
            all.watermarks.controls.apply([.message("back soon")])
            all.waiting = [7, 3, 4].map { .init(id: ticket($0), lane: 0, place: place($0), seenAgo: 1_000_000) }
            all.sessions = [.init(id: ticket(20), startedAt: room.now - 5_000_000, endsIn: 9_000_000)]
            all.spent = [.init(id: ticket(30), endsIn: 60_000_000)]
            all.revoked = [.init(id: ticket(40), endsIn: 60_000_000)]
            try room.restore(all)
            let after = try room.tick()
            #expect(after.lanes[0].near == [4, 7].map(ticket))
            #expect((after.lanes[0].head, after.lanes[0].floor, after.sessions) == (place(6), place(3), 1))
            #expect(after.controls.message == "back soon" && after.revoked == all.revoked)
            #expect(try room.claim(20, 30, 40) == [.granted(startedAt: room.now - 5_000_000), .spent, .revoked])
            #expect(try room.comeBack(8, at: place(3)) == .passed)
        },
        Scenario("what the store knows already wins over what is remembered of it") { room in
            try room.begin { $0.state = .queue }
            try room.enter(1)
            try room.tick()
            let start = room.now
            try room.claim(1)
            try room.enter(2)
            try room.revoke(3)
            var old = recollection(epoch: 1)
            old.waiting = [1, 2, 3].map { .init(id: ticket($0), lane: 0, place: place(900), seenAgo: 0) }
            old.sessions = [
                .init(id: ticket(1), startedAt: start - 9, endsIn: 1), .init(id: ticket(3), startedAt: start, endsIn: 1),
            ]
            old.spent = [.init(id: ticket(1), endsIn: 60_000_000)]
            try room.restore(old)
            #expect(try room.claim(1, 2, 3) == [.granted(startedAt: start), .waiting, .revoked])
            #expect(try room.enter(2) == [.waiting(place(2))])
        },
        Scenario("who is remembered as inside, spent or revoked does not go on waiting") { room in
            try room.begin { $0.state = .paused }
            try room.enter(1, 2, 3)
            var news = recollection(epoch: 1)
            news.sessions = [.init(id: ticket(1), startedAt: room.now, endsIn: 60_000_000)]
            news.spent = [.init(id: ticket(2), endsIn: 60_000_000)]
            news.revoked = [.init(id: ticket(3), endsIn: 60_000_000)]
            try room.restore(news)
            #expect(try room.claim(1, 2, 3) == [.granted(startedAt: room.now), .spent, .revoked])
            let after = try room.tick()
            #expect((after.waiting, after.sessions) == (0, 1))
        },
        Scenario("of two accounts of heads and controls the one further on is right") { room in
            try room.restore(recollection(epoch: 2))
            for (head, version, message) in [(UInt64(5), Int64(3), "three"), (9, 2, "two"), (4, 4, "four")] {
                var account = recollection(epoch: 2)
                account.watermarks.lanes = [LaneMark(name: "general", head: place(head)), LaneMark(name: "gone")]
                account.watermarks.controls.message = message
                account.watermarks.controls.version = version
                try room.restore(account)
            }
            let after = try room.tick()
            #expect((after.lanes[0].head, after.controls.version, after.controls.message) == (place(9), 4, "four"))
        },
        Scenario("a remembered draw comes back, and whoever is counted stands behind it") { room in
            room.rules.state = .queue
            let draw = Draw(epoch: 4, seed: ScriptedRoom.seed)
            var account = recollection(epoch: 2)
            account.watermarks.draw = draw
            try room.restore(account)
            #expect(room.epoch == 5)
            account.watermarks.draw = Draw(epoch: 4, seed: ScriptedRoom.seed, isOpened: true)
            try room.restore(account)
            account.watermarks.draw = Draw(epoch: 3, seed: [], isOpened: true)
            try room.restore(account)
            #expect(try room.tick().draw == Draw(epoch: 4, seed: ScriptedRoom.seed, isOpened: true))
            #expect(try room.enter(1) == [.waiting(place(1, epoch: 5))])
        },
        Scenario("a place that still has to be drawn is not put back") { room in
            var account = recollection(epoch: 2)
            account.waiting = [.init(id: ticket(1), lane: 0, place: Place(epoch: 2, number: 0), seenAgo: 0)]
            try room.restore(account)
            #expect(try room.tick().waiting == 0)
        },
        Scenario("the watermark of a restored line keeps a spent ticket from the front, however soon its mark would end") {
            room in
            room.rules.state = .queue
            room.rules.turnGrace = 20_000_000
            room.rules.passLife = 1_000_000
            var account = recollection(epoch: 2)
            account.watermarks.lanes = [LaneMark(name: "general", head: place(50))]
            account.spent = [.init(id: ticket(1), endsIn: 2_000_000)]
            try room.restore(account)
            for _ in 0..<350 {
                room.wait(seconds: 0.1)
                try room.tick()
                let answer = try room.comeBack(1, at: place(10))
                guard answer == .spent || answer == .passed else {
                    Issue.record("\(answer)")
                    return
                }
            }
            #expect(try room.comeBack(1, at: place(10)) == .passed)
        },
        Scenario("a session that two nodes remember ends when the later of them says, and began when the first did") {
            room in
            let start = room.now - 50_000_000
            for endsIn: Microseconds in [2_000_000, 9_000_000, 4_000_000] {
                var account = recollection(epoch: 2)
                account.sessions = [.init(id: ticket(1), startedAt: start - endsIn, endsIn: endsIn)]
                try room.restore(account)
            }
            #expect(try room.enter(1) == [.admitted(startedAt: start - 2_000_000)])
            #expect(try room.tick(forSeconds: 8.9).sessions == 1)
            #expect(try room.tick(forSeconds: 0.2).sessions == 0)
        },
    ]

    private static let denied = [
        Scenario("of two accounts of a revocation the one that lasts longer is right, and what is denied stays denied") {
            room in
            room.rules.state = .queue
            func account(_ seconds: [Int64]) -> Recollection {
                var account = recollection(epoch: 2)
                account.revoked = seconds.map { .init(id: ticket(1), endsIn: $0 * 1_000_000) }
                return account
            }
            for seconds in [[5, 9, 2], [7], [], [0, -3]] as [[Int64]] { try room.restore(account(seconds)) }
            #expect(try room.tick().revoked == [.init(id: ticket(1), endsIn: 9_000_000)])
            room.wait(seconds: 8.9)
            try room.tick()
            #expect(try room.comeBack(1, at: place(3)) == .revoked)
            room.wait(seconds: 0.1)
            try room.tick()
            #expect(try room.comeBack(1, at: place(3)) == .waiting(place(3)))
        }
    ]

    private static let oneOfEach: [StoreCall.Operation] = [
        .enter([.newcomer(ticket(1), lane: 0)]), .beat([ticket(1)]),
        .admit(Tick(lineage: 1, seed: ScriptedRoom.seed)), .claim([ticket(1)]),
        .renew([SessionMark(id: ticket(1), startedAt: 1_790_000_000_000_000)]), .release([ticket(1)]), .leave([ticket(1)]),
        .revoke([ticket(1)], lasting: 60_000_000), .control([.burst(3)]),
        .adapt(RateProposal(rate: .perSecond(3), reason: .slow, after: 0)), .read(PageCursor()),
    ]
}

extension StoreCall.Operation {
    fileprivate var isTick: Bool { if case .admit = self { true } else { false } }
}
