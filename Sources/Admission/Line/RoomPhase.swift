/// What a room is set to, by its configuration or by an operator.
public enum RoomState: String, Hashable, Sendable, CaseIterable {
    /// A line only when rate or cap is reached.
    case auto
    /// Everybody queues.
    case queue
    /// Nobody is admitted; the line is kept.
    case paused
    /// Nobody queues.
    case open
    /// A closing page; sessions go on.
    case closed
}

public struct Schedule: Hashable, Sendable {
    public var prequeueAt: Microseconds?
    public var opensAt: Microseconds?
    public var closesAt: Microseconds?

    public init(prequeueAt: Microseconds? = nil, opensAt: Microseconds? = nil, closesAt: Microseconds? = nil) {
        self.prequeueAt = prequeueAt
        self.opensAt = opensAt
        self.closesAt = closesAt
    }
}

/// What a room does at a moment: its state and its schedule together.
public enum RoomPhase: String, Hashable, Sendable, CaseIterable {
    /// Not even the pre-queue has begun.
    case before
    /// Everybody who is there before the opening is equal.
    case prequeue
    case auto, queue, paused, open, closed

    /// Closed by an operator is closed. Else the schedule says when it begins and ends, and the state what is in between.
    public init(state: RoomState, schedule: Schedule, now: Microseconds) {
        if state == .closed {
            self = .closed
        } else if let closesAt = schedule.closesAt, now >= closesAt {
            self = .closed
        } else if let opensAt = schedule.opensAt, now < opensAt {
            self = schedule.prequeueAt.map { now >= $0 } == true ? .prequeue : .before
        } else {
            self =
                switch state {
                case .auto: .auto
                case .queue: .queue
                case .paused: .paused
                case .open: .open
                case .closed: .closed
                }
        }
    }

    package var admits: Bool { self == .auto || self == .queue }
}
