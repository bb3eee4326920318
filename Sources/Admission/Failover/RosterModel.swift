/// The roster of one room in memory: what every roster does, in the plainest way.
public struct RosterModel: Sendable {
    private struct Row: Sendable {
        var heardAt: Microseconds
        /// Nil: it does not reach the primary.
        var reachesSince: Microseconds?
        var version: Int64
    }

    public private(set) var mode = RoomMode()
    private var movedAt: Microseconds = 0
    private var rows: [String: Row] = [:]
    private var watermarks = Watermarks()

    public init() {}

    public mutating func heartbeat(_ beat: Heartbeat, now: Microseconds) -> RosterView {
        // What a node said before it was silent for so long that it did not count, is no longer its word.
        let before = rows[beat.node].flatMap { $0.heardAt > now - RosterView.heardWithin ? $0.reachesSince : nil }
        let since = beat.reachesPrimary ? before ?? now : nil
        rows[beat.node] = Row(heardAt: now, reachesSince: since, version: beat.version)
        watermarks.merge(beat.watermarks)
        let heard = heard(now)
        return RosterView(
            mode: mode, movedAgo: now - movedAt, nodes: heard.map(\.node), reaching: reaching(heard),
            allReachingFor: allReachingFor(heard, now), isAcknowledged: heard.allSatisfy { $0.row.version == mode.version },
            watermarks: watermarks)
    }

    public mutating func move(_ move: RoomMove, now: Microseconds) -> Bool {
        guard move.version == mode.version else { return false }
        let heard = heard(now)
        switch move.condition {
        case .always: break
        case .nobodyReachesPrimary: if reaching(heard) > 0 { return false }
        case .allReachPrimary(let time): if allReachingFor(heard, now) < time { return false }
        }
        mode = RoomMode(
            holder: move.to, epoch: move.epoch, epochMax: max(mode.epochMax, move.epoch), version: mode.version + 1,
            mover: move.node)
        movedAt = now
        return true
    }

    private func heard(_ now: Microseconds) -> [(node: String, row: Row)] {
        rows.filter { $0.value.heardAt > now - RosterView.heardWithin }.sorted { $0.key < $1.key }
            .map { ($0.key, $0.value) }
    }

    private func reaching(_ heard: [(node: String, row: Row)]) -> Int { heard.count { $0.row.reachesSince != nil } }

    private func allReachingFor(_ heard: [(node: String, row: Row)], _ now: Microseconds) -> Microseconds {
        if heard.isEmpty { return 0 }
        return heard.map { $0.row.reachesSince.map { now - $0 } ?? 0 }.min() ?? 0
    }
}
