import Admission

/// Whether what was admitted stays below rate × w + burst in *every* window w: exactly so when a bucket that drains at the rate
/// never holds more than the burst.
struct RateMeter {
    private var level = 0.0
    private var at: Microseconds = 0
    private var perSecond = 0.0
    private var burst = 0.0
    /// The furthest that it went, as a part of what was allowed.
    private(set) var worst = 0.0

    /// A store's clock may run so much faster than the world's.
    private static let drift = 1.001

    /// False when it is too much. Of two rates in force since the last time the higher counts, and so does the highest burst
    /// since the bucket was last empty.
    mutating func add(_ count: Int64, at now: Microseconds, _ rate: AdmissionRate, burst allowed: Int64) -> Bool {
        add(count, at: now, perSecond: rate.perSecond, burst: allowed)
    }

    mutating func add(_ count: Int64, at now: Microseconds, perSecond next: Double, burst allowed: Int64) -> Bool {
        level = max(0, level - max(perSecond, next) * Self.drift * Double(now - at) / 1e6)
        burst = level == 0 ? Double(allowed) : max(burst, Double(allowed))
        at = now
        perSecond = next
        level += Double(count)
        if count > 0 { worst = max(worst, level / burst) }
        return level <= burst + 0.01
    }

    /// What came before does not count: the store's clock was set, or its memory of the last moments was lost.
    mutating func forget() { level = 0 }
}
