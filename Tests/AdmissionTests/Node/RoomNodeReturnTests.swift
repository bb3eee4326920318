import Testing

@testable import Admission

/// Who comes to a node for the first time while no store answers it.
@Suite struct RoomNodeReturnTests {
    static let now: Microseconds = 1_800_000_000_000_000

    /// The line that comes back knows nothing of it, and the node has nothing to bring back any more.
    @Test func whoCameWhileNobodyAnsweredEntersWithTheFirstCalls() throws {
        let rules = RoomRules(rate: .perSecond(10), slotsMax: 100)
        let station = Station(RoomNode(room: "r", name: "n", rules: rules, now: Self.now, dice: { 7 }))
        var line = Line()
        func tick(_ now: Microseconds) throws {
            let call = try #require(station.nextCall(now: now))
            _ = station.answered(call, .success(line.apply(call, now: now)), now: now)
        }
        try tick(Self.now)
        let later = Self.now + RoomNode.viewAgeMax + 1
        let id = TicketID(high: 5, low: 6)
        let place = Place(epoch: 1, number: 40)
        #expect(station.visit(1, id: id, lane: 0, place: place, now: later).isHeld == true)
        for step: Int64 in 0..<4 {
            while let call = station.nextCall(now: later + step * RoomNode.tickEvery) {
                _ = station.answered(call, .success(line.apply(call, now: later)), now: later)
            }
        }
        #expect(line.isWaiting(id) || line.isOffered(id))
    }
}
