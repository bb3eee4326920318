import Admission
import Testing

@testable import Settings
@testable import WaitingRoom

/// What the settings refuse is what a line could not keep.
@Suite struct BurstLeastTests {
    @Test(arguments: ["100/s", "1/s", "10/s", "11/s", "999/s", "1000/m", "20/s", "7/m", "1000000/h"])
    func theLeastBurstReachesTheRateAndOneLessDoesNot(_ text: String) throws {
        let rate = try #require(Rate(text))
        func gapMax(_ burst: Int) -> Microseconds {
            RoomRules(rate: rate.admissionRate, burst: Int64(burst), slotsMax: 1).tickGapMax
        }
        #expect(gapMax(rate.burstLeast) >= RoomNode.tickEvery)
        #expect(gapMax(rate.burstLeast - 1) < RoomNode.tickEvery)
        #expect(rate.burstLeast <= RoomRules(rate: rate.admissionRate, slotsMax: 1).burst)
    }

    /// One an hour is one an hour, though what comes in until the next tick is lost.
    @Test func whatIsLostOfASlowRateIsNothing() throws {
        for text in ["0/s", "1/h", "1/m", "6/m"] { #expect(try #require(Rate(text)).burstLeast == 1) }
    }

    @Test func theSettingsGoByTheTicksThatThereAre() {
        #expect(Rate.tickNanoseconds == UInt64(RoomNode.tickEvery) * 1000)
    }
}
