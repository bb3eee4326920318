/// The right to be forwarded, for a while. Times are seconds since 1970.
public struct Pass: Hashable, Sendable {
    public let ticket: TicketID
    public let issued: UInt64
    /// The first second at which it is good no more.
    public let expires: UInt64
    public let sessionStart: UInt64

    /// Nil unless it is good for at least a second and at most `passLifetimeSecondsMax`, and its session began before it.
    public init?(ticket: TicketID, issued: UInt64, expires: UInt64, sessionStart: UInt64) {
        guard sessionStart <= issued, issued < expires, expires - issued <= TokenLimits.passLifetimeSecondsMax,
            expires <= TokenLimits.integerMax
        else { return nil }
        self.ticket = ticket
        self.issued = issued
        self.expires = expires
        self.sessionStart = sessionStart
    }

    /// What lies outside the bounds is taken as the nearest that does not: the clock that the session's start was read from
    /// may be another node's, and a little ahead.
    public init(ticket: TicketID, issued: UInt64, lifetimeSeconds: UInt64, sessionStart: UInt64) {
        self.ticket = ticket
        self.issued = min(issued, TokenLimits.integerMax - TokenLimits.passLifetimeSecondsMax)
        expires = self.issued + min(max(1, lifetimeSeconds), TokenLimits.passLifetimeSecondsMax)
        self.sessionStart = min(sessionStart, self.issued)
    }
}
