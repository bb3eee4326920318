import Synchronization
import Testing

@testable import Admission

/// Somebody whom the site knows has one ticket, whatever it comes with, on whichever node.
@Suite struct PersonTests {
    private static let start: Microseconds = 1_800_000_000_000_000
    private static let words = Atomic<UInt64>(1)

    @Sendable private static func word() -> UInt64 { words.add(1, ordering: .relaxed).newValue }

    private typealias Question = (inout RoomNode, UInt64, Microseconds) -> Reply?

    /// Two nodes, a store, and time.
    private final class Site {
        var line = Line()
        var now = PersonTests.start
        var nodes: [RoomNode]
        let ring: KeyRing
        private var asked: UInt64 = 0
        private var told: [UInt64: Reply] = [:]

        init(_ change: (inout RoomRules) -> Void = { _ in }) throws {
            var rules = RoomRules(rate: .perSecond(1), burst: 1, slotsMax: 1)
            rules.passLife = 10_000_000
            rules.sessionIdle = 60_000_000
            rules.standstillAfter = 1_000_000_000_000
            change(&rules)
            nodes = ["a", "b"].map { [rules] in
                RoomNode(room: "r", name: $0, rules: rules, now: PersonTests.start, dice: PersonTests.word)
            }
            ring = try KeyRing([TokenKey(identifier: "k1", secret: [UInt8](repeating: 1, count: 32))])
            drain()
        }

        func person(_ who: String) throws -> Person {
            ring.person(Array(who.utf8).span, room: try #require(RoomName("r")))
        }

        func drain() {
            for at in nodes.indices {
                while let call = nodes[at].nextCall(now: now) {
                    for one in nodes[at].answered(call, .success(line.apply(call, now: now)), now: now) {
                        told[one.ask] = one.reply
                    }
                }
                #expect(nodes[at].excess == nil)
            }
        }

        func pass(seconds: Double) {
            for _ in 0..<Int(seconds * 10) {
                now += RoomNode.tickEvery
                drain()
            }
        }

        /// All asked in the same moment, before the store hears of any.
        func ask(_ questions: [Question], nodes which: [Int]) throws -> [Reply] {
            var numbers: [UInt64] = []
            for (question, node) in zip(questions, which) {
                asked += 1
                numbers.append(asked)
                if let reply = question(&nodes[node], asked, now) { told[asked] = reply }
            }
            drain()
            drain()
            return try numbers.map { try #require(told[$0]) }
        }

        func arrive(_ who: String? = nil, _ node: Int = 0) throws -> Reply {
            let person = try who.map { try self.person($0) }
            let question: Question = { node, number, now in
                guard let person else { return node.arrive(number, lane: 0, now: now) }
                return node.arrive(number, as: person, lane: 0, now: now)
            }
            return try ask([question], nodes: [node])[0]
        }

        func visit(_ id: TicketID, _ place: Place, _ who: String? = nil, _ node: Int = 0) throws -> Reply {
            let person = try who.map { try self.person($0) }
            let question: Question = { node, number, now in
                node.visit(number, id: id, lane: 0, place: place, now: now, person: { person })
            }
            return try ask([question], nodes: [node])[0]
        }
    }

    private func standing(_ reply: Reply) throws -> Standing {
        guard case .waiting(let standing) = reply else { throw Unexpected(reply: reply) }
        return standing
    }

    private func admitted(_ reply: Reply) throws -> TicketID {
        guard case .admitted(let id, _) = reply else { throw Unexpected(reply: reply) }
        return id
    }

    private struct Unexpected: Error { let reply: Reply }

    @Test func anotherDeviceFindsThePlaceOnAnyNode() throws {
        let site = try Site()
        _ = try site.arrive()
        let first = try standing(try site.arrive("ann"))
        _ = try site.arrive()
        for node in [0, 1, 1, 0] {
            let again = try standing(try site.arrive("ann", node))
            #expect((again.id, again.place) == (first.id, first.place))
        }
        #expect(site.line.waitingCount == 2)
        #expect(try standing(try site.arrive("bob", 1)).id != first.id)
    }

    @Test func twoDevicesInOneMomentAreOne() throws {
        let site = try Site()
        _ = try site.arrive()
        let ann = try site.person("ann")
        let question: Question = { node, number, now in node.arrive(number, as: ann, lane: 0, now: now) }
        let replies = try site.ask([question, question, question, question], nodes: [0, 0, 1, 1])
        #expect(Set(try replies.map { try standing($0).id }).count == 1)
        #expect(site.line.waitingCount == 1 && site.line.totals.entered == 2)
    }

    @Test func aSecondDeviceSharesTheSessionAndItsSlot() throws {
        let site = try Site()
        let id = try admitted(try site.arrive("ann"))
        site.pass(seconds: 2)
        guard case .admitted(let other, let startedAt) = try site.arrive("ann", 1) else {
            Issue.record("it is not let in")
            return
        }
        #expect(other == id && startedAt == Self.start)
        #expect(site.line.slotsTaken == 1 && site.line.totals.admitted == 1)
        // With another slot free a stranger would be let in; there is none.
        _ = try standing(try site.arrive())
    }

    @Test func aTurnThatIsOfferedIsClaimedByWhicheverDeviceComes() throws {
        let site = try Site()
        let inside = try admitted(try site.arrive())
        let waits = try standing(try site.arrive("ann"))
        site.nodes[0].release(inside, now: site.now)
        site.pass(seconds: 3)
        #expect(try admitted(try site.arrive("ann", 1)) == waits.id)
        #expect(try admitted(try site.visit(waits.id, waits.place, "ann")) == waits.id)
        #expect(site.line.slotsTaken == 1)
    }

    @Test func whoHasFinishedQueuesAtTheEndWithOneTicketForAllDevices() throws {
        let site = try Site()
        let first = try admitted(try site.arrive("ann"))
        let other = try standing(try site.arrive())
        site.nodes[0].release(first, now: site.now)
        site.drain()
        let again = try standing(try site.arrive("ann"))
        #expect(again.id != first && again.place > other.place)
        for node in [0, 1] { #expect(try standing(try site.arrive("ann", node)).id == again.id) }
        // With the ticket of the session that has ended, too.
        for node in [0, 1] {
            let back = try standing(try site.visit(first, Place(epoch: 1, number: 1), "ann", node))
            #expect((back.id, back.rejoined) == (again.id, .spent))
        }
        #expect(site.line.waitingCount == 2)
    }

    /// Spent marks are forgotten after some minutes, while the next ticket may wait for hours.
    @Test func theSecondTicketIsFoundWhenTheFirstIsForgotten() throws {
        let site = try Site { $0.state = .paused }
        let ann = try site.person("ann")
        site.nodes[0].release(ann.tickets[0], now: site.now)
        site.drain()
        let waits = try standing(try site.arrive("ann"))
        #expect(waits.id == ann.tickets[1])
        for _ in 0..<20 {
            site.pass(seconds: 30)
            _ = try site.visit(waits.id, waits.place, "ann")
        }
        #expect(!site.line.spent.contains(ann.tickets[0]))
        for node in [0, 1] { #expect(try standing(try site.arrive("ann", node)).id == waits.id) }
        #expect(site.line.waitingCount == 1)
    }

    @Test func aTicketIsTakenAgainWhenItsSessionIsForgottenAndItsPassIsGood() throws {
        let site = try Site { $0.turnGrace = 1000 }
        let ann = try site.person("ann")
        for round in 0..<20 {
            let id = try admitted(try site.arrive("ann", round % 2))
            #expect(ann.owns(id) && !site.nodes[round % 2].denies(id, now: site.now), "round \(round)")
            site.nodes[round % 2].release(id, now: site.now)
            site.pass(seconds: 5)
        }
    }

    @Test func beyondSoManySessionsOneHasToWaitUntilTheFirstIsForgotten() throws {
        let site = try Site()
        let ann = try site.person("ann")
        for id in ann.tickets { site.nodes[0].release(id, now: site.now) }
        site.drain()
        #expect(try site.arrive("ann").isHeld == true)
        site.pass(seconds: 400)
        _ = try admitted(try site.arrive("ann"))
    }

    @Test func anAnonymousTicketKeepsItsPlaceAndThenThePersonsOwnFollows() throws {
        let site = try Site()
        let inside = try admitted(try site.arrive())
        let anonymous = try standing(try site.arrive())
        #expect(try standing(try site.visit(anonymous.id, anonymous.place, "ann", 1)).place == anonymous.place)
        site.nodes[0].release(inside, now: site.now)
        site.pass(seconds: 3)
        #expect(try admitted(try site.visit(anonymous.id, anonymous.place, "ann")) == anonymous.id)
        _ = try standing(try site.arrive())
        site.nodes[0].release(anonymous.id, now: site.now)
        site.pass(seconds: 0.1)
        let next = try standing(try site.visit(anonymous.id, anonymous.place, "ann"))
        #expect(try site.person("ann").owns(next.id) && next.rejoined == .spent)
    }

    @Test func whoLeavesOnOneDeviceKeepsThePlaceOnTheOtherThatStillWaits() throws {
        let site = try Site()
        _ = try site.arrive()
        let waits = try standing(try site.arrive("ann"))
        _ = try standing(try site.arrive())
        _ = try standing(try site.arrive("ann", 1))
        site.nodes[0].leave(waits.id, now: site.now)
        site.drain()
        #expect(site.line.place(of: waits.id) == nil)
        site.pass(seconds: 30)
        let still = try standing(try site.visit(waits.id, waits.place, "ann", 1))
        site.pass(seconds: 1)
        #expect(still.place == waits.place && site.line.place(of: waits.id)?.place == waits.place)
    }

    /// It slept while it was dropped, and another device has queued anew: one place, not two.
    @Test func aTicketThatWasDroppedDoesNotStandBesideAnother() throws {
        let site = try Site { $0.state = .paused }
        let ann = try site.person("ann")
        let first = try standing(try site.arrive("ann"))
        site.nodes[0].leave(first.id, now: site.now)
        site.nodes[1].release(ann.tickets[0], now: site.now)
        site.drain()
        let second = try standing(try site.arrive("ann"))
        #expect(second.id == ann.tickets[1])
        site.pass(seconds: 0.2)
        for _ in 0..<12 {
            site.pass(seconds: 30)
            _ = try site.visit(second.id, second.place, "ann")
        }
        for node in [0, 1] {
            #expect(try standing(try site.visit(first.id, first.place, "ann", node)).id == second.id)
        }
        #expect(site.line.waitingCount == 1)
    }

    @Test func aTicketThatWasDroppedGoesBackToItsPlace() throws {
        let site = try Site { $0.state = .paused }
        let first = try standing(try site.arrive("ann"))
        _ = try standing(try site.arrive())
        site.pass(seconds: 300)
        #expect(site.line.place(of: first.id) == nil)
        #expect(try standing(try site.visit(first.id, first.place, "ann", 1)).place == first.place)
        #expect(try standing(try site.arrive("ann", 0)).place == first.place)
    }

    @Test func whoIsRevokedIsRevokedWithWhateverItComes() throws {
        let site = try Site()
        _ = try site.arrive()
        let waits = try standing(try site.arrive("ann"))
        try site.nodes[0].revoke(waits.id, lasting: 600_000_000, now: site.now)
        site.pass(seconds: 1)
        for node in [0, 1] { #expect(try site.arrive("ann", node) == .revoked) }
        _ = try standing(try site.arrive("bob"))
    }

    @Test func whatEverybodyIsToldIsToldThem() throws {
        for (state, reply) in [(RoomState.closed, Reply.closed), (.open, .open)] {
            let site = try Site { $0.state = state }
            #expect(try site.arrive("ann") == reply)
        }
        let full = try Site { $0.waitingMax = 1 }
        _ = try full.arrive()
        _ = try standing(try full.arrive())
        #expect(try full.arrive("ann") == .full)
    }

    @Test func placesAreDrawnForThemToo() throws {
        let opensAt = Self.start + 60_000_000
        let site = try Site { $0.schedule = Schedule(prequeueAt: Self.start - 1, opensAt: opensAt) }
        let first = try standing(try site.arrive("ann"))
        #expect(try standing(try site.arrive("ann", 1)).id == first.id)
        #expect(site.line.waitingCount == 1)
    }

    /// A ring that is about to change its key, on nodes of which one has it already.
    @Test func aChangeOfKeysFindsTheTicketOfTheOtherKey() throws {
        let keys = [1, 2].map { TokenKey(identifier: "k\($0)", secret: [UInt8](repeating: $0, count: 32)) }
        let (before, after) = (try KeyRing(keys), try KeyRing(keys.reversed()))
        let site = try Site()
        _ = try site.arrive()
        let room = try #require(RoomName("r"))
        let (old, new) = (
            before.person(Array("ann".utf8).span, room: room), after.person(Array("ann".utf8).span, room: room)
        )
        func comes(_ person: Person, _ node: Int) throws -> Standing {
            let question: Question = { node, number, now in node.arrive(number, as: person, lane: 0, now: now) }
            return try standing(try site.ask([question], nodes: [node])[0])
        }
        let (first, other) = (try comes(old, 0), try comes(new, 1))
        #expect(first.id == other.id && site.line.waitingCount == 1)
    }

    @Test func ticketsAreOfARoomAndAPersonAndOfNoOneElse() throws {
        let ring = try KeyRing([TokenKey(identifier: "k1", secret: [UInt8](repeating: 1, count: 32))])
        let names = try ["r", "r1", "main"].map { try #require(RoomName($0)) }
        var seen: Set<TicketID> = []
        for room in names {
            for who in ["", "1", "11", "a", "b"] {
                let person = ring.person(Array(who.utf8).span, room: room)
                for id in person.tickets + [person.name] { #expect(seen.insert(id).inserted, "\(room) \(who)") }
                #expect(person.tickets.count == Person.ticketsMax && !person.owns(person.name))
            }
        }
    }

    @Test func aStoreThatIsAwayLeavesNothingBehind() throws {
        let site = try Site()
        let (ann, now) = (try site.person("ann"), site.now)
        var node = site.nodes[0]
        #expect(node.arrive(1, as: ann, lane: 0, now: now) == nil)
        while let call = node.nextCall(now: now) { _ = node.answered(call, .failure(.unknown("away")), now: now) }
        let told = node.expire(now: now + RoomNode.askAgeMax + 1)
        #expect(told.map(\.ask) == [1] && told.allSatisfy { $0.reply.isHeld })
        #expect(node.searches.count == 0 && node.asks.isEmpty && node.excess == nil)
    }
}
