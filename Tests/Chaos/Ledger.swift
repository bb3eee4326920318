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
    private(set) var lines: [UInt64: Sightings] = [:]
    private var lineage: UInt64 = 0
    private var near: [TicketID] = []
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
        for id in now { lines[lineage, default: Sightings()].see(id, at: snapshot.now) }
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
                lines[lineage, default: Sightings()].miss(id, at: at)
                if isPast { overtaken += 1 }
            }
        }
    }
}

/// When tickets were seen among the first of one line, and when they were not any more.
struct Sightings {
    struct Sighting {
        var first: Microseconds
        var last: Microseconds
        var gone: Microseconds?
    }

    private(set) var all: [TicketID: Sighting] = [:]

    mutating func see(_ id: TicketID, at time: Microseconds) {
        all[id, default: Sighting(first: time, last: time)].last = time
        // Put back, after all: it had not gone for good.
        all[id]?.gone = nil
    }

    mutating func miss(_ id: TicketID, at time: Microseconds) { all[id]?.gone = time }

    mutating func merge(_ other: Sightings) {
        all.merge(other.all) { one, other in
            let last = max(one.last, other.last)
            let gone = [one.gone, other.gone].compactMap { $0 }.filter { $0 > last }.min()
            return Sighting(first: min(one.first, other.first), last: last, gone: gone)
        }
    }
}

/// All nodes' ledgers together.
struct Account {
    private(set) var samples: [Ledger.Sample] = []
    /// In the order in which they followed each other.
    private var lines: [Sightings] = []
    private(set) var overtaken = 0

    init(_ ledgers: [Ledger]) {
        samples = ledgers.flatMap(\.samples).sorted { $0.at < $1.at }
        var order: [UInt64] = []
        for sample in samples where !order.contains(sample.lineage) { order.append(sample.lineage) }
        lines = order.map { lineage in
            ledgers.reduce(into: Sightings()) { all, ledger in
                if let one = ledger.lines[lineage] { all.merge(one) }
            }
        }
        overtaken = ledgers.reduce(0) { $0 + $1.overtaken }
    }

    var lineCount: Int { lines.count }

    var slotsMost: Int { samples.map(\.slots).max() ?? 0 }

    /// Regular admissions, counted on across the lines that followed each other.
    private var series: [(at: Microseconds, count: Int64)] {
        var counts: [UInt64: Int64] = [:]
        var sum: Int64 = 0
        return samples.map { sample in
            let before = counts[sample.lineage] ?? 0
            let count = max(before, sample.admitted - sample.replaced)
            counts[sample.lineage] = count
            sum += count - before
            return (sample.at, sum)
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

    /// Seconds in which nobody was admitted though somebody waited all the while.
    var longestStandstill: Double {
        let series = series
        var longest: Microseconds = 0
        var since: Microseconds?
        for index in series.indices {
            let isMoving = index > 0 && series[index].count > series[index - 1].count
            if isMoving || samples[index].waiting == 0 { since = nil }
            since = since ?? (samples[index].waiting > 0 ? series[index].at : nil)
            if let since { longest = max(longest, series[index].at - since) }
        }
        return (Double(longest) / 1e5).rounded() / 10
    }

    /// In each line, those who were still seen waiting when somebody with a later place was seen gone; and those who were
    /// brought into a line that had admitted somebody behind them already, though no line before had admitted them.
    func inversions(_ places: [(place: Place, id: TicketID)]) -> (overtaken: Int, lateBack: Int) {
        let behindFirst = places.sorted { $0.place > $1.place }
        var overtaken = 0
        var lateBack = 0
        var known: Set<TicketID> = []
        var admitted: Set<TicketID> = []
        for line in lines {
            var goneEarliest = Microseconds.max
            for (_, id) in behindFirst {
                guard let seen = line.all[id] else { continue }
                if known.contains(id), seen.first > goneEarliest {
                    if !admitted.contains(id) { lateBack += 1 }
                } else if seen.last >= goneEarliest {
                    overtaken += 1
                }
                if let gone = seen.gone { goneEarliest = min(goneEarliest, gone) }
            }
            for (id, seen) in line.all {
                known.insert(id)
                if seen.gone != nil { admitted.insert(id) }
            }
        }
        return (overtaken, lateBack)
    }
}
