import Admission
import Stores

/// What became of tickets on this loop, the latest so many: for whoever asks for one of them.
final class EventMemory {
    static let countMax = 65_536

    struct Event: Sendable {
        let id: TicketID
        /// Since 1970, in microseconds.
        let at: Int64
        let what: DeskEvent
    }

    private var events: [Event] = []
    private var next = 0

    var count: Int { events.count }

    func note(_ what: DeskEvent, _ id: TicketID, at time: Int64) {
        let event = Event(id: id, at: time, what: what)
        if events.count < Self.countMax { events.append(event) } else { events[next] = event }
        next = (next + 1) % Self.countMax
    }

    /// The latest of a ticket, in their order.
    func events(of id: TicketID, countMax: Int) -> [Event] {
        let found = events.filter { $0.id == id }.sorted { $0.at < $1.at }
        return found.suffix(countMax)
    }
}
