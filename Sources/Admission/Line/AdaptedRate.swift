/// What a room's rate was adapted to by the health of its origin: one value for the whole fleet, kept beside the live controls.
public struct AdaptedRate: Hashable, Sendable {
    /// Goes up with every change of it, and with nothing else.
    public var version: Int64
    public var rate: AdmissionRate
    /// By the store's clock.
    public var since: Microseconds
    public var reason: Reason

    public init(version: Int64, rate: AdmissionRate, since: Microseconds, reason: Reason) {
        self.version = TimeBounds.count(version)
        self.rate = rate
        self.since = TimeBounds.time(since)
        self.reason = reason
    }

    /// Why it is what it is. The numbers are what PostgreSQL and journals keep.
    public enum Reason: Int64, Hashable, Sendable, CaseIterable {
        /// Too many answers took longer than they should.
        case slow = 1
        /// Too many requests failed.
        case failing = 2
        /// Some of the origin's servers are left alone.
        case ejected = 3
        /// Nothing was wrong for a while, so that it goes up again.
        case well = 4

        /// For stores and programs.
        public var word: String {
            switch self {
            case .slow: "slow"
            case .failing: "failing"
            case .ejected: "ejected"
            case .well: "well"
            }
        }

        public init?(word: String) {
            guard let reason = Self.allCases.first(where: { $0.word == word }) else { return nil }
            self = reason
        }

        public var isLower: Bool { self != .well }
    }
}

/// What a node would have the rate be. It is taken only if nobody has changed it since the proposer looked, so that of a hundred
/// nodes that see the same trouble one lowers the rate, and not each of them.
public struct RateProposal: Hashable, Sendable {
    public var rate: AdmissionRate
    public var reason: AdaptedRate.Reason
    /// The version that the proposer has seen; 0 is none.
    public var after: Int64

    public init(rate: AdmissionRate, reason: AdaptedRate.Reason, after: Int64) {
        self.rate = rate
        self.reason = reason
        self.after = TimeBounds.count(after)
    }
}

/// Between which rates an adapted one may lie.
public struct RateBounds: Hashable, Sendable {
    public let min: AdmissionRate
    public let max: AdmissionRate

    public init(min: AdmissionRate, max: AdmissionRate) {
        self.min = min
        self.max = max.isBelow(min) ? min : max
    }

    public func clamp(_ rate: AdmissionRate) -> AdmissionRate {
        rate.isBelow(min) ? min : max.isBelow(rate) ? max : rate
    }
}

extension AdmissionRate {
    /// Exact, whatever the times are.
    public func isBelow(_ other: AdmissionRate) -> Bool {
        count * other.perMicroseconds < other.count * perMicroseconds
    }

    /// A rate as people would say it: a second, minute or hour, the first in which a whole number is near enough.
    public static func near(perSecond: Double) -> AdmissionRate {
        for seconds in [1.0, 60] {
            let count = (perSecond * seconds).rounded()
            if count >= 1, abs(count - perSecond * seconds) <= count / 200 { return whole(count, seconds) }
        }
        return whole((perSecond * 3600).rounded(), 3600)
    }

    private static func whole(_ count: Double, _ seconds: Double) -> AdmissionRate {
        AdmissionRate(
            count: count >= Double(countMax) ? countMax : Int64(max(0, count)),
            perMicroseconds: Microseconds(seconds * 1_000_000))
    }
}

extension RoomControls {
    /// Somebody who has seen another value than there is proposes in vain.
    public mutating func adapt(_ proposal: RateProposal, at now: Microseconds) {
        let version = adapted?.version ?? 0
        guard proposal.after == version else { return }
        adapted = AdaptedRate(version: version + 1, rate: proposal.rate, since: now, reason: proposal.reason)
    }

    /// Of two accounts the later one counts, of the operators' changes and of the adapted rate each by itself: that the
    /// one was adapted often does not undo what an operator has set.
    public mutating func merge(_ other: RoomControls) {
        let own = adapted
        if other.version > version { self = other }
        adapted = (other.adapted?.version ?? 0) > (own?.version ?? 0) ? other.adapted : own
    }
}
