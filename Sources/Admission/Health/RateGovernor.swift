/// Whether the rate of a room should be another, by what one process sees of its origin's health: quickly down, slowly up.
///
/// Asked once a second. Each process decides by its own evidence alone and proposes to the store, which takes a proposal only of
/// who has seen the present value (`RoomControls.adapt`): whoever sees trouble lowers the rate for all, and whoever sees none
/// raises it no sooner than `raiseEvery` after the last change by anybody. So one bad account outweighs any number of good ones.
///
/// What it is judged by is the share of answers that came later than the target, rather than a mean, which one request that
/// hangs would move; to be trouble it has to be more than a tenth, and more than chance explains.
public struct RateGovernor: Sendable {
    /// Fewer requests prove nothing.
    public static let requestsMin = 20
    /// Evidence older than this is none.
    public static let secondsMax = 60
    /// Of the answers, one in so many may come later than the target; one in twice as many, for the rate to be raised.
    static let slowShareMax = 0.1
    /// So much remains of the rate when it is lowered.
    static let loweredTo = 0.7
    public static let lowerEvery: Microseconds = 1_000_000
    /// It goes up by so much of itself, or of the highest, whichever is less.
    static let raisedBy = (ofItself: 0.25, ofHighest: 0.05)
    public static let raiseEvery: Microseconds = 5_000_000
    /// Seconds in a row without trouble before it is raised.
    static let calmSeconds = 5

    /// What the last decision was made by: the latest seconds that made up enough requests.
    public private(set) var evidence = HealthSample()
    /// Of the present rate, the oldest first.
    private var seconds: [HealthSample] = []
    private var calm = 0
    private var version: Int64 = 0

    public init() {}

    private enum Finding {
        case trouble(AdaptedRate.Reason)
        /// Neither so good that more may come, nor so bad that less should.
        case uneasy
        case well
    }

    /// `failedMax`: the share of requests that may fail. Nil is no change.
    public mutating func decide(
        _ second: HealthSample, failedMax: Double, _ rules: RoomRules, _ snapshot: RoomSnapshot
    ) -> RateProposal? {
        guard let bounds = rules.rateBounds, snapshot.controls.rate == nil, snapshot.phase.admits, !snapshot.isRestoring
        else {
            forget()
            return nil
        }
        let adapted = snapshot.controls.adapted
        // What was seen at another rate says nothing of this one.
        if adapted?.version ?? 0 != version { forget() }
        version = adapted?.version ?? 0
        seconds.append(second)
        if seconds.count > Self.secondsMax { seconds.removeFirst() }
        let present = rules.under(snapshot.controls).rate
        let age = adapted.map { snapshot.now - $0.since }
        let ceiling = Self.ceiling(second, bounds)
        let finding = finding(failedMax)
        if case .well = finding { calm += 1 } else { calm = 0 }
        if ceiling.isBelow(present) { return propose(ceiling, .ejected) }
        switch finding {
        case .trouble(let reason):
            return lowered(present, reason, bounds, adapted, age)
        case .well where calm >= Self.calmSeconds && Self.hasPassed(Self.raiseEvery, age):
            return raised(present, rules, bounds, ceiling, snapshot)
        case .well, .uneasy: return nil
        }
    }

    private mutating func forget() {
        seconds.removeAll(keepingCapacity: true)
        calm = 0
        evidence = HealthSample()
    }

    private func propose(_ rate: AdmissionRate, _ reason: AdaptedRate.Reason) -> RateProposal {
        RateProposal(rate: rate, reason: reason, after: version)
    }

    /// A clock that was set back holds nothing up.
    private static func hasPassed(_ time: Microseconds, _ age: Microseconds?) -> Bool {
        guard let age else { return true }
        return age < 0 || age >= time
    }

    /// With a part of the servers gone, no more than their part of what all of them can bear.
    private static func ceiling(_ second: HealthSample, _ bounds: RateBounds) -> AdmissionRate {
        guard second.servers > 0, second.usable < second.servers else { return bounds.max }
        return bounds.clamp(.near(perSecond: bounds.max.perSecond * Double(second.usable) / Double(second.servers)))
    }

    private func lowered(
        _ present: AdmissionRate, _ reason: AdaptedRate.Reason, _ bounds: RateBounds, _ adapted: AdaptedRate?,
        _ age: Microseconds?
    ) -> RateProposal? {
        let wasRaised = adapted?.reason == .well
        guard bounds.min.isBelow(present) else {
            // At the bottom, and still wrong: said again, so that nobody who sees less of it raises the rate.
            return wasRaised || Self.hasPassed(Self.raiseEvery / 2, age) ? propose(bounds.min, reason) : nil
        }
        guard wasRaised || Self.hasPassed(Self.lowerEvery, age) else { return nil }
        return propose(bounds.clamp(.near(perSecond: present.perSecond * Self.loweredTo)), reason)
    }

    /// Beyond what is configured it goes only while the rate is what people wait for: a rate that nobody uses proves nothing.
    private func raised(
        _ present: AdmissionRate, _ rules: RoomRules, _ bounds: RateBounds, _ ceiling: AdmissionRate,
        _ snapshot: RoomSnapshot
    ) -> RateProposal? {
        let isFull = Int64(snapshot.offered + snapshot.sessions) >= rules.under(snapshot.controls).slotsMax
        let isWanted = snapshot.waiting > 0 && !isFull
        let top = isWanted || ceiling.isBelow(rules.rate) ? ceiling : bounds.clamp(rules.rate)
        guard present.isBelow(top) else { return nil }
        let (own, most) = (present.perSecond * Self.raisedBy.ofItself, bounds.max.perSecond * Self.raisedBy.ofHighest)
        var next = AdmissionRate.near(perSecond: present.perSecond + min(own, most))
        // A step too small for its unit leads nowhere.
        if !present.isBelow(next) { next = AdmissionRate(count: next.count + 1, perMicroseconds: next.perMicroseconds) }
        return propose(top.isBelow(next) ? top : next, .well)
    }

    // MARK: Evidence

    /// By the latest seconds that make up enough requests.
    private mutating func finding(_ failedMax: Double) -> Finding {
        var seen = HealthSample(servers: seconds.last?.servers ?? 0, usable: seconds.last?.usable ?? 0)
        for second in seconds.reversed() where seen.requests < Self.requestsMin {
            seen.add(second)
        }
        evidence = seen
        guard seen.requests >= Self.requestsMin else {
            // A long time in which next to nothing happened, and nothing of it was wrong.
            let isQuiet = seconds.count >= Self.secondsMax && seen.slow == 0 && seen.failed == 0
            return isQuiet ? .well : .uneasy
        }
        if Self.isBeyondChance(seen.failed, of: seen.requests, failedMax) { return .trouble(.failing) }
        if Self.isBeyondChance(seen.slow, of: seen.requests, Self.slowShareMax) { return .trouble(.slow) }
        let isGood =
            Double(seen.failed) * 2 <= failedMax * Double(seen.requests)
            && Double(seen.slow) * 2 <= Self.slowShareMax * Double(seen.requests)
        return isGood ? .well : .uneasy
    }

    /// More than such a share would bring in all but a few of a hundred seconds: by two standard deviations.
    static func isBeyondChance(_ count: Int, of all: Int, _ share: Double) -> Bool {
        let expected = share * Double(all)
        return Double(count) > expected + 2 * (expected * (1 - share)).squareRoot()
    }
}
