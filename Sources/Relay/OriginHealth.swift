/// What becomes of one room's requests at the origin, as one loop sees it.
///
/// A request is *late* as soon as it has waited for longer than the target, answered or not: an origin that hangs says nothing
/// for as long as requests may take, and its silence has to count before that. So those that are open are counted by the
/// second in which they began, and a second that is longer ago than the target is told with all that is still open of it.
public struct OriginHealth: Sendable {
    /// The open ones of so many seconds are told apart; those before have long been told to be late.
    static let secondsMax = 512

    public struct Counts: Hashable, Sendable {
        public var requests = 0
        public var late = 0
        public var failed = 0

        public init() {}
    }

    /// Nanoseconds.
    public let target: UInt64
    private var counts = Counts()
    private var open = [Int32](repeating: 0, count: secondsMax)
    /// All that began before this second and are open are counted as late.
    private var toldUpTo: UInt64

    private static let second: UInt64 = 1_000_000_000

    public init(target: UInt64, now: UInt64) {
        self.target = min(target, UInt64(Self.secondsMax / 2) * Self.second)
        toldUpTo = now / Self.second
    }

    private func slot(_ second: UInt64) -> Int { Int(second % UInt64(Self.secondsMax)) }

    mutating func began(at start: UInt64) { open[slot(start / Self.second)] += 1 }

    /// An answer's head has come, or there will be none (`isFailed`).
    mutating func ended(_ start: UInt64, isFailed: Bool, at now: UInt64) {
        let wasTold = close(start)
        if isFailed { counts.failed += 1 }
        if wasTold { return }
        counts.requests += 1
        if now - min(start, now) > target { counts.late += 1 }
    }

    /// The client did not wait for it: that says something only if it has waited for too long.
    mutating func abandoned(_ start: UInt64, at now: UInt64) {
        if close(start) || now - min(start, now) <= target { return }
        counts.requests += 1
        counts.late += 1
    }

    /// Whether it was told to be late already.
    private mutating func close(_ start: UInt64) -> Bool {
        let second = start / Self.second
        // Its slot may be another second's by now.
        if second >= toldUpTo { open[slot(second)] -= 1 }
        return second < toldUpTo
    }

    /// What there was since the last time, at most once for each request.
    public mutating func take(at now: UInt64) -> Counts {
        let end = (now - min(target, now)) / Self.second
        while toldUpTo < end {
            let left = Int(open[slot(toldUpTo)])
            open[slot(toldUpTo)] = 0
            counts.requests += left
            counts.late += left
            toldUpTo += 1
        }
        defer { counts = Counts() }
        return counts
    }
}
