/// Between which two moments each visit's admission lay.
///
/// A visit alone says: after the last question that was answered "wait", before the answer that let it in. Where the line is
/// in order, others say more: nobody is let in before those who stand ahead, nor after those who stand behind. With many who
/// ask that leaves hundredths of a second, however seldom each of them does.
public enum AdmissionBounds {
    /// Of those that were let in, in no particular order. `lagNanoseconds` as in `OrderJudge`.
    public static func of(_ visits: [Visit], isOrdered: Bool, lagNanoseconds: UInt64) -> [RateJudge.Admission] {
        var bounds = visits.filter(\.isAdmitted).map { (visit: $0, bound: alone($0, lagNanoseconds)) }
        guard isOrdered else { return bounds.map(\.bound) }
        let line = bounds.indices.filter { bounds[$0].visit.place != 0 && bounds[$0].visit.keepsItsTurn }
            .sorted { bounds[$0].visit.place < bounds[$1].visit.place }
        var latest: UInt64 = 0
        for at in line {
            latest = max(latest, bounds[at].bound.after)
            bounds[at].bound.after = latest
        }
        var earliest = UInt64.max
        for at in line.reversed() {
            earliest = min(earliest, bounds[at].bound.before)
            bounds[at].bound.before = earliest
        }
        // Where the line was not in order the two may have crossed: that is found elsewhere.
        return bounds.map { RateJudge.Admission(after: $0.bound.after, before: $0.bound.before) }
    }

    private static func alone(_ visit: Visit, _ lag: UInt64) -> RateJudge.Admission {
        let lag = min(lag, visit.waitedAt - visit.joinSentAt)
        return RateJudge.Admission(after: visit.waitedAt - lag, before: visit.admittedAt)
    }
}
