/// How long it takes from a place to the front: as a range between what follows if people go on giving up as they lately did,
/// and what follows if nobody gives up any more.
public struct WaitEstimate: Sendable {
    /// So long back it looks, by samples of a second.
    static let samplesMax = 180
    static let sampleEvery: Microseconds = 1_000_000
    /// The configured rate counts as so much experience.
    static let prior: Double = 10

    private struct Sample: Sendable {
        var now: Microseconds
        var admitted: Int64
        var gone: Int64
        var waiting: Int
    }

    private var samples: [Sample] = []
    private var configured = AdmissionRate.perSecond(0)
    /// Of those waiting, the part that was seen lately.
    private var alive = 1.0
    private var shares: [Double] = []

    public init() {}

    /// `known`: the part of those in line that is still there, where the node can tell.
    mutating func learn(_ snapshot: RoomSnapshot, _ rules: RoomRules, alive known: Double?) {
        let rules = rules.under(snapshot.controls)
        alive = known ?? (snapshot.waiting == 0 ? 1 : Double(snapshot.fresh) / Double(snapshot.waiting))
        shares = Self.shares(snapshot, rules)
        // What happened under another rate, to no line at all, or while nobody was let in, says nothing of what will.
        if rules.rate != configured || snapshot.waiting == 0 || !snapshot.phase.admits || snapshot.isRestoring {
            samples.removeAll(keepingCapacity: true)
            configured = rules.rate
        }
        if let last = samples.last, snapshot.now - last.now < Self.sampleEvery {
            if snapshot.now < last.now || snapshot.totals.admitted - snapshot.totals.replaced < last.admitted {
                samples.removeAll()
            }
            return
        }
        if samples.count == Self.samplesMax { samples.removeFirst() }
        let gone = snapshot.totals.abandoned + snapshot.totals.left
        samples.append(
            Sample(
                now: snapshot.now, admitted: snapshot.totals.admitted - snapshot.totals.replaced, gone: gone,
                waiting: snapshot.waiting))
    }

    private static func shares(_ snapshot: RoomSnapshot, _ rules: RoomRules) -> [Double] {
        let weights = snapshot.lanes.enumerated().map { at, lane in
            lane.waiting == 0 ? 0 : Double(at < rules.lanes.count ? rules.lanes[at].share : 1)
        }
        let sum = weights.reduce(0, +)
        return weights.map { sum == 0 ? 1 : $0 == 0 ? 1 : $0 / sum }
    }

    /// Admissions a second, lately, without those in place of one that did not come: who will not come is not counted ahead.
    var rate: Double {
        guard let first = samples.first, let last = samples.last, last.now > first.now else { return configured.perSecond }
        let seconds = Double(last.now - first.now) / 1e6
        return (Double(last.admitted - first.admitted) + configured.perSecond * Self.prior) / (seconds + Self.prior)
    }

    /// The part of those waiting that gives up in a second, lately.
    var attrition: Double {
        guard let first = samples.first, let last = samples.last, last.now > first.now else { return 0 }
        let waited = samples.reduce(0.0) { $0 + Double($1.waiting) } / Double(samples.count)
        return waited == 0 ? 0 : Double(last.gone - first.gone) / (Double(last.now - first.now) / 1e6) / waited
    }

    /// Nil when nobody is being admitted.
    func wait(ahead: Int, lane: Int) -> WaitRange? {
        let laneRate = rate * (shares.indices.contains(lane) ? shares[lane] : 1)
        guard laneRate > 1e-6 else { return nil }
        let seconds = Double(ahead + 1) * alive / laneRate
        let loss = attrition
        let sooner = loss > 1e-9 ? Double(logarithm: 1 + loss * seconds) / loss : seconds
        return WaitRange(low: Self.microseconds(sooner * 0.95), high: Self.microseconds(seconds * 1.05 + 0.2))
    }

    private static func microseconds(_ seconds: Double) -> Microseconds { Microseconds(min(max(seconds, 0), 1e9) * 1e6) }
}

extension Double {
    /// The natural logarithm of a number from 1 on; this module knows no C library. Halves it by roots until the series
    /// of ln((1+t)/(1-t)) is exact to the last digits that matter here.
    init(logarithm number: Double) {
        guard number > 1, number.isFinite else {
            self = 0
            return
        }
        let rest = number.significand
        let t = (rest - 1) / (rest + 1)
        var power = t
        var sum = 0.0
        for odd in stride(from: 1.0, through: 25, by: 2) {
            sum += power / odd
            power *= t * t
        }
        self = 2 * sum + Double(number.exponent) * 0.693_147_180_559_945_3
    }
}
