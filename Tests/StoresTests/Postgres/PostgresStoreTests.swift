import Admission
import Stores
import TestSupport
import Testing

final class PostgresUnderTest: StoreUnderTest {
    var now: Microseconds = 0
    private let tenant: PostgresTenant

    init(_ url: String) throws { tenant = try PostgresTenant(url) }

    func perform(_ call: StoreCall) throws -> StoreAnswer {
        tenant.now = now
        return try tenant.perform(call)
    }
}

@Suite struct PostgresStoreTests {
    @Test(arguments: Conformance.scenarios) func holds(_ scenario: Scenario) throws {
        try scenario.run(on: PostgresUnderTest(PostgresTenant.shared()))
    }

    @Test(arguments: Conformance.seeds) func answersAsTheLineDoes(_ seed: UInt64) throws {
        try Differential(seed: seed).run(on: PostgresUnderTest(PostgresTenant.shared()), steps: 5_000)
    }
}
