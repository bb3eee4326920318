/// What an operator has changed live; wins over the configuration until it is taken back.
public struct RoomControls: Hashable, Sendable {
    public static let messageBytesMax = 2000

    /// Goes up with every change.
    public var version: Int64 = 0
    public var rate: AdmissionRate?
    public var burst: Int64?
    public var slotsMax: Int64?
    public var state: RoomState?
    public var opensAt: Microseconds?
    public var message: String?
    /// Not an operator's: see `RateGovernor`. It has a version of its own.
    public var adapted: AdaptedRate?

    public init() {}

    public mutating func apply(_ changes: [ControlChange]) {
        version = TimeBounds.count(version) + 1
        for change in changes {
            switch change.bounded {
            case .rate(let rate): self.rate = rate
            case .burst(let burst): self.burst = burst
            case .slotsMax(let slotsMax): self.slotsMax = slotsMax
            case .state(let state): self.state = state
            case .opensAt(let opensAt): self.opensAt = opensAt
            case .message(let message): self.message = message
            }
        }
    }
}

/// One live change; nil takes an earlier one back.
public enum ControlChange: Hashable, Sendable {
    case rate(AdmissionRate?)
    case burst(Int64?)
    case slotsMax(Int64?)
    case state(RoomState?)
    case opensAt(Microseconds?)
    case message(String?)
}

extension RoomRules {
    /// The rules with the live changes over them. A rate that an operator has set live wins over one that was adapted.
    /// Either has, without a live burst, the burst that goes with it.
    public func under(_ controls: RoomControls) -> RoomRules {
        var rules = self
        if let rate = controls.rate ?? adapted(controls) {
            rules.rate = rate
            rules.burst = Self.burst(for: rate)
        }
        if let burst = controls.burst { rules.burst = min(max(burst, 1), Self.burstMax) }
        if let slotsMax = controls.slotsMax { rules.slotsMax = max(slotsMax, 0) }
        if let state = controls.state { rules.state = state }
        if let opensAt = controls.opensAt { rules.schedule.opensAt = TimeBounds.time(opensAt) }
        return rules
    }

    /// Nil where nothing was adapted, or is to be any more.
    private func adapted(_ controls: RoomControls) -> AdmissionRate? {
        rateBounds.flatMap { bounds in controls.adapted.map { bounds.clamp($0.rate) } }
    }

    public func phase(at now: Microseconds) -> RoomPhase { RoomPhase(state: state, schedule: schedule, now: now) }

    /// What ends a draw: the opening, or by lot the close.
    public var drawEnd: Microseconds? {
        switch method {
        case .fifo: schedule.opensAt
        case .random: schedule.closesAt
        }
    }

    /// Whether a newcomer's place is drawn rather than counted, unless the draw is over (`Draw.isOver`).
    public func draws(in phase: RoomPhase) -> Bool {
        phase == .prequeue || method == .random && phase != .before && phase != .closed
    }
}
