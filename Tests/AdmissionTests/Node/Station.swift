@testable import Admission

/// A node where a test can ask it within an expectation.
final class Station {
    private(set) var node: RoomNode

    init(_ node: RoomNode) { self.node = node }

    /// Takes it that these wait, in their order.
    func remember(_ tickets: [(id: TicketID, place: Place)], now: Microseconds) {
        for ticket in tickets {
            node.waiting.set(ticket.id, RememberedTicket(lane: 0, place: ticket.place, beatAt: now))
        }
    }

    func arrive(_ ask: UInt64, lane: Int, now: Microseconds) -> Reply? { node.arrive(ask, lane: lane, now: now) }

    func visit(_ ask: UInt64, id: TicketID, lane: Int, place: Place, now: Microseconds) -> Reply? {
        node.visit(ask, id: id, lane: lane, place: place, now: now)
    }

    func nextCall(now: Microseconds) -> StoreCall? { node.nextCall(now: now) }

    func answered(_ call: StoreCall, _ result: Result<StoreAnswer, StoreFault>, now: Microseconds) -> [Told] {
        node.answered(call, result, now: now)
    }
}

extension Reply {
    var isHeld: Bool { if case .held = self { true } else { false } }
}

extension Reply? {
    /// Nil: not answered yet.
    var isHeld: Bool? { map(\.isHeld) }
}
