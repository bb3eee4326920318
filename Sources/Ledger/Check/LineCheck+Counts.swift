import Admission

/// Whether the rows of visitors are as many as the store has counted.
extension LineCheck {
    /// Calls of which nobody knows whether they were done explain what is missing.
    private func explained(_ asked: String) -> Int64 {
        line.rows.filter { $0.row.kind == "unknown" && $0.row.details["asked"] == asked }
            .reduce(0) { $0 + ($1.row.details["count"].flatMap(Int64.init) ?? 0) }
    }

    /// How many of the times, which are in order, lie between two ticks; at the very time of one it may have been before or after it.
    private func between(
        _ first: CheckedTick, _ last: CheckedTick, _ times: [Microseconds]
    ) -> (least: Int64, most: Int64) {
        let least = Self.lowerBound(times, last.time) - Self.lowerBound(times, first.time + 1)
        return (Int64(max(0, least)), Int64(Self.lowerBound(times, last.time + 1) - Self.lowerBound(times, first.time)))
    }

    private static func lowerBound(_ times: [Microseconds], _ time: Microseconds) -> Int {
        var (low, high) = (0, times.count)
        while low < high {
            let middle = (low + high) / 2
            if times[middle] < time { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// As many sessions as the store has counted: between each two ticks, and from the first one on, so that nothing hides at a tick.
    mutating func checkSessions() {
        guard let first = line.ticks.first else { return }
        let times = sessions.keys.map(\.time).sorted()
        var (short, shortInAll, shortAt): (Int64, Int64, Int?) = (0, 0, nil)
        var isTold = false
        for (before, tick) in zip(line.ticks, line.ticks.dropFirst()) {
            for start in [before, first] where !isTold {
                let (least, _) = between(start, tick, times)
                let counted = tick.total("claimed") - start.total("claimed")
                guard least > counted else { continue }
                isTold = true
                findings.violated(
                    .count, tick.row, "\(least) sessions began since row \(start.row), and the store counted \(counted)")
            }
            if tick.time > gaps.openUntil { continue }
            let missing = tick.total("claimed") - before.total("claimed") - between(before, tick, times).most
            short += max(0, missing)
            shortInAll = max(shortInAll, tick.total("claimed") - first.total("claimed") - between(first, tick, times).most)
            if max(short, shortInAll) > 0 { shortAt = shortAt ?? tick.row }
        }
        let missing = max(short, shortInAll) - explained("claim") - explained("enter")
        if missing > 0 { findings.unproven(.count, shortAt, "\(missing) sessions that the store counted are in no row") }
    }

    /// Each place that was given out has its newcomer.
    mutating func checkNewcomers() {
        var places: [UInt64: Set<UInt64>] = [:]
        for (_, row) in line.rows where row.kind == "joined" {
            if let place = row.place, !drawnEpochs.contains(place.epoch) {
                places[place.epoch, default: []].insert(place.number)
            }
        }
        let times = line.rows.filter { $0.row.kind == "direct" }.compactMap(\.row.time).sorted()
        var (start, missing): (Int, (count: Int64, row: Int)) = (0, (0, 0))
        while start < line.ticks.count {
            let epoch = line.ticks[start].tail >> Place.numberBits
            var end = start
            while end + 1 < line.ticks.count, line.ticks[end + 1].tail >> Place.numberBits == epoch,
                line.ticks[end + 1].time <= gaps.openUntil
            {
                end += 1
            }
            let (first, last) = (line.ticks[start], line.ticks[end])
            let (low, high) = (first.tail & Place.numberMax, last.tail & Place.numberMax)
            let standing = Int64((places[epoch] ?? []).count { $0 > low && $0 <= high })
            let given = Int64(high) - Int64(low)
            let direct = between(first, last, times)
            let (least, most) = (standing + direct.least, standing + direct.most)
            if least > given {
                findings.violated(
                    .count, last.row, "\(least) newcomers since row \(first.row) have \(given) places among them")
            } else if most < given {
                missing = (missing.count + given - most, last.row)
            }
            start = end + 1
            if start < line.ticks.count, line.ticks[start].time > gaps.openUntil { break }
        }
        let explained = explained("enter")
        if missing.count > explained {
            findings.unproven(.count, missing.row, "\(missing.count - explained) places that were given out are in no row")
        }
    }
}
