import Admission
import Stores
import Testing

final class MemoryUnderTest: StoreUnderTest {
    var now: Microseconds = 0
    private lazy var store = MemoryStore { [unowned self] in now }

    func perform(_ call: StoreCall) throws -> StoreAnswer {
        var result: Result<StoreAnswer, StoreFault>?
        store.perform(call) { result = $0 }
        guard let result else { throw Surprise(what: "the memory store did not answer at once") }
        return try result.get()
    }
}

@Suite struct MemoryStoreTests {
    @Test(arguments: Conformance.scenarios) func holds(_ scenario: Scenario) throws {
        try scenario.run(on: MemoryUnderTest())
    }

    @Test(arguments: Conformance.seeds) func answersAsTheLineDoes(_ seed: UInt64) throws {
        try Differential(seed: seed).run(on: MemoryUnderTest(), steps: 20_000)
    }
}

@Suite struct LineConformanceTests {
    @Test(arguments: Conformance.scenarios) func holds(_ scenario: Scenario) throws {
        try scenario.run(on: LineUnderTest())
    }
}
