import Testing

@testable import Telemetry

@Suite struct EventCeilingTests {
    private let second: Int64 = 1_000_000_000

    @Test func countsEachEventForItself() {
        var ceiling = EventCeiling()
        for _ in 0..<EventCeiling.linesPerSecondMax {
            #expect(ceiling.admits(.warning, "one", at: 5) == true)
            #expect(ceiling.admits(.warning, "two", at: 5) == true)
        }
        #expect(ceiling.admits(.warning, "one", at: 6) == false)
        #expect(ceiling.admits(.warning, "one", at: 4 + second) == false)
        #expect(ceiling.owing == 1)
        #expect(ceiling.nextSuppressed(at: 4 + second) == nil)
        #expect(ceiling.nextSuppressed(at: 5 + second)?.lines == 2)
        #expect(ceiling.nextSuppressed(at: 5 + second) == nil)
        #expect(ceiling.owing == 0)
        #expect(ceiling.admits(.warning, "one", at: 5 + second) == true)
    }

    @Test func aClockThatStepsBackDoesNotSilenceAnEvent() {
        var ceiling = EventCeiling()
        for _ in 0..<50 { _ = ceiling.admits(.error, "one", at: 3_600 * second) }
        #expect(ceiling.nextSuppressed(at: 10)?.lines == 40)
        #expect(ceiling.admits(.error, "one", at: 10) == true)
    }

    @Test func moreNamesThanPlacesShareTheLast() {
        let names: [StaticString] = [
            "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8", "a9", "b0", "b1", "b2", "b3", "b4", "b5", "b6", "b7", "b8",
            "b9", "c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "c9", "d0", "d1", "d2", "d3", "d4", "d5", "d6", "d7",
            "d8", "d9", "e0", "e1", "e2", "e3", "e4", "e5", "e6", "e7", "e8", "e9", "f0", "f1", "f2", "f3", "f4", "f5", "f6",
            "f7", "f8", "f9", "g0", "g1", "g2", "g3", "g4", "g5", "g6", "g7", "g8", "g9", "h0", "h1", "h2", "h3", "h4", "h5",
        ]
        var ceiling = EventCeiling()
        let admitted = names.count { ceiling.admits(.info, $0, at: 1) }
        #expect(admitted == EventCeiling.eventsMax - 1 + EventCeiling.linesPerSecondMax)
        #expect(ceiling.nextSuppressed(at: 1 + second).map { "\($0.event)" } == "others")
    }
}
