/// The waiting tickets that a node remembers, and how many of their holders still come.
struct WaitingTickets: Sendable {
    private(set) var tickets: Generations<RememberedTicket>
    private(set) var attendance = Attendance()

    init(countMax: Int, now: Microseconds) { tickets = Generations(countMax: countMax, now: now) }

    var count: Int { tickets.count }

    subscript(_ id: TicketID) -> RememberedTicket? { tickets[id] }

    /// Remembers, or remembers anew.
    mutating func set(_ id: TicketID, _ ticket: RememberedTicket) {
        tickets.set(id, ticket)
        attendance.hear(id, ticket)
    }

    /// Changes what is remembered, without prolonging it.
    mutating func update(_ id: TicketID, _ ticket: RememberedTicket) { tickets.update(id, ticket) }

    mutating func remove(_ id: TicketID) {
        tickets.remove(id)
        attendance.remove(id)
    }

    mutating func expect(_ id: TicketID, at time: Microseconds) { attendance.expect(id, at: time) }

    mutating func come(_ id: TicketID, at time: Microseconds) { attendance.come(id, at: time) }

    /// Who of them is still there, as far as the node can tell.
    mutating func survey(_ snapshot: RoomSnapshot, window: Microseconds, now: Microseconds) -> Survey {
        attendance.look(behind: snapshot.lanes.map(\.head), window: window, now: now)
        return attendance.survey
    }

    /// Those not heard of for a period are forgotten within another.
    mutating func turn(every period: Microseconds, now: Microseconds) { tickets.turn(every: period, now: now) }
}
