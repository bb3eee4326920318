/// What becomes of a ticket at a desk.
public enum DeskEvent: UInt8, Sendable, CaseIterable {
    /// It is new, and stands at the end of the line.
    case joined
    /// It is new, and there was room at once.
    case admittedAtOnce
    /// The store was asked for it, and it stands at its own place.
    case returned
    /// At the end of the line, since its former ticket's session has ended, or its turn had passed.
    case rejoinedSpent, rejoinedPassed
    /// Its turn had come, and it has its pass.
    case claimed
    /// The origin has said that it is done.
    case released
    /// Its holder went of its own accord.
    case left
    /// An operator has taken it out.
    case revoked
}
