import Admission
import Stores
import Testing

@Suite struct MemoryStoreTests {
    @Test func aQuietRoomLetsANewcomerInAtOnce() throws {
        var answers: [StoreAnswer] = []
        let store = MemoryStore { 1_000_000 }
        let rules = RoomRules(rate: .perSecond(4), slotsMax: 10)
        func ask(_ operation: StoreCall.Operation) {
            let call = StoreCall(room: "event1", rules: rules, node: "a", epoch: 0, lineage: 0, operation: operation)
            store.perform(call) { result in if case .success(let answer) = result { answers.append(answer) } }
        }
        ask(.admit(Tick(lineage: 7, seed: [])))
        ask(.enter([.newcomer(TicketID(high: 1, low: 2), lane: 0), .newcomer(TicketID(high: 1, low: 3), lane: 0)]))
        #expect(answers.count == 2)
        #expect(
            answers.last?.outcome
                == .entered([.admitted(startedAt: 1_000_000), .waiting(Place(epoch: 1, number: 2))]))
    }
}
