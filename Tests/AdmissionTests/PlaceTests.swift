import Admission
import Testing

@Suite struct PlaceTests {
    @Test func isEpochAndNumber() {
        let place = Place(epoch: 3, number: 17)
        #expect(place.rawValue == 3 << 40 + 17)
        #expect(place.epoch == 3)
        #expect(place.number == 17)
        #expect(Place(rawValue: place.rawValue) == place)
    }

    @Test func staysBelowTwoToThe53() {
        #expect(Place(rawValue: 1 << 53 - 1) == Place(epoch: 1 << 13 - 1, number: 1 << 40 - 1))
        #expect(Place(rawValue: 1 << 53) == nil)
        #expect(Place(rawValue: UInt64.max) == nil)
    }

    @Test func anEarlierEpochComesFirst() {
        #expect(Place(epoch: 1, number: 1 << 40 - 1) < Place(epoch: 2, number: 0))
        #expect(Place(epoch: 2, number: 4) < Place(epoch: 2, number: 5))
    }
}
