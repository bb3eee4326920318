/// The upper bounds of a histogram's buckets, in nanoseconds: 100 µs to 60 s, in steps that people ask for.
///
/// Neighbours lie at least a factor of two apart, so that at most one bound has any given highest bit: the number of
/// leading zeros says which one bound is still to be compared with.
enum HistogramBounds {
    static let count = 18
    /// One more bucket, for what lies above all bounds.
    static let buckets = count + 1

    static let nanoseconds: InlineArray<18, UInt64> = [
        100_000, 250_000, 500_000,
        1_000_000, 2_500_000, 5_000_000,
        10_000_000, 25_000_000, 50_000_000,
        100_000_000, 250_000_000, 500_000_000,
        1_000_000_000, 2_500_000_000, 5_000_000_000,
        10_000_000_000, 30_000_000_000, 60_000_000_000,
    ]

    /// The bounds as Prometheus wants them, in seconds.
    static let seconds: InlineArray<18, StaticString> = [
        "0.0001", "0.00025", "0.0005",
        "0.001", "0.0025", "0.005",
        "0.01", "0.025", "0.05",
        "0.1", "0.25", "0.5",
        "1", "2.5", "5",
        "10", "30", "60",
    ]

    /// For each number of leading zeros: how many bounds are not above the least number that has so many. Written out,
    /// since a table that is computed costs a check for "computed yet?" at every look; a test computes it.
    static let below: InlineArray<65, UInt8> = [
        18, 18, 18, 18, 18, 18, 18, 18, 18, 18, 18, 18, 18, 18, 18, 18,
        18, 18, 18, 18, 18, 18, 18, 18, 18, 18, 18, 18, 17, 16, 15, 14,
        13, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 4, 3, 2, 1, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0,
    ]

    /// The first bucket whose bound is not below the value.
    static func bucket(of value: UInt64) -> Int {
        let before = value == 0 ? 0 : value - 1
        let first = Int(below[before.leadingZeroBitCount])
        guard first < count else { return count }
        return before >= nanoseconds[first] ? first + 1 : first
    }
}
