import Testing
import TestSupport

extension RedisUnderTest: RacingStore {}

@Suite struct RedisRaceTests {
    @Test func capOrderAndRateHoldForAllNodesTogether() throws {
        let server = try RedisServer.start()
        try Race((0..<2).map { _ in try RedisUnderTest(server, hasServersClock: true) }).run()
    }
}
