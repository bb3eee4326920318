import Admission

/// The columns of a tick's answer, and the snapshot that they are. Pure.
struct PostgresSnapshot {
    var now: Int64 = 0
    var phase = ""
    var isRestoring = false
    var laneNames: [String] = []
    var laneWaiting: [Int64] = []
    var laneHeads: [Int64] = []
    var laneFloors: [Int64] = []
    /// Lane after lane.
    var near: [TicketID] = []
    /// Empty when the caller has the marks.
    var markCounts: [Int64] = []
    var markPlaces: [Int64] = []
    var markRanks: [Int64] = []
    var offered: Int64 = 0
    var sessions: Int64 = 0
    var fresh: Int64 = 0
    var totals: [Int64] = []
    var controls = PostgresAnswers.ControlColumns()
    var drawEpoch: Int64?
    var drawSeed: [UInt8]?
    var drawIsOpened: Bool?
    var drawOpenedFor: Int64?
    var tail: Int64 = 0
    var marksVersion: Int64 = 0
    var revoked: [TicketID] = []
    var revokedEnds: [Int64] = []
    var nodes: [String] = []
    var ended: [TicketID] = []
    var endedUpTo: Int64 = 0

    func snapshot() throws(StoreFault) -> RoomSnapshot {
        guard let phase = RoomPhase(rawValue: phase) else { throw .nonsense("\(phase) is no phase of a room") }
        try PostgresAnswers.agree(revoked.count, revokedEnds.count)
        return RoomSnapshot(
            now: now, phase: phase, isRestoring: isRestoring, lanes: try lanes(),
            offered: try PostgresAnswers.count(offered), sessions: try PostgresAnswers.count(sessions),
            fresh: try PostgresAnswers.count(fresh), totals: try roomTotals(),
            controls: try PostgresAnswers.controls(controls),
            draw: try PostgresAnswers.draw(drawEpoch, drawSeed, drawIsOpened, openedFor: drawOpenedFor),
            tail: try PostgresAnswers.place(tail),
            marksVersion: marksVersion, revoked: zip(revoked, revokedEnds).map { .init(id: $0, endsIn: $1) },
            nodes: nodes.sorted(), ended: ended, endedUpTo: endedUpTo)
    }

    private func lanes() throws(StoreFault) -> [LaneView] {
        try PostgresAnswers.agree(laneNames.count, laneWaiting.count, laneHeads.count, laneFloors.count)
        if !markCounts.isEmpty { try PostgresAnswers.agree(laneNames.count, markCounts.count) }
        try PostgresAnswers.agree(markPlaces.count, markRanks.count)
        var lanes: [LaneView] = []
        var nearRead = 0
        var marksRead = 0
        for at in laneNames.indices {
            let waiting = try PostgresAnswers.count(laneWaiting[at])
            let nearEnd = nearRead + min(waiting, RoomSnapshot.nearMax)
            let marksCount = try PostgresAnswers.count(markCounts.isEmpty ? 0 : markCounts[at])
            let marksEnd = marksRead + min(marksCount, Int(Int32.max))
            guard nearEnd <= near.count, marksEnd <= markPlaces.count else {
                throw .nonsense("fewer places are told than the lanes have")
            }
            var marks: [RankMark] = []
            for mark in marksRead..<marksEnd {
                let place = try PostgresAnswers.place(markPlaces[mark])
                marks.append(RankMark(place: place, rank: try PostgresAnswers.count(markRanks[mark])))
            }
            lanes.append(
                LaneView(
                    name: laneNames[at], waiting: waiting, head: try PostgresAnswers.place(laneHeads[at]),
                    floor: try PostgresAnswers.place(laneFloors[at]), near: Array(near[nearRead..<nearEnd]), marks: marks))
            (nearRead, marksRead) = (nearEnd, marksEnd)
        }
        try PostgresAnswers.agree(nearRead, near.count)
        try PostgresAnswers.agree(marksRead, markPlaces.count)
        return lanes
    }

    private func roomTotals() throws(StoreFault) -> RoomTotals {
        try PostgresAnswers.agree(totals.count, 8)
        var counted = RoomTotals()
        counted.entered = totals[0]
        counted.admitted = totals[1]
        counted.replaced = totals[2]
        counted.claimed = totals[3]
        counted.missed = totals[4]
        counted.abandoned = totals[5]
        counted.left = totals[6]
        counted.ended = totals[7]
        return counted
    }
}
