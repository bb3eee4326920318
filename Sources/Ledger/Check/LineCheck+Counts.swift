import Admission

/// Whether the rows of visitors are as many as the store has counted.
extension LineCheck {
    /// Between two ticks, ends at which it may have been either way.
    private struct Range {
        var least: Int64 = 0
        var most: Int64 = 0
    }

    /// Calls of which nobody knows whether they were done explain what is missing.
    private func explained(_ asked: String) -> Int64 {
        line.rows.filter { $0.row.kind == "unknown" && $0.row.details["asked"] == asked }
            .reduce(0) { $0 + ($1.row.details["count"].flatMap(Int64.init) ?? 0) }
    }

    private func counts(_ times: [Microseconds], _ ticks: ArraySlice<CheckedTick>) -> [Range] {
        let times = times.sorted()
        var ranges: [Range] = []
        // How many are before a time, and how many are not behind it.
        func below(_ time: Microseconds) -> Int64 { Int64(Self.lowerBound(times, time)) }
        func upTo(_ time: Microseconds) -> Int64 { Int64(Self.lowerBound(times, time + 1)) }
        for (before, tick) in zip(ticks, ticks.dropFirst()) {
            ranges.append(
                Range(
                    least: max(0, below(tick.time) - upTo(before.time)), most: max(0, upTo(tick.time) - below(before.time))))
        }
        return ranges
    }

    private static func lowerBound(_ times: [Microseconds], _ time: Microseconds) -> Int {
        var (low, high) = (0, times.count)
        while low < high {
            let middle = (low + high) / 2
            if times[middle] < time { low = middle + 1 } else { high = middle }
        }
        return low
    }

    mutating func checkSessions() {
        let explained = explained("claim") + explained("enter")
        var missing: (count: Int64, row: Int) = (0, 0)
        for (index, range) in counts(sessions.keys.map(\.time), line.ticks[...]).enumerated() {
            let (before, tick) = (line.ticks[index], line.ticks[index + 1])
            let counted = tick.total("claimed") - before.total("claimed")
            if range.least > counted {
                findings.violated(
                    .count, tick.row,
                    "\(range.least) sessions began since row \(before.row), and the store counted \(counted)")
            }
            if range.most < counted, tick.time <= gaps.openUntil {
                missing = (missing.count + counted - range.most, missing.row == 0 ? tick.row : missing.row)
            }
        }
        if missing.count > explained {
            findings.unproven(
                .count, missing.row, "\(missing.count - explained) sessions that the store counted are in no row")
        }
    }

    /// Each place that was given out has its newcomer.
    mutating func checkNewcomers() {
        var places: [UInt64: Set<UInt64>] = [:]
        for (_, row) in line.rows where row.kind == "joined" {
            if let place = row.place, !drawnEpochs.contains(place.epoch) {
                places[place.epoch, default: []].insert(place.number)
            }
        }
        let direct = line.rows.filter { $0.row.kind == "direct" }.compactMap(\.row.time)
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
            let least = standing + Int64(direct.count { $0 > first.time && $0 < last.time })
            let most = standing + Int64(direct.count { $0 >= first.time && $0 <= last.time })
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
