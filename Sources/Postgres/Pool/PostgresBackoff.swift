/// How long to wait before connecting again: exponential, with full jitter, so that clients that lost a server together do
/// not come back together.
struct PostgresBackoff {
    let first: UInt64
    let ceiling: UInt64
    private(set) var failures = 0

    init(first: UInt64, ceiling: UInt64) {
        self.first = first
        self.ceiling = ceiling
    }

    mutating func succeeded() { failures = 0 }

    /// Nanoseconds to wait, from `random`, all of whose bits are.
    mutating func failed(random: UInt64) -> UInt64 {
        let bound = bound
        failures = min(failures + 1, 63)
        return bound == .max ? random : random % (bound + 1)
    }

    /// The longest wait that the next failure may mean.
    var bound: UInt64 {
        let (doubled, overflow) = first.multipliedReportingOverflow(by: 1 << UInt64(min(failures, 62)))
        return overflow ? ceiling : min(doubled, ceiling)
    }
}
