/// Whether a store can be relied on, from what its calls came to.
struct StoreHealth: Sendable {
    /// An answer that comes later counts against it.
    static let lateAfter: Microseconds = 200_000
    /// So many bad ones in a row, and it is not reached; so many good ones, and it is again.
    static let inARow = 3

    private(set) var isReached = true
    private var bad = 0
    private var good = 0
    /// When an answer came last, late or not.
    private(set) var answeredAt: Microseconds

    init(now: Microseconds) { answeredAt = now }

    mutating func learn(isAnswered: Bool, took: Microseconds, now: Microseconds) {
        if isAnswered { answeredAt = now }
        if isAnswered, took <= Self.lateAfter {
            good += 1
            bad = 0
            if good >= Self.inARow { isReached = true }
        } else {
            bad += 1
            good = 0
            if bad >= Self.inARow { isReached = false }
        }
    }
}
