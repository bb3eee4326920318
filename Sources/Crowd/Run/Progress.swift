/// The line of each second, out of what has changed since the one before.
struct Progress {
    private var admittedBefore = 0
    private var requestsBefore: UInt64 = 0
    private var lastAt: UInt64 = 0

    mutating func line(at now: UInt64, _ visitors: [Visitor], _ tally: Tally, queued: Int) -> String {
        var waiting = 0
        var inside = 0
        var admitted = 0
        for visitor in visitors {
            switch visitor.phase {
            case .waiting, .away: waiting += 1
            case .inside: inside += 1
            case .outside, .gone: break
            }
            if visitor.visit.isAdmitted { admitted += 1 }
        }
        let span = max(0.001, Quantity.seconds(now - lastAt))
        let line = """
            \(Quantity.tenths(Quantity.seconds(now))) s: \(visitors.count) came, \(waiting) wait, \(inside) inside, \
            \(admitted) let in (\(Quantity.tenths(Double(admitted - admittedBefore) / span))/s), \
            \(Int(Double(tally.requests - requestsBefore) / span)) requests/s, \
            p99 \(Quantity.text(tally.answersLately.percentile(0.99)))\(queued > 0 ? ", \(queued) queued here" : ""), \
            \(tally.grievanceCount) errors
            """
        admittedBefore = admitted
        requestsBefore = tally.requests
        lastAt = now
        return line
    }
}
