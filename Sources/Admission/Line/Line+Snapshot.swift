extension Line {
    mutating func snapshot(_ tick: Tick, _ phase: RoomPhase, _ rules: RoomRules, _ now: Moment) -> RoomSnapshot {
        if now.line - marksAt >= RoomSnapshot.marksEvery { takeMarks(now.line) }
        let withMarks = tick.marksVersion != marksVersion
        let told = ended.entries(from: ended.count - ended.count(above: tick.endedUpTo), count: Self.endedPerTickMax)
        return RoomSnapshot(
            now: now.clock, phase: phase, isRestoring: restoringUntil != nil,
            lanes: lanes.map { lane in
                LaneView(
                    name: lane.name, waiting: lane.waiting.count, head: lane.head, floor: lane.floor,
                    near: lane.waiting.entries(from: 0, count: RoomSnapshot.nearMax).map(\.id),
                    marks: withMarks ? lane.marks : [])
            },
            offered: offered.count, sessions: sessions.count, fresh: seen.count(above: now.line - rules.freshWindow),
            totals: totals, controls: controls, draw: draw, tail: Place(epoch: epoch, number: tailNumber),
            marksVersion: marksVersion, revoked: withMarks ? denials(now) : [], nodes: nodes.keys.sorted(),
            ended: told.map(\.id), endedUpTo: told.last?.score ?? tick.endedUpTo)
    }

    private func denials(_ now: Moment) -> [Recollection.Mark] {
        revoked.entries(from: 0, count: Self.revokedMax).map { .init(id: $0.id, endsIn: $0.score - now.line) }
    }

    /// Where the line stands from the last of the near ones on, at 64 ranks evenly apart behind it, the last place among them.
    private mutating func takeMarks(_ now: Microseconds) {
        marksVersion += 1
        marksAt = now
        for lane in lanes.indices {
            let waiting = lanes[lane].waiting
            let rest = waiting.count - RoomSnapshot.nearMax
            let count = min(max(rest, 0), RoomSnapshot.marksMax)
            lanes[lane].marks = (0..<(count == 0 ? 0 : count + 1)).compactMap { at in
                let rank = RoomSnapshot.nearMax + at * rest / count - 1
                guard let entry = waiting.entry(at: rank), let place = Place(rawValue: UInt64(entry.score)) else {
                    return nil
                }
                return RankMark(place: place, rank: rank)
            }
        }
    }
}
