import Admission
import Relay
import Stores

/// What the control loop asks of a loop about its rooms.
extension EdgeLoop {
    /// Promises that were kept, told in a report at most.
    static let promisesPerReportMax = 200
    static let eventsPerTicketMax = 100

    func desk(_ room: String) -> RoomDesk? {
        rooms.settings.firstIndex { $0.name == room }.map { rooms.desks[$0] }
    }

    /// Of all rooms, with what has been added since the last time.
    func roomReports() -> [RoomReport] {
        rooms.settings.indices.map { at in
            let (named, desk) = (rooms.settings[at], rooms.desks[at])
            let promises = desk.node.promises
            let kept = promises.kept(after: toldPromises[named.name] ?? 0, countMax: Self.promisesPerReportMax)
            toldPromises[named.name] = promises.keptCount
            return RoomReport(
                room: named.name, waitForLast: desk.node.waitForLast, kept: kept, health: relay.takeHealth(of: at))
        }
    }

    func trace(of id: TicketID, in room: String) -> TicketTrace {
        let now = Microseconds(loop.now / 1000)
        // The node's clock as the calendar's.
        let offset = Microseconds(loop.unixNow / 1000) - now
        return TicketTrace(
            events: rooms.events.events(of: id, countMax: Self.eventsPerTicketMax),
            memory: desk(room)?.node.memory(of: id, now: now) ?? TicketMemory(), clockOffset: offset)
    }
}

/// What a loop says of a room, once a second.
struct RoomReport: Sendable {
    let room: String
    /// What somebody who comes now is told.
    let waitForLast: WaitRange?
    /// Promises that came true or not since the last report.
    let kept: [PromiseLedger.Kept]
    /// What became of its requests at the origin since then, where its rate follows that.
    var health: OriginHealth.Counts?
}

/// What a loop knows of a ticket.
struct TicketTrace: Sendable {
    let events: [EventMemory.Event]
    let memory: TicketMemory
    /// To be added to the memory's times, so that they are the calendar's.
    let clockOffset: Microseconds
}
