/// Leaves a server alone that keeps failing: for a while, then twice as long, until it answers again.
struct Ejection {
    private(set) var failuresInARow = 0
    private(set) var ejectedUntil: UInt64 = 0
    private var ejections = 0
    /// Told by the health check: down until it says otherwise.
    var isDown = false

    func isUsable(at now: UInt64) -> Bool { !isDown && now >= ejectedUntil }

    mutating func answered() {
        failuresInARow = 0
        ejections = 0
    }

    /// Says for how long it is ejected now, if this failure was the one too many.
    mutating func failed(at now: UInt64, after limit: Int, for base: UInt64, atMost longest: UInt64) -> UInt64? {
        failuresInARow += 1
        guard failuresInARow >= limit, now >= ejectedUntil else { return nil }
        let pause = min(longest, base << UInt64(min(ejections, 16)))
        ejections += 1
        ejectedUntil = now + pause
        // One failure after the pause is enough to eject it again.
        failuresInARow = limit - 1
        return pause
    }
}
