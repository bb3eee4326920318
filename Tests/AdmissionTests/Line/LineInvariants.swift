import Testing
import TestSupport

@testable import Admission

/// Looks into a line after every call and says which of its invariants does not hold. It knows nothing of how the line does
/// what it does.
struct LineInvariants {
    /// Windows reach so many admissions back.
    static let windowsMax = 300

    private struct Step {
        let passed: Microseconds
        let regular: Int64
        let rate: Double
        let burst: Int64
    }

    /// All the time that ever passed, whatever the clock was set to.
    private var passed: Microseconds = 0
    private var last: Microseconds?
    private var regular: Int64 = 0
    private var steps: [Step] = []

    mutating func faults(before: Line, after: Line, call: StoreCall, answer: StoreAnswer, now: Microseconds) -> [String] {
        passed += max(0, now - (last ?? now))
        last = now
        var faults = Self.whereTicketsAre(after)
        if before.epoch == after.epoch, before.lineage == after.lineage { faults += Self.heads(before, after) }
        if case .admitted(let snapshot) = answer.outcome {
            faults += Self.tick(before, after, call, now) + Self.counts(after, snapshot)
        }
        let isSame = before.lineage == after.lineage && before.epoch > 0 && before.totals.admitted <= after.totals.admitted
        if isSame {
            regular += (after.totals.admitted - after.totals.replaced) - (before.totals.admitted - before.totals.replaced)
        }
        return faults + rate(after, call)
    }

    private static func whereTicketsAre(_ line: Line) -> [String] {
        let waiting = line.lanes.flatMap { $0.waiting.entries(from: 0, count: .max).map(\.id) }
        let offered = line.offered.entries(from: 0, count: .max).map(\.id)
        let inside = line.sessions.entries(from: 0, count: .max).map(\.id)
        let all = waiting + offered + inside
        var faults: [String] = []
        if Set(all).count != all.count { faults.append("a ticket is in two places") }
        if Set(waiting) != Set(line.seen.entries(from: 0, count: .max).map(\.id)) { faults.append("seen is not who waits") }
        if Set(inside) != Set(line.startedAt.keys) { faults.append("a session without a beginning, or the reverse") }
        if (waiting + offered).contains(where: line.spent.contains) { faults.append("a spent ticket is in the line") }
        if all.contains(where: line.revoked.contains) { faults.append("a revoked ticket is in the line or inside") }
        return faults
    }

    /// What has passed stays passed.
    private static func heads(_ before: Line, _ after: Line) -> [String] {
        after.lanes.flatMap { lane -> [String] in
            var faults: [String] = []
            if lane.floor > lane.head { faults.append("the floor of \(lane.name) is before its head") }
            guard let old = before.lanes.first(where: { $0.name == lane.name }) else { return faults }
            if lane.head < old.head { faults.append("the head of \(lane.name) went back") }
            if lane.floor < old.floor { faults.append("the floor of \(lane.name) went back") }
            return faults
        }
    }

    /// Whoever was admitted, nobody before it in its lane was left behind who was still there; and the cap holds.
    private static func tick(_ before: Line, _ after: Line, _ call: StoreCall, _ now: Microseconds) -> [String] {
        let rules = call.rules.under(after.controls)
        let fresh = Set(after.offered.entries(from: 0, count: .max).map(\.id)).filter { !before.offered.contains($0) }
        var faults: [String] = []
        if !fresh.isEmpty, after.slotsTaken > max(rules.slotsMax, 0) { faults.append("admitted above the cap") }
        if !fresh.isEmpty, !rules.phase(at: now).admits { faults.append("admitted in phase \(rules.phase(at: now))") }
        if !fresh.isEmpty, after.restoringUntil != nil { faults.append("admitted while restoring") }
        for lane in before.lanes {
            let order = lane.waiting.entries(from: 0, count: .max).map(\.id)
            guard let lastOne = order.lastIndex(where: fresh.contains) else { continue }
            let left = order[..<lastOne].filter { after.seen.contains($0) }
            if !left.isEmpty { faults.append("\(left.count) of \(lane.name) were overtaken") }
        }
        if fresh.contains(where: { !before.seen.contains($0) }) { faults.append("admitted out of nowhere") }
        return faults
    }

    private static func counts(_ line: Line, _ snapshot: RoomSnapshot) -> [String] {
        var faults: [String] = []
        if snapshot.waiting != line.seen.count { faults.append("the snapshot miscounts who waits") }
        if snapshot.offered != line.offered.count || snapshot.sessions != line.sessions.count {
            faults.append("the snapshot miscounts who was admitted")
        }
        let totals = snapshot.totals
        if totals.replaced > totals.admitted || totals.replaced < 0 { faults.append("more replaced than admitted") }
        if line.bucket.credit < 0 || line.bucket.spare < 0 || line.bucket.owed < 0 { faults.append("a bucket below zero") }
        return faults
    }

    /// For every pair of moments: no more regular admissions between them than the highest rate of that time brings, and
    /// the largest burst.
    private mutating func rate(_ line: Line, _ call: StoreCall) -> [String] {
        let rules = call.rules.under(line.controls)
        steps.append(Step(passed: passed, regular: regular, rate: rules.rate.perSecond, burst: rules.burst))
        if steps.count > Self.windowsMax { steps.removeFirst(Self.windowsMax / 2) }
        guard let last = steps.last, steps.count > 1, steps[steps.count - 2].regular < last.regular else { return [] }
        var rate = 0.0
        var burst: Int64 = 0
        for step in steps.reversed() {
            let count = last.regular - step.regular
            let time = Double(last.passed - step.passed) / 1_000_000
            if Double(count) > rate * time + Double(max(burst, step.burst)) + 1e-6 {
                return ["\(count) admitted in \(time) s, at \(rate) a second and a burst of \(max(burst, step.burst))"]
            }
            rate = max(rate, step.rate)
            burst = max(burst, step.burst)
        }
        return []
    }
}

@Suite struct LineInvariantTests {
    static let seeds: [UInt64] = [1, 2, 3, .random(in: 4 ... .max)]

    @Test(arguments: seeds) func holdWhateverIsAsked(_ seed: UInt64) {
        var calls = RandomCalls(seed: seed, room: "event")
        var line = Line()
        var invariants = LineInvariants()
        for step in 0..<6_000 {
            let call = calls.next()
            let before = line
            let answer = line.apply(call, now: calls.now)
            calls.hear(answer, to: call)
            let faults = invariants.faults(before: before, after: line, call: call, answer: answer, now: calls.now)
            guard faults.isEmpty else {
                Issue.record("seed \(seed), step \(step): \(faults)\n\(call)\n-> \(answer)")
                return
            }
        }
        #expect(line.epoch > 1 && line.totals.entered >= 0)
    }
}
