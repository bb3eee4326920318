/// Who was told when to ask again, and came: so a node knows within one poll that half of its visitors have gone, long before
/// a store may take them for dead.
///
/// Every visitor who waits has one appointment to come. One that has passed without anybody coming counts as missing until
/// `abandon_after`, when the store drops its ticket and the line is shorter by it anyway.
struct Attendance: Sendable {
    static let bucketMicroseconds: Microseconds = 1_000_000
    /// Who comes so late is not late.
    static let lateMax: Microseconds = 2_000_000
    /// The longest time that is looked back or ahead, in buckets.
    static let bucketsMax = 900
    /// Of fewer visitors nothing is concluded.
    static let visitorsMin = 40

    private var expected: [Int] = []
    private var came: [Int] = []
    /// The second that bucket 0 stands for.
    private var first: Int64 = 0

    mutating func expect(at due: Microseconds) { Self.count(&expected, due / Self.bucketMicroseconds - first) }
    mutating func come(now: Microseconds) { Self.count(&came, now / Self.bucketMicroseconds - first) }

    private static func count(_ counts: inout [Int], _ bucket: Int64) {
        guard bucket >= 0 else { return }
        let index = min(Int(bucket), bucketsMax - 1)
        while counts.count <= index { counts.append(0) }
        counts[index] += 1
    }

    /// Forgets what is longer ago than `window`.
    mutating func turn(window: Microseconds, now: Microseconds) {
        let oldest = (now - window) / Self.bucketMicroseconds
        guard oldest > first else { return }
        let gone = Int(clamping: oldest - first)
        expected.removeFirst(min(gone, expected.count))
        came.removeFirst(min(gone, came.count))
        first = oldest
    }

    /// The part of those in line that is still there; nil while it cannot be told.
    func alive(now: Microseconds) -> Double? {
        let late = Int(clamping: (now - Self.lateMax) / Self.bucketMicroseconds - first)
        guard late >= 0 else { return nil }
        let due = expected.prefix(late).reduce(0, +)
        let ahead = expected.dropFirst(late).reduce(0, +)
        let missing = max(0, due - came.reduce(0, +))
        guard ahead + missing >= Self.visitorsMin else { return nil }
        return Double(ahead) / Double(ahead + missing)
    }
}
