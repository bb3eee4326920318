import Admission

/// Judges one line.
struct LineCheck {
    let line: CheckedLine
    let gaps: GapCheck
    var findings = Findings()
    let sessions: [CheckedLine.Session: Int]
    let drawnEpochs: Set<UInt64>
    /// Where each stands, by whatever line: who waits keeps its place when a line is lost.
    let places: [String: Stand]

    struct Stand {
        let place: Place
        let lane: String
    }

    init(_ line: CheckedLine, _ gaps: GapCheck, _ places: [String: Stand]) {
        self.line = line
        self.places = places
        self.gaps = gaps
        sessions = line.sessions
        drawnEpochs = Set(
            line.rows.filter { $0.row.kind == "draw" }.compactMap { $0.row.details["epoch"].flatMap(UInt64.init) })
    }

    mutating func run() {
        checkTicks()
        checkBounds()
        checkArrivals()
        checkHeads()
        checkDirect()
        checkSessions()
        checkNewcomers()
        checkRate()
        checkCap()
    }

    // MARK: What the store says of itself

    private mutating func checkTicks() {
        for tick in line.misplaced { findings.violated(.seal, tick.row, "it stands behind a row that is later") }
        var lastOf: [String: CheckedTick] = [:]
        for tick in line.ticks {
            if let before = lastOf[tick.run], before.number > tick.number {
                findings.unproven(
                    .back, tick.row, "the store's clock went back: the same process heard row \(before.row) later")
            }
            lastOf[tick.run] = tick
            if tick.total("claimed") + tick.total("missed") + tick.total("offered") > tick.total("admitted") {
                findings.violated(
                    .count, tick.row, "more were given a pass, missed their turn or have it, than were admitted")
            }
        }
        for (before, tick) in zip(line.ticks, line.ticks.dropFirst()) {
            for name in CheckedTick.totalNames where tick.total(name) < before.total(name) {
                findings.unproven(
                    .back, tick.row, "\(name) is less than in row \(before.row): the store has forgotten something")
            }
            let isTailBack = tick.tail < before.tail
            let isHeadBack = before.lanes.contains { name, lane in tick.lanes[name].map { $0.head < lane.head } ?? false }
            if isTailBack || isHeadBack {
                findings.unproven(.back, tick.row, "the line is behind where it was in row \(before.row)")
            }
        }
    }

    /// What a row says of when it was done.
    private mutating func checkBounds() {
        for (at, row) in line.rows {
            if let after = row.after, let before = row.before, after > before {
                findings.violated(.bounds, at, "it was done before \(before), and asked after \(after)")
            }
            guard let time = row.time, ["direct", "admitted", "resumed"].contains(row.kind) else { continue }
            if let before = row.before, time > before {
                findings.violated(.bounds, at, "the session begins at \(time), after the tick that knew of it, \(before)")
            }
            // Whoever asks again is told the same beginning.
            let isFirst = sessions[.init(ticket: row.ticket, time: time)] == at
            if let after = row.after, time < after, isFirst, row.kind != "resumed" {
                findings.unproven(
                    .bounds, at, "the session began at \(time), before it was asked for after \(after): no row tells of that"
                )
            }
        }
    }

    // MARK: Order

    /// Who comes later stands further behind: the line's tail was not yet at the place of anybody who came after a tick, and had passed
    /// everybody's who came before one.
    private mutating func checkArrivals() {
        for (at, row) in line.rows where row.kind == "joined" {
            guard let place = row.place else {
                findings.violated(.place, at, "a newcomer without a place")
                continue
            }
            if drawnEpochs.contains(place.epoch) { continue }
            if let before = row.before, let tick = tickKnowing(before), place.rawValue > tick.tail {
                findings.violated(
                    .place, at, "place \(place.rawValue) was given before row \(tick.row), whose last place is smaller")
            }
            guard let after = row.after, let tick = lastTick(before: after) else { continue }
            if place.rawValue <= tick.tail {
                findings.violated(
                    .place, at, "place \(place.rawValue) was given after row \(tick.row), whose last place is not smaller")
            }
        }
    }

    /// What was so at a tick that is not told, since it changed nothing, is told by the one before; unless rows are missing.
    private func tickKnowing(_ time: Microseconds) -> CheckedTick? {
        guard gaps.hasGaps else { return line.tick(upTo: time).map { line.ticks[$0] } }
        return line.ticks.dropFirst(line.firstTick { $0.time >= time }).first
    }

    /// The earliest of the ticks at this time, or the last before it.
    private func lastTick(before time: Microseconds) -> CheckedTick? {
        let at = line.firstTick { $0.time >= time }
        if at < line.ticks.count, line.ticks[at].time == time { return line.ticks[at] }
        return at == 0 ? nil : line.ticks[at - 1]
    }

    /// Nobody is admitted before the head of the lane has reached the place.
    private mutating func checkHeads() {
        let isDeaf = line.rows.contains { $0.row.kind == "unknown" && $0.row.details["asked"] == "tick" }
        var unknown: (count: Int, row: Int) = (0, 0)
        for (at, row) in line.rows where row.kind == "admitted" {
            guard let time = row.time, sessions[.init(ticket: row.ticket, time: time)] == at else { continue }
            guard let known = places[row.ticket], !known.place.awaitsDraw, let tick = line.tick(upTo: time),
                let head = line.ticks[tick].lanes[known.lane]?.head
            else {
                unknown = (unknown.count + 1, unknown.row == 0 ? at : unknown.row)
                continue
            }
            if head >= known.place.rawValue { continue }
            let next = tick + 1 < line.ticks.count ? line.ticks[tick + 1].lanes[known.lane]?.head ?? 0 : 0
            if next >= known.place.rawValue, isDeaf || gaps.hasGaps {
                findings.unproven(.order, at, "\(row.ticket) was admitted while nobody heard of the head")
            } else {
                findings.violated(
                    .order, at,
                    "\(row.ticket) at place \(known.place.rawValue) was admitted at \(time), when the head of lane \(known.lane) "
                        + "was \(head) (row \(line.ticks[tick].row))")
            }
        }
        if unknown.count > 0 {
            findings.unproven(
                .order, unknown.row, "\(unknown.count) were admitted whose place, or the head then, no row tells")
        }
    }

    /// Nobody has room at once while somebody waits.
    private mutating func checkDirect() {
        let leavers = line.rows.filter {
            ["left", "released", "revoked", "unknown", "resumed", "expired"].contains($0.row.kind)
        }
        for (at, row) in line.rows where row.kind == "direct" {
            guard let time = row.time, let before = line.tick(upTo: time), before + 1 < line.ticks.count else { continue }
            let (last, next) = (line.ticks[before], line.ticks[before + 1])
            // At one and the same time nobody knows which came first.
            guard last.time < time, time < next.time, last.waiting > 0, !gaps.hasGaps else { continue }
            let gone = leavers.count { ($0.row.after ?? .min) < next.time && ($0.row.before ?? .max) > last.time }
            if last.waiting > Int64(gone), !leavers.contains(where: { $0.row.kind == "unknown" }) {
                findings.violated(.order, at, "\(row.ticket) went in at once while \(last.waiting) waited (row \(last.row))")
            }
        }
    }
}
