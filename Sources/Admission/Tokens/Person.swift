/// Somebody whom the site knows: the tickets that can be its own in a room, of which it has one at a time.
///
/// They are derived, so that every node and every device of theirs comes to the same ones. Several, since a ticket whose session
/// has ended never comes back for as long as that is remembered: the next one is taken then.
public struct Person: Sendable {
    /// So many sessions one may have had lately; who has had all of them waits until the first is forgotten.
    public static let ticketsMax = 8
    /// Keys beyond these find nobody's former ticket.
    static let keysMax = 4

    /// Under which it is asked for; no ticket is called so.
    let name: TicketID
    /// In the order in which they are taken.
    let tickets: [TicketID]
    /// By keys that do not sign: it may have one of these still, or already, and is given none.
    let others: [TicketID]

    public func owns(_ id: TicketID) -> Bool { tickets.contains(id) || others.contains(id) }

    var all: [TicketID] { tickets + others }
}
