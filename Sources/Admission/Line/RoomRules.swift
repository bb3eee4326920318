/// What the configuration says of a room. It travels with every call to a store, so that all nodes that read the same file
/// act by the same rules from the next tick on, and a store keeps no copy that could be old.
public struct RoomRules: Hashable, Sendable {
    public static let lanesMax = 8
    public static let burstMax: Int64 = 100_000
    /// No tick of a room comes later than this unless something is wrong: five are due by then, from every node.
    public static let tickLateMax: Microseconds = 500_000
    public static let waitingDefaultMax: Int64 = 10_000_000

    public var rate: AdmissionRate
    /// Where it follows the origin's health; nil: it does not.
    public var rateBounds: RateBounds?
    /// How many may be admitted at once after a quiet time, or after a tick that came late; exactly this is the burst of the promise
    /// that no window w sees more than rate × w + burst regular admissions. What comes in after the bucket is full is lost, so that the
    /// rate is reached only while ticks are no further apart than `tickGapMax`; by default that is `tickLateMax`.
    public var burst: Int64
    /// `max_active`: how many may be admitted and not yet gone.
    public var slotsMax: Int64
    public var waitingMax: Int64 = waitingDefaultMax
    public var state = RoomState.auto
    public var method = RoomMethod.fifo
    public var schedule = Schedule()
    /// Never none: whoever comes stands in one.
    public var lanes = laneDefault {
        didSet { if lanes.isEmpty { lanes = Self.laneDefault } }
    }
    public static let laneDefault = [LaneRule(name: "general", share: 1)]

    public var claimWindow: Microseconds = 60_000_000
    public var turnGrace: Microseconds = 300_000_000
    public var abandonAfter: Microseconds = 120_000_000
    public var passLife: Microseconds = 120_000_000
    public var sessionIdle: Microseconds = 600_000_000
    public var sessionMax: Microseconds = 7_200_000_000
    /// Time without a tick for so long did not pass for the line, see `Line.Moment`.
    public var standstillAfter: Microseconds = 3_000_000

    public init(rate: AdmissionRate, burst: Int64? = nil, slotsMax: Int64) {
        self.rate = rate
        self.burst = min(max(burst ?? Self.burst(for: rate), 1), Self.burstMax)
        self.slotsMax = slotsMax
    }

    /// What comes in between two ticks, a part of an admission that was left at the first, and a part that the count has rounded off.
    static func burst(for rate: AdmissionRate) -> Int64 { min(rate.admissions(in: tickLateMax) + 2, burstMax) }

    /// As long as ticks come no further apart, nothing of the rate is lost.
    public var tickGapMax: Microseconds {
        rate.count == 0 ? TimeBounds.spanMax : (burst - 1) * rate.perMicroseconds / rate.count
    }

    /// A slot outlives every pass that was given for it, else the cap would not be one.
    public var slotLife: Microseconds { max(sessionIdle, passLife) }

    /// A spent ticket is remembered until the floor has certainly passed its place. The floor is late by one spacing at
    /// most, and by more after ticks that did not come or nodes that restored one after another.
    public var spentLife: Microseconds {
        let floorHasPassed = turnGrace + 10 * Line.historySpacing(self)
        return switch method {
        case .fifo: max(floorHasPassed, passLife)
        case .random: max(floorHasPassed, passLife, sessionMax)
        }
    }

    /// No pass of a session that has ended outlives it by more: one may still be renewed where nobody has heard of the end yet.
    public var endedLife: Microseconds { passLife + 3_000_000 }

    /// Who was seen within this time counts as there; see `RoomSnapshot.fresh`.
    public var freshWindow: Microseconds { abandonAfter / 2 }
}

/// A priority class: its own line, and a share of the rate while it has somebody waiting.
public struct LaneRule: Hashable, Sendable {
    public static let shareMax: Int64 = 1000

    public let name: String
    public let share: Int64

    public init(name: String, share: Int64) {
        self.name = name
        self.share = min(max(share, 1), Self.shareMax)
    }
}

/// Who goes first.
public enum RoomMethod: String, Hashable, Sendable, CaseIterable {
    /// By arrival; who was there before the opening, by lot.
    case fifo
    /// By lot, whenever one came. Nobody has a place to be shown, since who comes later may go before.
    case random
}
