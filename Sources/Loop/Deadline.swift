/// Told when a deadline of its own has passed.
public protocol DeadlineOwner: AnyObject {
    func deadlinePassed()
}

/// A deadline that moves with every request and hardly ever passes.
///
/// Moving it later only writes a number: the timer that is already set finds out when it fires and sets itself anew.
public struct Deadline {
    /// Nanoseconds of the loop's clock; `UInt64.max` when there is none.
    public private(set) var due = UInt64.max
    private var armedFor = UInt64.max
    private var timer: TimerID?

    public init() {}

    public var isSet: Bool { due != .max }

    public mutating func set(_ due: UInt64, for owner: any DeadlineOwner, on loop: EventLoop) {
        self.due = due
        if timer != nil && armedFor <= due { return }
        if let timer { loop.cancel(timer) }
        arm(for: owner, on: loop)
    }

    /// It will not pass; the timer may stay and be found idle.
    public mutating func clear() { due = .max }

    /// The timer fired. True when the deadline has really passed, and is then cleared; else it goes on.
    public mutating func hasPassed(for owner: any DeadlineOwner, on loop: EventLoop) -> Bool {
        timer = nil
        if due == .max { return false }
        if due <= loop.now {
            due = .max
            return true
        }
        arm(for: owner, on: loop)
        return false
    }

    /// Frees the timer, which keeps its owner alive.
    public mutating func cancel(on loop: EventLoop) {
        due = .max
        if let timer { loop.cancel(timer) }
        timer = nil
    }

    private mutating func arm(for owner: any DeadlineOwner, on loop: EventLoop) {
        armedFor = due
        timer = loop.schedule(owner, at: due)
    }
}
