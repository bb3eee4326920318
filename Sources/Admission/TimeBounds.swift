/// What times, spans and counts are brought into where they come in, so that no sum of them is too large for a process, or inexact
/// in a store that counts in doubles (2^53): in the initializers of what calls and answers are made of, and at the clocks.
public enum TimeBounds {
    /// Either way from 1970: until 2112.
    public static let timeMax: Microseconds = 1 << 52 - 1
    /// Either way; a hundred years, which is as good as for ever.
    public static let spanMax: Microseconds = 3_155_760_000_000_000
    /// Of epochs, versions and whatever is counted.
    public static let countMax: Int64 = 1 << 52 - 1

    public static func time(_ time: Microseconds) -> Microseconds { min(max(time, -timeMax), timeMax) }
    public static func span(_ span: Microseconds) -> Microseconds { min(max(span, -spanMax), spanMax) }

    public static func span(from start: Microseconds, to end: Microseconds) -> Microseconds {
        let (difference, isTooLarge) = end.subtractingReportingOverflow(start)
        return span(isTooLarge ? (end > start ? .max : .min) : difference)
    }

    public static func count(_ count: Int64) -> Int64 { min(max(count, 0), countMax) }
    static func count(_ count: Int) -> Int { Int(self.count(Int64(count))) }
    static func epoch(_ epoch: UInt64) -> UInt64 { min(epoch, UInt64(countMax)) }
}

extension RoomRules {
    /// Nothing lasts longer than `TimeBounds.spanMax`, and nothing is less than nothing.
    var bounded: RoomRules {
        var rules = self
        rules.burst = min(max(burst, 1), Self.burstMax)
        rules.slotsMax = TimeBounds.count(slotsMax)
        rules.waitingMax = TimeBounds.count(waitingMax)
        rules.schedule.prequeueAt = schedule.prequeueAt.map(TimeBounds.time)
        rules.schedule.opensAt = schedule.opensAt.map(TimeBounds.time)
        rules.schedule.closesAt = schedule.closesAt.map(TimeBounds.time)
        rules.claimWindow = Self.lasting(claimWindow)
        rules.turnGrace = Self.lasting(turnGrace)
        rules.abandonAfter = Self.lasting(abandonAfter)
        rules.passLife = Self.lasting(passLife)
        rules.sessionIdle = Self.lasting(sessionIdle)
        rules.sessionMax = Self.lasting(sessionMax)
        rules.standstillAfter = Self.lasting(standstillAfter)
        return rules
    }

    private static func lasting(_ span: Microseconds) -> Microseconds { max(0, TimeBounds.span(span)) }
}

extension StoreCall.Operation {
    /// All else is in bounds by what it is made of.
    var bounded: StoreCall.Operation {
        if case .revoke(let ids, let lasting) = self { .revoke(ids, lasting: TimeBounds.span(lasting)) } else { self }
    }
}

extension ControlChange {
    public var bounded: ControlChange {
        if case .opensAt(let time?) = self { .opensAt(TimeBounds.time(time)) } else { self }
    }
}

extension RoomControls {
    public var bounded: RoomControls {
        var controls = self
        controls.version = TimeBounds.count(version)
        controls.opensAt = opensAt.map(TimeBounds.time)
        controls.adapted = adapted.map {
            AdaptedRate(version: $0.version, rate: $0.rate, since: $0.since, reason: $0.reason)
        }
        return controls
    }
}

extension RoomTotals {
    var bounded: RoomTotals {
        var totals = self
        totals.entered = TimeBounds.count(entered)
        totals.admitted = TimeBounds.count(admitted)
        totals.replaced = TimeBounds.count(replaced)
        totals.claimed = TimeBounds.count(claimed)
        totals.missed = TimeBounds.count(missed)
        totals.abandoned = TimeBounds.count(abandoned)
        totals.left = TimeBounds.count(left)
        totals.ended = TimeBounds.count(ended)
        return totals
    }
}
