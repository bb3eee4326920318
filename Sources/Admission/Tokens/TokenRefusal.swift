/// Why a token is not taken. Whoever shows it is at fault, or has waited too long; to show the same again does not help,
/// but for `notYetValid`.
public enum TokenRefusal: String, Hashable, Sendable, CaseIterable {
    /// More bytes than any token has.
    case tooLong
    /// Nothing that is ever signed here: another shape, spelling, order or number of claims, or a longer life.
    case malformed
    /// No header of a key in the ring for this kind: another kind, algorithm or key, or one that has been taken out.
    case unknownHeader
    case wrongSignature
    case otherRoom
    case expired
    case notYetValid
    /// Right in all else, and shown from another network than it was given to, or given to none. The visitor may have changed
    /// from one network to another: the ticket, which is bound to none, says who it is.
    case otherNetwork
}

public enum PassVerdict: Hashable, Sendable {
    case valid(Pass)
    case refused(TokenRefusal)
}

public enum TicketVerdict: Hashable, Sendable {
    case valid(Ticket)
    case refused(TokenRefusal)
}
