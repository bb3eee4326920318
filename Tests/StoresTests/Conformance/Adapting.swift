import Admission
import Testing

extension Conformance {
    private static let rateBounds = RateBounds(
        min: .perSecond(2), max: AdmissionRate(count: 6000, perMicroseconds: 60_000_000))

    private static func slower(_ rate: AdmissionRate, after: Int64 = 0) -> RateProposal {
        RateProposal(rate: rate, reason: .slow, after: after)
    }

    /// Begins with a line that nobody comes to the end of.
    private static func begin(_ room: ScriptedRoom) throws {
        try room.begin {
            $0.rate = .perSecond(10)
            $0.burst = 1
            $0.rateBounds = rateBounds
            $0.state = .queue
            $0.slotsMax = 10_000
            $0.claimWindow = 10_000_000_000
        }
        for first in stride(from: UInt64(1), to: 1500, by: 500) { try room.enter(first...(first + 499)) }
        try room.tick()
    }

    /// How many are let in in four seconds.
    private static func admissions(_ room: ScriptedRoom) throws -> Int64 {
        let before = try room.tick().totals.admitted
        return try room.tick(forSeconds: 4).totals.admitted - before
    }

    static let adapting = [
        Scenario("a rate that was adapted is the rate, and says since when and why") { room in
            try begin(room)
            #expect(try admissions(room) == 40)
            let start = room.now
            try room.adapt(slower(.perSecond(5)))
            #expect(try admissions(room) == 20)
            let controls = try room.tick().controls
            #expect(controls.adapted == AdaptedRate(version: 1, rate: .perSecond(5), since: start, reason: .slow))
            #expect(controls.version == 0 && controls.rate == nil)
        },
        Scenario("of several who have seen the same, one changes it") { room in
            try begin(room)
            for rate in [7, 5, 3] { try room.adapt(slower(.perSecond(Int64(rate)))) }
            let first = try room.tick().controls.adapted
            #expect(first?.version == 1 && first?.rate == .perSecond(7))
            try room.adapt(slower(.perSecond(5), after: 1))
            try room.adapt(slower(.perSecond(4), after: 3))
            let second = try room.tick().controls.adapted
            #expect(second?.version == 2 && second?.rate == .perSecond(5))
        },
        Scenario("it stays within the bounds that the rules have now") { room in
            try begin(room)
            try room.adapt(slower(AdmissionRate(count: 1, perMicroseconds: 60_000_000)))
            #expect(try admissions(room) == 8)
            try room.adapt(slower(.perSecond(1000), after: 1))
            try room.tick()
            #expect(try admissions(room) == 400)
            room.rules.rateBounds = RateBounds(min: .perSecond(1), max: .perSecond(20))
            try room.tick()
            #expect(try admissions(room) == 80)
            room.rules.rateBounds = nil
            try room.tick()
            #expect(try admissions(room) == 40)
        },
        Scenario("what an operator sets wins until it is taken back") { room in
            try begin(room)
            try room.adapt(slower(.perSecond(5)))
            try room.control(.rate(.perSecond(50)))
            try room.tick()
            #expect(try admissions(room) == 200)
            try room.control(.rate(nil))
            try room.tick()
            #expect(try admissions(room) == 20)
        },
        Scenario("an operator's changes and the adapted rate are kept by versions of their own") { room in
            try begin(room)
            try room.adapt(slower(.perSecond(5)))
            try room.control(.burst(7), .message("Soon."))
            var told = Recollection(
                epoch: 1, lineage: room.lineage, watermarks: Watermarks(epoch: 1), nodes: [], isComplete: true)
            // Adapted more often, changed less often.
            told.watermarks.controls.adapted = AdaptedRate(version: 9, rate: .perSecond(3), since: 5, reason: .failing)
            try room.restore(told)
            var controls = try room.tick().controls
            #expect(controls.burst == 7 && controls.message == "Soon." && controls.version == 1)
            #expect(controls.adapted == told.watermarks.controls.adapted)
            // Changed more often, adapted less often.
            told.watermarks.controls = RoomControls()
            told.watermarks.controls.version = 4
            told.watermarks.controls.slotsMax = 99
            told.watermarks.controls.adapted = AdaptedRate(version: 8, rate: .perSecond(4), since: 6, reason: .well)
            try room.restore(told)
            controls = try room.tick().controls
            #expect(controls.burst == nil && controls.slotsMax == 99 && controls.version == 4)
            #expect(controls.adapted?.version == 9 && controls.adapted?.rate == .perSecond(3))
        },
        Scenario("it goes on in a line that is restored") { room in
            try begin(room)
            try room.adapt(slower(.perSecond(5)))
            let adapted = try room.tick().controls.adapted
            var told = Recollection(
                epoch: 2, lineage: 99, watermarks: Watermarks(epoch: 1), nodes: [], isComplete: true)
            told.watermarks.controls.adapted = adapted
            try room.restore(told)
            (room.epoch, room.lineage) = (2, 99)
            #expect(adapted != nil)
            #expect(try room.tick().controls.adapted == adapted)
        },
    ]
}
