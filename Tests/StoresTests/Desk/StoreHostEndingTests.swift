import Admission
import Testing

@testable import Stores

/// The desks of several loops share their ticks, and none of them misses an ending.
@Suite struct StoreHostEndingTests {
    private final class Site {
        var now: Microseconds = 1_800_000_000_000_000
        var rules = RoomRules(rate: .perSecond(10), slotsMax: 100)
        private var line: (epoch: UInt64, lineage: UInt64) = (0, 0)
        lazy var store = Counting { [unowned self] in now }
        lazy var host = StoreHost(store) { [unowned self] in now }

        func ask(_ node: String, _ operation: StoreCall.Operation) throws -> StoreAnswer {
            var told: Result<StoreAnswer, StoreFault>?
            let call = StoreCall(
                room: "r", rules: rules, node: node, epoch: line.epoch, lineage: line.lineage, operation: operation)
            host.perform(call) { told = $0 }
            let answer = try #require(told).get()
            line = (answer.epoch, answer.lineage)
            return answer
        }

        func tick(_ node: String, heard: Microseconds) throws -> RoomSnapshot {
            let answer = try ask(node, .admit(Tick(lineage: 9, seed: [], endedUpTo: heard)))
            guard case .admitted(let snapshot) = answer.outcome else { throw Surprise(what: "no snapshot") }
            return snapshot
        }
    }

    final class Counting: QueueStore {
        private let store: MemoryStore
        var ticks = 0

        init(_ clock: @escaping () -> Microseconds) { store = MemoryStore(clock: clock) }

        func perform(_ call: StoreCall, _ answer: @escaping (Result<StoreAnswer, StoreFault>) -> Void) {
            if case .admit = call.operation { ticks += 1 }
            store.perform(call, answer)
        }
    }

    @Test func oneTickServesAllThatHaveHeardAsMuch() throws {
        let site = Site()
        for node in ["a", "b"] { _ = try site.tick(node, heard: 0) }
        _ = try site.ask("a", .release([ticket(1)]))
        site.now += 100_000
        let before = site.store.ticks
        let told = try ["a", "b"].map { try site.tick($0, heard: 0) }
        #expect(told.map(\.ended) == [[ticket(1)], [ticket(1)]])
        #expect(told[0].endedUpTo == told[1].endedUpTo)
        #expect(site.store.ticks == before + 1)
    }

    @Test func whoeverHasMissedATickIsToldWhatWasInIt() throws {
        let site = Site()
        for node in ["a", "b"] { _ = try site.tick(node, heard: 0) }
        var heard: Microseconds = 0
        for number: UInt64 in 1...3 {
            _ = try site.ask("a", .release([ticket(number)]))
            site.now += 100_000
            let told = try site.tick("a", heard: heard)
            #expect(told.ended == [ticket(number)])
            heard = told.endedUpTo
        }
        #expect(try site.tick("b", heard: 0).ended == [1, 2, 3].map(ticket))
    }
}
