/// How long to wait before the next attempt: exponential with full jitter, so that many nodes that lost the same server do
/// not come back in step.
public struct RedisBackoff: Sendable, Equatable {
    /// The first wait is at most this long, each further one at most twice the one before.
    public var firstNanosecondsMax: UInt64
    public var nanosecondsMax: UInt64
    private var attempts: UInt64 = 0

    public init(firstNanosecondsMax: UInt64 = 50_000_000, nanosecondsMax: UInt64 = 2_000_000_000) {
        self.firstNanosecondsMax = firstNanosecondsMax
        self.nanosecondsMax = nanosecondsMax
    }

    /// The ceiling of the next wait.
    public var ceiling: UInt64 {
        let doublings = min(attempts, 63)
        let (grown, overflow) = firstNanosecondsMax.multipliedReportingOverflow(by: 1 << doublings)
        return overflow ? nanosecondsMax : min(grown, nanosecondsMax)
    }

    /// `random`: any number, evenly spread.
    public mutating func next(random: UInt64) -> UInt64 {
        let wait = ceiling.multipliedFullWidth(by: random).high
        attempts += 1
        return wait
    }

    public mutating func reset() { attempts = 0 }
}
