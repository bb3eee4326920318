/// Calls a closure after a time, once or again and again. For the few things that are not a connection's deadline.
public final class LoopTimer: DeadlineOwner {
    private let loop: EventLoop
    private let interval: UInt64?
    private let action: () -> Void
    private var deadline = Deadline()

    public static func after(_ nanoseconds: UInt64, on loop: EventLoop, _ action: @escaping () -> Void) -> LoopTimer {
        LoopTimer(first: nanoseconds, interval: nil, on: loop, action)
    }

    public static func every(_ nanoseconds: UInt64, on loop: EventLoop, _ action: @escaping () -> Void) -> LoopTimer {
        LoopTimer(first: nanoseconds, interval: nanoseconds, on: loop, action)
    }

    private init(first: UInt64, interval: UInt64?, on loop: EventLoop, _ action: @escaping () -> Void) {
        self.loop = loop
        self.interval = interval
        self.action = action
        deadline.set(loop.now + first, for: self, on: loop)
    }

    public func cancel() { deadline.cancel(on: loop) }

    public func deadlinePassed() {
        guard deadline.hasPassed(for: self, on: loop) else { return }
        if let interval { deadline.set(loop.now + interval, for: self, on: loop) }
        action()
    }
}
