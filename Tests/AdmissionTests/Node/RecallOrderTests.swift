import Testing

@testable import Admission

@Suite struct RecallOrderTests {
    @Test func theFirstComeFirstWhateverWasPutBack() {
        var random = SeededRandom(seed: 11)
        var entries = (0..<1_000).map { _ in
            RecallOrder.Entry(key: random.next() % 300, id: .random(from: &random))
        }
        var order = RecallOrder(entries)
        var room = 10
        let first = order.take(&room)
        #expect(room == 0 && first.count == 10)
        for entry in entries where first.contains(entry.id) { order.add(entry) }
        entries.sort { $0 < $1 }
        var taken: [TicketID] = []
        while !order.isEmpty {
            var some = 7
            taken += order.take(&some)
        }
        #expect(taken == entries.map(\.id))
        var none = 5
        let nobody = order.take(&none)
        #expect(nobody.isEmpty && none == 5)
    }

    @Test func aNodeBringsBackTheFrontOfTheLineFirst() throws {
        let now: Microseconds = 1_800_000_000_000_000
        let rules = RoomRules(rate: .perSecond(1), slotsMax: 10)
        let node = Station(RoomNode(room: "r", name: "n", rules: rules, now: now, dice: { 1 }))
        var line = Line()
        let tick = try #require(node.nextCall(now: now))
        _ = node.answered(tick, .success(line.apply(tick, now: now)), now: now)
        let count = StoreCall.itemsMax + 20
        let tickets = (0..<count).map { number in
            (TicketID(high: UInt64(number), low: 1), Place(epoch: 1, number: UInt64(number * 7919 % count + 1)))
        }
        node.remember(tickets, now: now)
        let lost = try #require(node.nextCall(now: now + 200_000))
        _ = node.answered(lost, .success(StoreAnswer(epoch: 0, lineage: 0, outcome: .lost)), now: now + 200_000)
        guard case .restore(let recollection) = node.nextCall(now: now + 400_000)?.operation else {
            Issue.record("nothing is restored")
            return
        }
        #expect(recollection.waiting.map(\.place.number) == (1...UInt64(StoreCall.itemsMax)).map { $0 })
        #expect(!recollection.isComplete)
    }
}
