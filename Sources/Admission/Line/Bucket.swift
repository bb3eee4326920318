/// The token bucket of a room, in whole numbers.
///
/// One admission costs `per` units (the rate's time) and every microsecond brings `count` units (the rate's count), so any
/// rate is exact. In every window w at most rate × w + burst are taken, however often and by whomever it is asked.
///
/// An admission whose visitor never came is given back: it is *owed*, and somebody else is admitted in its place. Those
/// replacements have a bucket of the same rate and burst of their own (`spare`), so that a line full of no-shows cannot make
/// the rate climb without end: all admissions together stay below twice rate × w + burst, and those that were not in place of
/// another below rate × w + burst.
public struct Bucket: Hashable, Sendable {
    public internal(set) var credit: Int64
    public internal(set) var spare: Int64
    public internal(set) var owed: Int64
    public internal(set) var per: Microseconds
    public internal(set) var filledAt: Microseconds

    /// Empty, or ready to admit a burst.
    public init(rules: RoomRules, isFull: Bool, now: Microseconds) {
        per = rules.rate.perMicroseconds
        credit = isFull ? rules.burst * per : 0
        spare = 0
        owed = 0
        filledAt = now
    }

    /// No time is counted twice: a clock that has gone back brings nothing until it is where it was. A rate of zero admits nobody, however full the
    /// bucket was.
    mutating func refill(_ rules: RoomRules, now: Microseconds) {
        let cost = rules.rate.perMicroseconds
        if cost != per {
            credit = credit / per * cost
            spare = spare / per * cost
            per = cost
        }
        let elapsed = max(0, now - filledAt)
        filledAt = max(filledAt, now)
        credit = Self.filled(credit, elapsed, rules)
        spare = Self.filled(spare, elapsed, rules)
    }

    private static func filled(_ credit: Int64, _ elapsed: Microseconds, _ rules: RoomRules) -> Int64 {
        guard rules.rate.count > 0 else { return 0 }
        let full = rules.burst * rules.rate.perMicroseconds
        let missing = full - credit
        guard missing > 0 else { return full }
        let timeToFull = (missing + rules.rate.count - 1) / rules.rate.count
        return elapsed >= timeToFull ? full : credit + elapsed * rules.rate.count
    }

    var regular: Int64 { credit / per }
    var replacements: Int64 { min(owed, spare / per) }
    var available: Int64 { regular + replacements }

    /// Takes what is available; gives how many of them were in place of others.
    mutating func take(_ count: Int64) -> Int64 {
        let paid = min(count, regular)
        let replaced = min(count - paid, replacements)
        credit -= paid * per
        spare -= replaced * per
        owed -= replaced
        return replaced
    }

    /// No more is owed than what was admitted in one claim window.
    mutating func owe(_ count: Int64, _ rules: RoomRules) {
        owed = min(owed + count, rules.rate.admissions(in: rules.claimWindow))
    }

    /// With nobody waiting, nobody was kept out.
    mutating func forgive() { owed = 0 }
}
