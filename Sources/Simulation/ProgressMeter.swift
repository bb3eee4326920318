import Admission

/// Whether the line moves at the rate while people wait and there is room, and nothing is wrong.
struct ProgressMeter {
    private var isDue = false
    private var at: Microseconds = 0
    private var store = -1
    private var stretch = (expected: 0.0, got: Int64(0))
    private var expected = 0.0
    private var got: Int64 = 0
    private var rules: RoomRules?

    mutating func tick(
        _ snapshot: RoomSnapshot, _ rules: RoomRules, admitted: Int64, store: Int, isDisturbed: Bool, _ now: Microseconds
    ) {
        let hasRoom = Int64(snapshot.offered + snapshot.sessions) < rules.slotsMax
        let isFree = snapshot.waiting > 0 && hasRoom && snapshot.phase.admits && !snapshot.isRestoring && !isDisturbed
        let isSame = self.rules == rules && self.store == store
        // The last tick of a stretch may fill the last slot or empty the line: what it admits counts, its time does not.
        // Exemption "late tick": what comes in longer than the bucket is deep cannot be admitted, see `RoomRules.tickGapMax`.
        let isInTime = rules.rate.perSecond * Double(now - at) / 1e6 <= Double(rules.burst - 1) + 0.05
        if isDue, isSame, !isDisturbed, isInTime {
            // The last tick of a stretch may fill the last slot or empty the line: what it admits counts, its time does not.
            if isFree { stretch.expected += rules.rate.perSecond * Double(now - at) / 1e6 }
            stretch.got += admitted
        }
        if !(isDue && isSame && isInTime && isFree) { endStretch() }
        isDue = isFree
        at = now
        self.store = store
        self.rules = rules
    }

    /// A short stretch says nothing: a part of an admission is left over at its end.
    private mutating func endStretch() {
        if stretch.expected >= 10 {
            expected += stretch.expected
            // That part.
            got += stretch.got + 1
        }
        stretch = (0, 0)
    }

    mutating func end() { endStretch() }

    /// The part of what was due that came, of enough to say so.
    var part: Double? { expected < 20 ? nil : Double(got) / expected }

    /// What a burst may lack at the edges is no shortfall.
    var isEnough: Bool { Double(got) >= expected * 0.99 - 3 }
}

/// Whether lanes get their shares while all of them have somebody waiting.
struct ShareMeter {
    private var given: [Int64] = []

    mutating func add(_ counts: [Int64], waiting: [Int], _ lanes: [LaneRule]) {
        guard lanes.count > 1, waiting.count == lanes.count, waiting.allSatisfy({ $0 > 0 }) else { return }
        if given.isEmpty { given = [Int64](repeating: 0, count: lanes.count) }
        for lane in lanes.indices { given[lane] += counts[lane] }
    }

    /// The furthest that a lane is from its share, in admissions.
    func worst(_ lanes: [LaneRule]) -> Double {
        let all = Double(given.reduce(0, +))
        let shares = Double(lanes.reduce(0) { $0 + $1.share })
        guard all > 0 else { return 0 }
        return zip(given, lanes).map { abs(Double($0) - all * Double($1.share) / shares) }.max() ?? 0
    }
}
