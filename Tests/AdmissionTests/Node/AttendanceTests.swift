import Testing

@testable import Admission

@Suite struct AttendanceTests {
    static let second: Microseconds = 1_000_000

    /// Visitors who poll every two seconds; from a time on, a part of them does not.
    static func play(_ count: Int, until end: Int, leaving: Int, at leave: Int) -> [Double?] {
        var tickets = WaitingTickets(countMax: 10_000, now: 0)
        var seen: [Double?] = []
        for now in 0..<end {
            let time = Microseconds(now) * second
            for number in 0..<count where number % 2 == now % 2 && !(number % 10 < leaving && now >= leave) {
                let id = TicketID(high: UInt64(number), low: 1)
                tickets.come(id, at: time)
                if (tickets[id]?.beatAt).map({ time - $0 >= 20 * second }) ?? true {
                    tickets.set(id, RememberedTicket(lane: 0, place: Place(epoch: 1, number: UInt64(number)), beatAt: time))
                }
                tickets.expect(at: time + 2 * second)
            }
            tickets.turn(every: 120 * second, now: time)
            seen.append(tickets.attendance.alive)
        }
        return seen
    }

    @Test func whoComesIsThere() {
        let alive = Self.play(400, until: 300, leaving: 0, at: 0)
        #expect(alive.dropFirst(4).allSatisfy { ($0 ?? 0) > 0.99 })
    }

    @Test func whoStopsComingIsMissedWithinAPoll() throws {
        let alive = Self.play(1000, until: 300, leaving: 5, at: 60)
        #expect(try #require(alive[58]) > 0.99)
        // Two seconds to the appointment, two more of patience, one of the count.
        for now in 66..<150 { #expect(abs(try #require(alive[now]) - 0.5) < 0.03, "\(now)") }
        // The store has dropped their tickets by now, and the line is shorter itself.
        for now in 185..<300 { #expect(try #require(alive[now]) > 0.97, "\(now)") }
    }

    @Test func ofAFewNothingIsConcluded() {
        #expect(Self.play(Attendance.ticketsMin - 2, until: 50, leaving: 0, at: 0).allSatisfy { $0 == nil })
    }
}
