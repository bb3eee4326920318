/// A place in line, as its holder keeps it. It says by itself where that place is, whatever becomes of the stores.
public struct Ticket: Hashable, Sendable {
    public let id: TicketID
    public let lane: LaneName
    public let place: Place
    /// Seconds since 1970.
    public let issued: UInt64

    public init(id: TicketID, lane: LaneName, place: Place, issued: UInt64) {
        self.id = id
        self.lane = lane
        self.place = place
        self.issued = min(issued, TokenLimits.integerMax)
    }
}
