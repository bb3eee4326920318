import Admission

/// A store as the suite sees it: a clock that the test sets, and calls whose answer is there when they return.
///
/// A suite for a store is two tests:
///
///     @Test(arguments: Conformance.scenarios) func holds(_ scenario: Scenario) throws {
///         try scenario.run(on: RedisUnderTest(server))
///     }
///     @Test(arguments: Conformance.seeds) func answersAsTheLineDoes(_ seed: UInt64) throws {
///         try Differential(seed: seed).run(on: RedisUnderTest(server), steps: 5_000)
///     }
protocol StoreUnderTest: AnyObject {
    /// The store's clock: the next call happens then.
    var now: Microseconds { get set }

    func perform(_ call: StoreCall) throws -> StoreAnswer
}

/// The model itself, so that the scenarios hold it as well.
final class LineUnderTest: StoreUnderTest {
    var now: Microseconds = 0
    private var lines: [String: Line] = [:]

    func perform(_ call: StoreCall) -> StoreAnswer { lines[call.room, default: Line()].apply(call, now: now) }
}
