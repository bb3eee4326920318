import Admission

/// What one node saw of the line, tick by tick, and what can be concluded from it whatever the store is.
struct Ledger {
    struct Sample {
        var at: Microseconds
        var lineage: UInt64
        var admitted: Int64
        var replaced: Int64
        var slots: Int
        var waiting: Int
    }

    private(set) var samples: [Sample] = []
    private var lineage: UInt64 = 0
    private var near: [TicketID] = []
    private(set) var lastWaiting: [TicketID: Microseconds] = [:]
    private(set) var firstGone: [TicketID: Microseconds] = [:]
    /// Somebody was gone before somebody who stood ahead of it.
    private(set) var overtaken = 0

    mutating func note(_ snapshot: RoomSnapshot, lineage: UInt64) {
        samples.append(
            Sample(
                at: snapshot.now, lineage: lineage, admitted: snapshot.totals.admitted, replaced: snapshot.totals.replaced,
                slots: snapshot.offered + snapshot.sessions, waiting: snapshot.waiting))
        let now = snapshot.lanes.first?.near ?? []
        if lineage == self.lineage { compare(near, now, snapshot.now) }
        self.lineage = lineage
        near = now
        for id in now {
            lastWaiting[id] = snapshot.now
            // Put back, after a loss: it had not gone for good.
            firstGone[id] = nil
        }
    }

    /// All who are gone must have stood ahead of all who remain. Who stood behind all who remain may have been pushed out of
    /// a full list by somebody put back in front.
    private mutating func compare(_ before: [TicketID], _ after: [TicketID], _ at: Microseconds) {
        let still = Set(after)
        let isFull = after.count >= RoomSnapshot.nearMax
        let end = isFull ? before.lastIndex(where: still.contains).map { $0 + 1 } ?? 0 : before.count
        var isPast = false
        for id in before[..<end] {
            if still.contains(id) {
                isPast = true
            } else {
                firstGone[id] = at
                if isPast { overtaken += 1 }
            }
        }
    }
}

/// All nodes' ledgers together.
struct Account {
    private(set) var samples: [Ledger.Sample] = []
    private var lastWaiting: [TicketID: Microseconds] = [:]
    private var firstGone: [TicketID: Microseconds] = [:]
    private(set) var overtaken = 0

    init(_ ledgers: [Ledger]) {
        samples = ledgers.flatMap(\.samples).sorted { $0.at < $1.at }
        for ledger in ledgers {
            overtaken += ledger.overtaken
            lastWaiting.merge(ledger.lastWaiting) { max($0, $1) }
            firstGone.merge(ledger.firstGone) { min($0, $1) }
        }
        // Seen waiting by one node after another saw it gone: it was put back after a loss.
        for (id, at) in firstGone where (lastWaiting[id] ?? 0) > at { firstGone[id] = nil }
    }

    var slotsMost: Int { samples.map(\.slots).max() ?? 0 }

    /// Regular admissions, counted on across the lines that followed each other.
    private var series: [(at: Microseconds, count: Int64)] {
        var base: Int64 = 0
        var lineage: UInt64 = 0
        var last: Int64 = 0
        return samples.map { sample in
            if sample.lineage != lineage {
                base += last
                last = 0
                lineage = sample.lineage
            }
            last = max(last, sample.admitted - sample.replaced)
            return (sample.at, base + last)
        }
    }

    /// The greatest excess over rate × w + burst in any window up to `seconds` long; at most 0 when the promise held.
    func excess(rate: Int64, burst: Int64, seconds: Double) -> Double {
        let series = series
        var first = 0
        // The excess of a window is the difference of two values of count − rate × time, so the lowest so far decides.
        var lows: [(index: Int, value: Double)] = []
        var worst = -Double(burst)
        for (index, point) in series.enumerated() {
            let value = Double(point.count) - Double(rate) * Double(point.at) / 1e6
            while let low = lows.last, low.value >= value { lows.removeLast() }
            lows.append((index, value))
            while first < index, Double(point.at - series[first].at) > seconds * 1e6 { first += 1 }
            while let low = lows.first, low.index < first { lows.removeFirst() }
            if let low = lows.first { worst = max(worst, value - low.value - Double(burst)) }
        }
        return worst
    }

    /// The least part of rate × w that was admitted in any window of so many seconds in which somebody always waited.
    func leastPart(rate: Int64, seconds: Double) -> Double? {
        let series = series
        var least: Double?
        var first = 0
        var idle = -1
        for index in series.indices {
            if samples[index].waiting == 0 { idle = index }
            while first < index, Double(series[index].at - series[first + 1].at) >= seconds * 1e6 { first += 1 }
            let length = Double(series[index].at - series[first].at) / 1e6
            guard length >= seconds, first > idle else { continue }
            let part = Double(series[index].count - series[first].count) / (Double(rate) * length)
            least = min(least ?? part, part)
        }
        return least
    }

    /// Pairs in the wrong order: the earlier place was still seen waiting when the later one was seen gone. `places` of those
    /// who stayed to the end.
    func inversions(_ places: [(place: Place, id: TicketID)]) -> Int {
        var goneEarliest = Microseconds.max
        var count = 0
        for (_, id) in places.sorted(by: { $0.place > $1.place }) {
            if let last = lastWaiting[id], last >= goneEarliest { count += 1 }
            if let gone = firstGone[id] { goneEarliest = min(goneEarliest, gone) }
        }
        return count
    }
}
