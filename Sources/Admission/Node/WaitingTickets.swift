/// The waiting tickets that a node remembers, and how many of their holders still come.
struct WaitingTickets: Sendable {
    private(set) var tickets: Generations<RememberedTicket>
    private(set) var attendance = Attendance()

    init(countMax: Int, now: Microseconds) { tickets = Generations(countMax: countMax, now: now) }

    var count: Int { tickets.count }

    subscript(_ id: TicketID) -> RememberedTicket? { tickets[id] }

    /// Remembers, or remembers anew.
    mutating func set(_ id: TicketID, _ ticket: RememberedTicket) {
        let before = tickets[id]
        tickets.set(id, ticket)
        attendance.move(from: before?.beatAt, to: tickets[id]?.beatAt)
    }

    /// Changes what is remembered, without prolonging it.
    mutating func update(_ id: TicketID, _ ticket: RememberedTicket) { tickets.update(id, ticket) }

    mutating func remove(_ id: TicketID) {
        guard let before = tickets.remove(id) else { return }
        attendance.move(from: before.beatAt, to: nil)
    }

    mutating func expect(at time: Microseconds) { attendance.expect(at: time) }

    mutating func come(_ id: TicketID, at time: Microseconds) { if tickets[id] != nil { attendance.come(at: time) } }

    /// Those not heard of for a period are forgotten within another.
    mutating func turn(every period: Microseconds, now: Microseconds) {
        tickets.turn(every: period, now: now)
        attendance.turn(window: period, now: now)
    }
}
