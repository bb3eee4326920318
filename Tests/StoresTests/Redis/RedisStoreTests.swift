import Admission
import Stores
import Testing
import TestSupport

@Suite struct RedisStoreTests {
    @Test(arguments: Conformance.scenarios) func holds(_ scenario: Scenario) throws {
        try scenario.run(on: RedisUnderTest())
    }

    @Test(arguments: Conformance.seeds) func answersAsTheLineDoes(_ seed: UInt64) throws {
        try Differential(seed: seed).run(on: RedisUnderTest(), steps: 5_000)
    }
}
