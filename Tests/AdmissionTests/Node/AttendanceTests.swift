import Testing

@testable import Admission

@Suite struct AttendanceTests {
    static let second: Microseconds = 1_000_000

    /// Visitors who poll every two seconds and beat every twenty; from a time on, some of them do not.
    struct Crowd {
        var count = 1000
        var isStaying: (Int) -> Bool = { _ in true }
        var leave = 60
        var end = 100
        /// They come to this node every so-manyth time.
        var comesEvery = 1
        /// So far the line has moved.
        var head = Place.none

        func play(_ each: (Int, Survey) -> Void) {
            var attendance = Attendance()
            var beats: [Int: Microseconds] = [:]
            for now in 0..<end {
                let time = Microseconds(now) * second
                for number in 0..<count where number % 2 == now % 2 && (isStaying(number) || now < leave) {
                    guard (now / 2 + number) % comesEvery == 0 else { continue }
                    let id = TicketID(high: UInt64(number) << 32, low: UInt64(number))
                    attendance.come(id, at: time)
                    if beats[number].map({ time - $0 >= 20 * second }) ?? true {
                        beats[number] = time
                        let place = Place(epoch: 1, number: UInt64(number) + 1)
                        attendance.hear(id, RememberedTicket(lane: 0, place: place, beatAt: time))
                    }
                    attendance.expect(id, at: time + 2 * second)
                }
                attendance.look(behind: [head], window: 120 * second, now: time)
                each(now, attendance.survey)
            }
        }

        func last() -> Survey {
            var survey = Survey()
            play { survey = $1 }
            return survey
        }
    }

    static func present(_ parts: [Survey.Part]) -> Double {
        parts.isEmpty ? -1 : parts.reduce(0) { $0 + $1.present } / Double(parts.count)
    }

    @Test func whoComesIsThere() {
        Crowd().play { now, survey in
            if now > 2 { #expect(Self.present(survey.lanes[0]) == 1 && survey.trust == 1 && survey.leaving == 0) }
        }
    }

    @Test func whoStopsComingIsMissedWithinAPoll() {
        Crowd(isStaying: { $0 % 10 < 5 }, end: 300).play { now, survey in
            guard now > 2 else { return }
            let present = Self.present(survey.lanes[0])
            if now < 60 { #expect(present == 1) }
            // Two seconds to the appointment and two of patience.
            if (65..<160).contains(now) { #expect(abs(present - 0.5) < 0.03, "\(now)") }
            if now == 70 { #expect((survey.leaving ?? 0) > 0.02) }
            if now > 110 { #expect(survey.leaving == 0) }
            // The store has dropped their tickets by now, and the line is shorter itself.
            if now > 185 { #expect(present == 1) }
        }
    }

    @Test func itIsKnownWhereTheyStood() {
        let parts = Crowd(isStaying: { $0 >= 400 }).last().lanes[0]
        #expect(parts.count > 10)
        for part in parts { #expect(part.present == (part.end.number <= 400 ? 0 : 1), "\(part.end)") }
    }

    @Test func whoseTurnHasComeIsNotCounted() {
        let parts = Crowd(isStaying: { $0 >= 400 }, head: Place(epoch: 1, number: 400)).last().lanes[0]
        #expect(Self.present(parts) == 1)
    }

    @Test func itIsKnownWhenTheStoreWillDropThem() {
        let swept = Crowd(isStaying: { $0 % 2 == 0 }, leave: 41, end: 81).last().swept
        // They were last heard of at 40, and it is 80: all of them go in 80 of 120 seconds.
        #expect(swept.count == Survey.sweepsMax)
        #expect(swept[2] == 0 && swept[6] == 1)
    }

    @Test func whereNobodyComesBackToTheSameNodeItIsNotBelieved() {
        #expect(Crowd(comesEvery: 1).last().trust == 1)
        #expect(Crowd(comesEvery: 4).last().trust == 0)
    }

    @Test func ofAFewNothingIsConcluded() {
        #expect(Crowd(count: Survey.partMin - 2).last().lanes.isEmpty)
    }

    @Test func aSampleStandsForAll() {
        let count = 3 * Attendance.sampleMax
        let survey = Crowd(count: count, isStaying: { $0 % 3 == 0 }, leave: 10, end: 20).last()
        #expect(survey.lanes[0].count == Survey.partsMax)
        #expect(abs(Self.present(survey.lanes[0]) - 1.0 / 3) < 0.03)
    }
}
