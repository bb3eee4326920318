/// How many admissions the bucket owes for visitors that did not come, followed from outside as `Bucket` counts them: the
/// totals tell who missed its turn and who was let in instead.
struct Debt: Sendable {
    private(set) var owed: Int64 = 0
    /// Those who come for their pass, in a second, lately.
    private(set) var presentRate: Double?
    private var last: (now: Microseconds, totals: RoomTotals)?

    static let memorySeconds = 2.0

    mutating func learn(_ snapshot: RoomSnapshot, _ rules: RoomRules) {
        let totals = snapshot.totals
        defer { last = (snapshot.now, totals) }
        guard let last, snapshot.now >= last.now, totals.admitted >= last.totals.admitted,
            totals.missed >= last.totals.missed
        else {
            self = Debt()
            return
        }
        let most = rules.rate.admissions(in: rules.claimWindow)
        owed = min(owed + totals.missed - last.totals.missed, most) - (totals.replaced - last.totals.replaced)
        // With nobody waiting, nobody was kept out.
        owed = snapshot.waiting == 0 ? 0 : max(0, owed)
        let seconds = Double(snapshot.now - last.now) / 1e6
        let part = seconds / (seconds + Self.memorySeconds)
        let before = presentRate ?? rules.rate.perSecond
        if seconds > 0 { presentRate = before + part * (Double(totals.claimed - last.totals.claimed) / seconds - before) }
    }
}
