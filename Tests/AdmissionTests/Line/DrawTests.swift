import Digest
import Testing

@testable import Admission

@Suite struct DrawTests {
    private let draw = Draw(epoch: 4, seed: [UInt8](0..<32))

    /// Reckoned with `printf … | xxd -r -p | openssl dgst -sha256 -mac HMAC -macopt hexkey:0001…1f`, so that anybody can.
    @Test func isTheFirst39BitsOfAMAC() {
        let id = TicketID(high: 0x0011_2233_4455_6677, low: 0x8899_aabb_ccdd_eeff)
        #expect(draw.place(of: id) == Place(epoch: 4, number: 179_228_479_563))
    }

    @Test func commitsToTheSeed() {
        #expect(draw.commitment == "630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd")
        #expect(Draw(epoch: 4, seed: [1]).commitment != draw.commitment)
    }

    @Test func everyNumberIsDrawnAndBelowItsCeiling() {
        var random = SystemRandomNumberGenerator()
        var sum = 0.0
        for _ in 0..<4_000 {
            let place = draw.place(of: .random(from: &random))
            #expect(place.epoch == 4 && place.number > 0 && place.number < 1 << Draw.numberBits && !place.awaitsDraw)
            sum += Double(place.number) / Double(UInt64(1) << Draw.numberBits)
        }
        // Fourteen standard deviations of a mean of 4,000 even numbers.
        #expect(abs(sum / 4_000 - 0.5) < 0.064)
    }

    @Test func ticketsOfThePrequeueSayThatTheyAreToBeDrawn() {
        #expect(draw.ticketPlace.awaitsDraw && draw.ticketPlace.epoch == 4)
        #expect(!Place.none.awaitsDraw && !Place(epoch: 4, number: 1).awaitsDraw)
    }
}
