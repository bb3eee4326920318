/// What a visitor knows of its visit in the end, and all that is judged. Times are nanoseconds since the opening.
///
/// A visitor does not see the moment in which it is let in. It knows that it was not yet when it sent the last question that
/// was answered "wait", and that it was when an answer said so: the moment lies between `waitedAt` and `admittedAt`. Whatever
/// is concluded from a visit has to hold wherever in there it lies.
public struct Visit: Sendable {
    public static let never = UInt64.max

    /// Of the request that was answered with a place, or with the site.
    public var joinSentAt = never
    public var joinAnsweredAt = never
    /// When the last question was sent that was answered "wait"; where there was none, when the join was sent.
    public var waitedAt = never
    public var admittedAt = never
    /// When the last request was sent that the site answered, or the one to leave: until then it was surely inside.
    public var insideUntil = never
    /// The first promise: when it was heard, and between what.
    public var promisedAt = never
    public var promisedLowSeconds: UInt32 = 0
    public var promisedHighSeconds: UInt32 = 0
    public var ticket: UInt64 = 0
    /// Its place in line, as its last ticket has it: exactly who stood before whom. 0 for who had none.
    public var place: UInt64 = 0
    /// It did not ask when it was told to, so that its place may have been given away.
    public var isStrayed = false
    /// It said that it gives up, or was away: its turn may have passed with nobody there.
    public var wasAway = false
    public var isRejoined = false
    /// Let through where nobody had to wait: no admission.
    public var isFree = false
    public var hasSeenSite = false

    public init() {}

    public var hasJoined: Bool { joinAnsweredAt != Self.never }
    public var isAdmitted: Bool { admittedAt != Self.never && !isFree }
    /// It did what it was told, so that it is let in by its place and no other way.
    public var keepsItsTurn: Bool { !isStrayed && !isRejoined }
    /// From the join to the admission; nil for who was not let in.
    public var waitNanoseconds: UInt64? { isAdmitted ? admittedAt - joinSentAt : nil }
}
