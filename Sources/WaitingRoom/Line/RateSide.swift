import Admission
import Settings
import Telemetry

/// Rates that follow the health of their origin, on the control loop: what all loops have seen in a second goes to the governor of
/// each such room, what that proposes to the store, and what came of it, whoever proposed it, to the log.
final class RateSide {
    private unowned let service: Service
    private let board: RoomBoard
    private var rooms: [String: Room] = [:]

    private struct Room {
        var governor = RateGovernor()
        /// Since the last tick.
        var second = HealthSample()
        /// What was proposed last, and why.
        var proposal: RateProposal?
        var evidence = HealthSample()
        var logged: AdaptedRate?
    }

    init(_ service: Service, _ board: RoomBoard) {
        self.service = service
        self.board = board
    }

    func heard(_ report: LoopReport) {
        for told in report.rooms {
            guard let health = told.health else { continue }
            rooms[told.room]?.second.add(
                HealthSample(requests: health.requests, slow: health.late, failed: health.failed))
        }
    }

    /// Once a second.
    func tick() {
        let servers = service.plan.targets.map(\.name)
        let usable = servers.count { service.health.isUsable($0) }
        rooms = rooms.filter { board.standings[$0.key]?.rules.rateBounds != nil }
        for name in board.names {
            guard let standing = board.standings[name], standing.rules.rateBounds != nil else { continue }
            var room = rooms[name] ?? Room()
            (room.second.servers, room.second.usable) = (servers.count, usable)
            if let snapshot = standing.snapshot, board.isFresh(standing, at: service.loop.now) {
                decide(&room, name, standing, snapshot)
            }
            room.second = HealthSample()
            rooms[name] = room
            board.note(room.governor.evidence, of: name)
        }
    }

    private func decide(_ room: inout Room, _ name: String, _ standing: RoomBoard.Standing, _ snapshot: RoomSnapshot) {
        log(&room, name, standing, snapshot)
        let failedMax = Double(standing.room.rateErrorsMaxPercent) / 100
        let proposal = room.governor.decide(room.second, failedMax: failedMax, standing.rules, snapshot)
        guard let proposal else { return }
        (room.proposal, room.evidence) = (proposal, room.governor.evidence)
        service.tellFirstEdge { $0.desk(name)?.adapt(proposal) }
    }

    /// A line for each change, on every node; the one whose proposal it was says what it had seen.
    private func log(_ room: inout Room, _ name: String, _ standing: RoomBoard.Standing, _ snapshot: RoomSnapshot) {
        guard let adapted = snapshot.controls.adapted, adapted.version != room.logged?.version else { return }
        // At the bottom the same is said again and again.
        let isNews = adapted.rate != room.logged?.rate || adapted.reason != room.logged?.reason
        room.logged = adapted
        guard isNews else { return }
        let isOwn =
            room.proposal.map { ($0.after + 1, $0.rate, $0.reason) == (adapted.version, adapted.rate, adapted.reason) }
            ?? false
        let evidence = room.evidence
        service.log(adapted.reason.isLower ? .warning : .info, "rate.adapted") { line in
            line.field("room", name)
            line.field("rate", adapted.rate.text)
            line.field("reason", adapted.reason.word)
            if standing.snapshot?.controls.rate != nil { line.field("hint", "not in force: an operator has set the rate") }
            guard isOwn else { return }
            line.field("requests", evidence.requests)
            line.field("slow", evidence.slow)
            line.field("failed", evidence.failed)
            line.field("servers", "\(evidence.usable) of \(evidence.servers)")
        }
    }
}
