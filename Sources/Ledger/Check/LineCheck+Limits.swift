import Admission

/// Whether rate and cap were kept, by what was in force at each tick.
extension LineCheck {
    /// Parts of an admission: every rate by the second, minute or hour is exact in them.
    private static let unit: Int128 = 3_600_000_000

    /// What the nodes go by. One not heard from for longer has no say any more.
    private struct InForce {
        var of: [String: (limits: CheckedTick.Limits, time: Microseconds)] = [:]

        mutating func hear(_ tick: CheckedTick) -> [CheckedTick.Limits] {
            let before = of.values.map(\.limits)
            of = of.filter { tick.time - $0.value.time <= GapCheck.silenceMax }
            of[tick.node] = (tick.limits, tick.time)
            return before + [tick.limits]
        }
    }

    private static func earned(_ limits: [CheckedTick.Limits], _ elapsed: Microseconds) -> Int128 {
        limits.map { limit in
            let product = Int128(max(0, elapsed)) * Int128(limit.count) * unit
            return (product + Int128(limit.per) - 1) / Int128(limit.per)
        }.max() ?? 0
    }

    /// In no window more than rate × time + burst: credit comes in by the rate, is never more than the burst, and every admission takes
    /// of it. What was admitted in place of somebody who did not come has a credit of its own.
    mutating func checkRate() {
        guard let first = line.ticks.first else { return }
        var force = InForce()
        _ = force.hear(first)
        var regular = Int128(first.limits.burst) * Self.unit
        var replaced = regular
        for (before, tick) in zip(line.ticks, line.ticks.dropFirst()) {
            let limits = force.hear(tick)
            if tick.controls > before.controls + 1 {
                findings.unproven(
                    .rate, tick.row, "limits were changed more than once since row \(before.row): not all are known")
            }
            let earned = Self.earned(limits, tick.time - before.time)
            let full = Int128(limits.map(\.burst).max() ?? 0) * Self.unit
            let others = tick.total("replaced") - before.total("replaced")
            let own = tick.total("admitted") - before.total("admitted") - others
            regular = take(own, of: regular + earned, full, "", tick)
            replaced = take(others, of: replaced + earned, full, " in place of others", tick)
        }
    }

    private mutating func take(
        _ count: Int64, of credit: Int128, _ full: Int128, _ what: String, _ tick: CheckedTick
    ) -> Int128 {
        let rest = credit - Int128(count) * Self.unit
        if rest < 0 {
            let over = (-rest + Self.unit - 1) / Self.unit
            say(.rate, tick.row, "\(over) more were admitted\(what) by then than rate × time + burst allow")
        }
        return min(max(rest, 0), full)
    }

    /// Of what is not here nobody knows by which limits it went.
    private mutating func say(_ code: Finding.Code, _ row: Int, _ text: String) {
        if gaps.hasGaps { findings.unproven(code, row, text) } else { findings.violated(code, row, text) }
    }

    /// Nobody is admitted while the room is full. Where the cap was lowered, more are inside until they go.
    mutating func checkCap() {
        guard let first = line.ticks.first else { return }
        var force = InForce()
        _ = force.hear(first)
        for (before, tick) in zip(line.ticks, line.ticks.dropFirst()) {
            let cap = force.hear(tick).map(\.cap).max() ?? 0
            guard tick.slots > cap, tick.total("admitted") > before.total("admitted"), tick.controls <= before.controls + 1
            else { continue }
            let text = "\(tick.slots) were inside, and \(cap) may be"
            if line.isFresh {
                say(.cap, tick.row, text)
            } else {
                findings.unproven(.cap, tick.row, text + "; who was inside when the line was lost, is let in again")
            }
        }
    }
}
