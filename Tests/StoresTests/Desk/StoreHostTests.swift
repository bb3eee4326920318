import Admission
import Testing

@testable import Stores

/// Ticks of several loops become one, and every loop is told what it needs.
struct StoreHostTests {
    /// A line that notes what it is asked and answers when told to.
    final class NotingStore: QueueStore {
        var line = Line()
        var now: Microseconds = 1_000_000_000
        var asked: [StoreCall] = []
        var isSlow = false
        var owed: [() -> Void] = []

        func perform(_ call: StoreCall, _ answer: @escaping (Result<StoreAnswer, StoreFault>) -> Void) {
            asked.append(call)
            let told = line.apply(call, now: now)
            if isSlow { owed.append { answer(.success(told)) } } else { answer(.success(told)) }
        }
    }

    private let store = NotingStore()
    private let host: StoreHost

    init() {
        let store = store
        host = StoreHost(store) { store.now }
    }

    private func tick(_ node: String, _ known: StoreAnswer? = nil, marks: Int64 = 0) -> StoreCall {
        StoreCall(
            room: "r", rules: RoomRules(rate: .perSecond(10), slotsMax: 100), node: node, epoch: known?.epoch ?? 0,
            lineage: known?.lineage ?? 0,
            operation: .admit(Tick(lineage: 7, seed: Array(repeating: 1, count: 32), marksVersion: marks)))
    }

    private func ask(_ call: StoreCall) -> StoreAnswer? {
        var told: StoreAnswer?
        host.perform(call) { told = try? $0.get() }
        return told
    }

    private func snapshot(_ answer: StoreAnswer?) -> RoomSnapshot? {
        if case .admitted(let snapshot) = answer?.outcome { snapshot } else { nil }
    }

    @Test func oneTickServesAllLoopsThatKnowTheLine() throws {
        let first = try #require(ask(tick("a")))
        _ = ask(tick("b"))
        _ = ask(tick("b", first))
        let before = store.asked.count
        store.now += 50_000
        let told = (0..<10).map { _ in ask(tick("b", first, marks: 0)) }
        #expect(told.allSatisfy { snapshot($0) != nil })
        #expect(store.asked.count == before)
        store.now += 100_000
        _ = ask(tick("b", first))
        #expect(store.asked.count == before + 1)
    }

    @Test func everyLoopIsHeardOnceASecond() throws {
        let first = try #require(ask(tick("a")))
        for _ in 0..<40 {
            store.now += 50_000
            _ = ask(tick("a", first))
            _ = ask(tick("b", first))
        }
        let nodes = store.asked.map(\.node)
        #expect(nodes.filter { $0 == "b" }.count >= 2)
        #expect(snapshot(ask(tick("a", first)))?.nodes == ["a", "b"])
        // Two loops that tick twenty times a second for two seconds, and the store heard of little more than one of them.
        #expect(nodes.count < 30)
    }

    @Test func whoWaitsForTheTickUnderWayIsToldTheSame() throws {
        let first = try #require(ask(tick("a")))
        _ = ask(tick("b", first))
        store.now += 200_000
        store.isSlow = true
        var told: [StoreAnswer] = []
        let before = store.asked.count
        for node in ["a", "b", "a"] {
            host.perform(tick(node, first)) { if let answer = try? $0.get() { told.append(answer) } }
        }
        #expect(told.isEmpty && store.asked.count == before + 1)
        for answer in store.owed { answer() }
        #expect(told.count == 3 && Set(told.map(\.outcome)).count == 1)
    }

    @Test func marksGoToWhoHasOthers() throws {
        var first = try #require(ask(tick("a")))
        let ids = (0..<1500).map { TicketID(high: 1, low: $0) }
        for start in stride(from: 0, to: ids.count, by: 500) {
            let arrivals = ids[start..<(start + 500)].map { Arrival.newcomer($0, lane: 0) }
            var call = tick("a", first)
            call.operation = .enter(arrivals)
            _ = ask(call)
        }
        store.now += 2_000_000
        first = try #require(ask(tick("a", first)))
        let version = try #require(snapshot(first)).marksVersion
        #expect(try #require(snapshot(first)).lanes[0].marks.count > 10)
        // Another loop that has none gets all, out of the same answer; one that has them gets none.
        _ = ask(tick("b", first, marks: version))
        store.now += 10_000
        let before = store.asked.count
        #expect(try #require(snapshot(ask(tick("b", first, marks: 0)))).lanes[0].marks.count > 10)
        #expect(try #require(snapshot(ask(tick("b", first, marks: version)))).lanes[0].marks.isEmpty)
        #expect(store.asked.count == before)
    }

    @Test func aLineThatIsKnownToOneOnlyIsAskedFor() throws {
        let first = try #require(ask(tick("a")))
        _ = ask(tick("b", first))
        var other = tick("b", first)
        other.epoch += 1
        let before = store.asked.count
        #expect(ask(other)?.outcome == .lost)
        #expect(store.asked.count == before + 1)
        // Nor is what was said to it told to the others.
        #expect(snapshot(ask(tick("a", first))) != nil)
    }
}
