import Admission

/// Second by second as long as somebody waits: how many a store admits, without those in place of one that did not come, and
/// how many really come in.
struct PaceMeter {
    private var admitted: [Int64] = []
    private var came: [Int64] = []
    /// The first and the last second of which somebody waited all the time.
    private var waited: Range<Int>?

    private static func second(_ now: Microseconds) -> Int { Int(now / 1_000_000) }

    mutating func admit(_ count: Int64, waiting: Int, at now: Microseconds) {
        let second = Self.second(now)
        Self.add(count, to: &admitted, at: second)
        guard waiting > 0 else { return }
        waited = (waited?.lowerBound ?? second + 1)..<max(second, waited?.lowerBound ?? second + 1)
    }

    mutating func come(at now: Microseconds) { Self.add(1, to: &came, at: Self.second(now)) }

    private static func add(_ count: Int64, to counts: inout [Int64], at second: Int) {
        while counts.count <= second { counts.append(0) }
        counts[second] += count
    }

    /// Of windows of so many seconds in which somebody always waited the one that admitted least, in a second; nil when there is
    /// none.
    func leastAdmitted(seconds: Int) -> Double? {
        guard let waited, waited.count >= seconds else { return nil }
        let starts = waited.lowerBound...(waited.upperBound - seconds)
        return starts.map { Self.mean(admitted, $0..<$0 + seconds) }.min()
    }

    /// In a second, over all the time that somebody waited.
    var cameMean: Double? { waited.flatMap { $0.isEmpty ? nil : Self.mean(came, $0) } }

    private static func mean(_ counts: [Int64], _ seconds: Range<Int>) -> Double {
        Double(counts[seconds.clamped(to: 0..<counts.count)].reduce(0, +)) / Double(seconds.count)
    }
}
