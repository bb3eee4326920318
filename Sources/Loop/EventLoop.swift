import Bytes
import CLinux
import Glibc

/// Told what the kernel says of a descriptor.
public protocol Watcher: AnyObject {
    func ready(_ readiness: Readiness)
}

/// What a descriptor is ready for, or is to be watched for.
public struct Readiness: OptionSet, Sendable {
    public let rawValue: UInt32

    @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let readable = Readiness(rawValue: 0x001)
    public static let writable = Readiness(rawValue: 0x004)
    /// Always reported: the connection is broken or closed on both sides.
    public static let broken = Readiness(rawValue: 0x008 | 0x010)
    /// Of several loops that watch one listening socket, the kernel wakes one.
    static let exclusive = Readiness(rawValue: 1 << 28)
}

/// Told at the end of a turn, after everything that was ready has been handled: the place to send what was gathered.
public protocol TurnEnd: AnyObject {
    func turnEnded()
}

/// One thread, one epoll: calls back when descriptors are ready, deadlines pass or another thread has left work.
///
/// Level-triggered. A turn: wait, descriptors, work from outside, deadlines, jobs of tasks, turn ends. Nothing in it may
/// block. Not to be touched from another thread; `handle` is the way in.
public final class EventLoop {
    static let eventsPerTurnMax = 256
    static let readBufferBytes = 64 * 1024
    private static let wakeToken = UInt64.max

    public let handle: LoopHandle
    public let executor: LoopExecutor
    /// Nanoseconds of the loop's clock at the start of this turn.
    public private(set) var now: UInt64
    /// Nanoseconds since 1970 at the start of this turn.
    public private(set) var unixNow: UInt64
    /// How many turns there were; a thread that watches sees from it that the loop is alive.
    public private(set) var turns: UInt64 = 0

    /// What lives on this loop, for work that comes in by `handle`.
    public var tenant: AnyObject?
    /// Called at the very end of every turn: to hand over what was logged.
    public var onTurnEnd: (() -> Void)?

    private struct Watch {
        var watcher: (any Watcher)?
        var generation: UInt32 = 0
    }

    private let epoll: Int32
    private let clock: Clock
    private let events: UnsafeMutablePointer<epoll_event>
    /// Every read of the loop goes here; what must outlive the callback is copied out by the reader.
    let readBuffer: UnsafeMutableRawPointer
    private var watches: [Watch] = []
    private var timers: TimerWheel<any DeadlineOwner>
    private var passed: [any DeadlineOwner] = []
    private var turnEnds: [any TurnEnd] = []
    private var turnEndsSpare: [any TurnEnd] = []
    private var isStopping = false

    public init(clock: Clock = .system) throws(SystemError) {
        let epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard epoll >= 0 else { throw SystemError("epoll_create1") }
        let wake = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
        guard wake >= 0, clinux_epoll_add(epoll, wake, Readiness.readable.rawValue, Self.wakeToken) == 0 else {
            let error = SystemError("eventfd")
            close(epoll)
            throw error
        }
        self.epoll = epoll
        self.clock = clock
        handle = LoopHandle(wakeDescriptor: wake)
        executor = LoopExecutor(handle: handle)
        events = .allocate(capacity: Self.eventsPerTurnMax)
        readBuffer = .allocate(byteCount: Self.readBufferBytes, alignment: 64)
        now = clock.monotonic
        unixNow = Clock.unixNanoseconds
        timers = TimerWheel(now: now)
        if case .manual(let hands) = clock { hands.attach(handle) }
    }

    deinit {
        close(epoll)
        events.deallocate()
        readBuffer.deallocate()
    }

    // MARK: Descriptors

    /// Watches a descriptor until `unwatch`, which must come before it is closed.
    public func watch(_ descriptor: Int32, for readiness: Readiness, _ watcher: any Watcher) throws(SystemError) {
        let index = Int(descriptor)
        while watches.count <= index { watches.append(Watch()) }
        watches[index].generation &+= 1
        let token = UInt64(watches[index].generation) << 32 | UInt64(UInt32(bitPattern: descriptor))
        guard clinux_epoll_add(epoll, descriptor, readiness.rawValue, token) == 0 else { throw SystemError("epoll_ctl") }
        watches[index].watcher = watcher
    }

    /// Watches a listening socket that other loops, or processes, may watch as well: one of them is woken.
    public func watchListener(_ descriptor: Int32, _ watcher: any Watcher) throws(SystemError) {
        try watch(descriptor, for: [.readable, .exclusive], watcher)
    }

    public func rewatch(_ descriptor: Int32, for readiness: Readiness) {
        let index = Int(descriptor)
        guard index < watches.count, watches[index].watcher != nil else { return }
        let token = UInt64(watches[index].generation) << 32 | UInt64(UInt32(bitPattern: descriptor))
        _ = clinux_epoll_change(epoll, descriptor, readiness.rawValue, token)
    }

    public func unwatch(_ descriptor: Int32) {
        let index = Int(descriptor)
        guard index < watches.count, watches[index].watcher != nil else { return }
        watches[index].watcher = nil
        watches[index].generation &+= 1
        _ = clinux_epoll_remove(epoll, descriptor)
    }

    // MARK: Time

    func schedule(_ owner: any DeadlineOwner, at due: UInt64) -> TimerID { timers.schedule(owner, at: due) }

    func cancel(_ timer: TimerID) { timers.cancel(timer) }

    // MARK: Turns

    /// Calls `end` once when this turn ends. Who asks twice is called twice.
    public func atTurnEnd(_ end: any TurnEnd) { turnEnds.append(end) }

    /// Runs until `stop`.
    public func run() {
        executor.adopt()
        while !isStopping {
            wait()
            firePassedDeadlines()
            executor.runJobs()
            endTurn()
        }
        for work in handle.end() { work(self) }
    }

    /// Ends `run` after this turn.
    public func stop() { isStopping = true }

    private func wait() {
        let count = Int(epoll_wait(epoll, events, Int32(Self.eventsPerTurnMax), waitMilliseconds))
        now = clock.monotonic
        unixNow = Clock.unixNanoseconds
        turns &+= 1
        guard count > 0 else { return }
        var isWoken = false
        for at in 0..<count {
            let event = events[at]
            if event.data.u64 == Self.wakeToken {
                isWoken = true
                continue
            }
            let index = Int(event.data.u64 & 0xffff_ffff)
            // A descriptor that was closed in this turn, and perhaps used anew, has another generation.
            guard watches[index].generation == UInt32(event.data.u64 >> 32), let watcher = watches[index].watcher else {
                continue
            }
            watcher.ready(Readiness(rawValue: event.events))
        }
        if isWoken { for work in handle.take() { work(self) } }
    }

    private var waitMilliseconds: Int32 {
        if executor.hasJobs || !turnEnds.isEmpty || isStopping { return 0 }
        guard case .system = clock else { return -1 }
        guard let wake = timers.nextWake else { return -1 }
        let current = clock.monotonic
        if wake <= current { return 0 }
        return Int32(min((wake - current + 999_999) / 1_000_000, 3_600_000))
    }

    private func firePassedDeadlines() {
        timers.advance(to: now, due: &passed)
        if passed.isEmpty { return }
        let owners = passed
        passed.removeAll(keepingCapacity: true)
        for owner in owners { owner.deadlinePassed() }
    }

    private func endTurn() {
        // Ends may ask for ends; a bound keeps one turn finite, what is left over runs in the next.
        var rounds = 0
        while !turnEnds.isEmpty && rounds < 16 {
            swap(&turnEnds, &turnEndsSpare)
            for end in turnEndsSpare { end.turnEnded() }
            turnEndsSpare.removeAll(keepingCapacity: true)
            rounds += 1
        }
        onTurnEnd?()
    }
}
