import CLinux
import Synchronization

/// Where a loop reads the time. Production uses the kernel's; tests turn the hands themselves.
public enum Clock: Sendable {
    case system
    case manual(ManualClock)

    /// Nanoseconds that never go back.
    public var monotonic: UInt64 {
        switch self {
        case .system: clinux_monotonic_nanoseconds()
        case .manual(let clock): clock.nanoseconds.load(ordering: .acquiring)
        }
    }

    /// Nanoseconds since 1970, for people to read; may go back.
    public static var unixNanoseconds: UInt64 { clinux_unix_nanoseconds() }
}

/// A clock that stands still until it is told to go on.
public final class ManualClock: Sendable {
    let nanoseconds: Atomic<UInt64>
    private let loops = Mutex<[LoopHandle]>([])

    public init(_ start: UInt64 = 1_000_000_000) { nanoseconds = Atomic(start) }

    public var now: UInt64 { nanoseconds.load(ordering: .acquiring) }

    /// Goes on, and wakes the loops that run by this clock.
    public func advance(by step: UInt64) {
        nanoseconds.wrappingAdd(step, ordering: .acquiringAndReleasing)
        for loop in loops.withLock({ $0 }) { loop.submit { _ in } }
    }

    func attach(_ loop: LoopHandle) { loops.withLock { $0.append(loop) } }
}
