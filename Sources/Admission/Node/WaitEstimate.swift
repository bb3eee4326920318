/// How long it takes from a place to the front: as a range between what follows if people go on giving up as they lately did,
/// and what follows if nobody gives up any more. See `Forecast` for what follows.
public struct WaitEstimate: Sendable {
    /// So long back it looks, by samples of a second.
    static let samplesMax = 180
    static let sampleEvery: Microseconds = 1_000_000
    /// The configured rate counts as so much experience.
    static let prior: Double = 10
    /// So many samples alike show that the cap holds the line up, or does not.
    static let stateSamples = 3
    /// From fewer sessions that ended nothing is concluded.
    static let endedMin: Int64 = 20
    /// Whoever has its turn comes for its pass so much later: it asks about once a second then.
    static let claimSeconds = 0.8
    /// The wait ends when it has come for its pass, which is so much after its turn, as a range.
    static let pollSeconds = 0.3...0.6

    private struct Sample: Sendable {
        var now: Microseconds
        var admitted: Int64
        var offered: Int64
        var claimed: Int64
        var ended: Int64
        var sessions: Int
        var gone: Int64
        var waiting: Int
        var isFull: Bool
    }

    private var samples: [Sample] = []
    private var configured = AdmissionRate.perSecond(0)
    private var forecast = Forecast([], nil)
    private var survey = Survey()
    private var debt = Debt()

    public init() {}

    mutating func learn(_ view: RoomView, _ rules: RoomRules, _ survey: Survey) {
        let snapshot = view.snapshot
        let rules = rules.under(snapshot.controls)
        self.survey = survey
        debt.learn(snapshot, rules)
        sample(snapshot, rules)
        forecast = Forecast(parts(view, rules), course(snapshot, rules))
    }

    private mutating func sample(_ snapshot: RoomSnapshot, _ rules: RoomRules) {
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
        let gone = snapshot.totals.left + (survey.trust > 0 ? 0 : snapshot.totals.abandoned)
        samples.append(
            Sample(
                now: snapshot.now, admitted: snapshot.totals.admitted - snapshot.totals.replaced,
                offered: snapshot.totals.admitted, claimed: snapshot.totals.claimed,
                ended: snapshot.totals.ended, sessions: snapshot.sessions, gone: gone, waiting: snapshot.waiting,
                isFull: isFull(snapshot, rules)))
        forgetOtherState()
    }

    /// A line that the cap holds up, or does no more, moves otherwise than before.
    private mutating func forgetOtherState() {
        let lately = samples.suffix(Self.stateSamples)
        guard let state = lately.last?.isFull, lately.count == Self.stateSamples, lately.allSatisfy({ $0.isFull == state }),
            samples.dropLast(Self.stateSamples).last.map({ $0.isFull != state }) ?? false
        else { return }
        samples.removeFirst(samples.count - Self.stateSamples)
    }

    func isFull(_ snapshot: RoomSnapshot, _ rules: RoomRules) -> Bool {
        Int64(snapshot.offered + snapshot.sessions) >= rules.slotsMax
    }

    /// Each lane as it stands: by place where the node can tell who is there, else as the store counts those whom it saw
    /// lately. More than those are there in no case.
    func parts(_ view: RoomView, _ rules: RoomRules) -> [[Forecast.Part]] {
        let snapshot = view.snapshot
        let fresh = Double(snapshot.fresh) / Double(max(1, snapshot.waiting))
        var lanes = snapshot.lanes.indices.map { lane in
            let known = survey.lanes.indices.contains(lane) && rules.method == .fifo ? survey.lanes[lane] : []
            return Self.parts(known, view, lane, trust: survey.trust, fresh)
        }
        let present = lanes.reduce(0.0) { $1.reduce($0) { $0 + $1.present } }
        guard present > Double(snapshot.fresh) else { return lanes }
        for lane in lanes.indices {
            for at in lanes[lane].indices { lanes[lane][at].present *= Double(snapshot.fresh) / present }
        }
        return lanes
    }

    private static func parts(
        _ known: [Survey.Part], _ view: RoomView, _ lane: Int, trust: Double, _ fresh: Double
    ) -> [Forecast.Part] {
        let waiting = view.snapshot.lanes[lane].waiting
        guard trust > 0, !known.isEmpty else {
            return [Forecast.Part(count: Double(waiting), present: Double(waiting) * fresh)]
        }
        var before = 0
        return known.enumerated().compactMap { at, part in
            let end = at == known.count - 1 ? waiting : view.rank(of: part.end, lane: lane) + 1
            guard end > before else { return nil }
            defer { before = end }
            let present = part.present * trust + fresh * (1 - trust)
            return Forecast.Part(count: Double(end - before), present: Double(end - before) * present)
        }
    }

    func course(_ snapshot: RoomSnapshot, _ rules: RoomRules) -> Forecast.Course {
        let isFull = isFull(snapshot, rules)
        let present = debt.presentRate ?? rules.rate.perSecond
        return Forecast.Course(
            rate: isFull ? rules.rate.perSecond : rate,
            // At the cap it is those who leave that let others in, and nobody is replaced beside them.
            replacementsMax: isFull ? 0 : rules.rate.perSecond, owed: Double(debt.owed),
            missing: max(0, Double(snapshot.offered) - present * Self.claimSeconds),
            claimWindow: Double(rules.claimWindow) / 1e6, patience: Double(rules.abandonAfter) / 1e6, swept: survey.swept,
            shares: snapshot.lanes.indices.map { $0 < rules.lanes.count ? Double(rules.lanes[$0].share) : 1 },
            slots: isFull ? slots(rules) : nil)
    }

    /// So many sessions have ended lately that it can be told how long one lasts.
    var knowsSessions: Bool {
        guard let first = samples.first, let last = samples.last else { return false }
        return last.now > first.now && last.ended - first.ended >= Self.endedMin
    }

    /// How long a slot is taken: as long as there are sessions for each that ends in a second; where none has ended yet, so
    /// long as follows from how many were let in and came.
    func slots(_ rules: RoomRules) -> Forecast.Slots {
        let count = Double(rules.slotsMax)
        guard let first = samples.first, let last = samples.last, last.now > first.now else {
            return Forecast.Slots(count: count, holdSeconds: count / max(rate, 1e-6))
        }
        let seconds = Double(last.now - first.now) / 1e6
        if last.ended - first.ended >= Self.endedMin {
            let sessions = samples.reduce(0.0) { $0 + Double($1.sessions) } / Double(samples.count)
            let hold = sessions * seconds / Double(last.ended - first.ended) + Self.claimSeconds
            return Forecast.Slots(count: count, holdSeconds: hold)
        }
        let came = Double(last.claimed - first.claimed) / Double(max(1, last.offered - first.offered))
        let present = last.offered > first.offered ? min(max(came, 0.05), 1) : 1
        let all = count / max(rate, 1e-6)
        let absent = (1 - present) * Double(rules.claimWindow) / 1e6
        return Forecast.Slots(count: count, holdSeconds: max(all - absent, all / 20) / present)
    }

    /// Admissions a second, lately, without those in place of one that did not come: who will not come is not counted ahead.
    var rate: Double {
        guard let first = samples.first, let last = samples.last, last.now > first.now else { return configured.perSecond }
        let seconds = Double(last.now - first.now) / 1e6
        return (Double(last.admitted - first.admitted) + configured.perSecond * Self.prior) / (seconds + Self.prior)
    }

    /// The part of those waiting that gives up in a second, lately: silently, and saying so.
    var attrition: Double {
        let silent = (survey.leaving ?? 0) * survey.trust
        guard let first = samples.first, let last = samples.last, last.now > first.now else { return silent }
        let waited = samples.reduce(0.0) { $0 + Double($1.waiting) } / Double(samples.count)
        let gone = Double(max(0, last.gone - first.gone))
        return silent + (waited == 0 ? 0 : gone / (Double(last.now - first.now) / 1e6) / waited)
    }

    /// Nil when nobody is being admitted.
    func wait(ahead: Int, lane: Int) -> WaitRange? { range(forecast, ahead: ahead, lane: lane) }

    func range(_ forecast: Forecast, ahead: Int, lane: Int) -> WaitRange? {
        guard let seconds = forecast.seconds(ahead: ahead, lane: lane) else { return nil }
        let loss = attrition
        let sooner = loss > 1e-9 ? Double(logarithm: 1 + loss * seconds) / loss : seconds
        return WaitRange(
            low: Self.microseconds(sooner * 0.95 + Self.pollSeconds.lowerBound),
            high: Self.microseconds(seconds * 1.05 + Self.pollSeconds.upperBound))
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
