import Admission
import Settings

/// Why the rate of a room that follows its origin's health is what it is.
enum RateText {
    /// For programs, and bounded: what operators have set, what the configuration says, or what it was adapted for.
    static func reason(_ controls: RoomControls) -> String {
        controls.rate != nil ? "live" : controls.adapted?.reason.word ?? "configured"
    }

    static let reasons = ["live", "configured"] + AdaptedRate.Reason.allCases.map(\.word)

    static func sentence(_ controls: RoomControls, _ room: Settings.Room) -> String {
        if controls.rate != nil { return "set by an operator; it follows the origin again when that is taken back" }
        switch controls.adapted?.reason {
        case nil: return "as configured: nothing called for another rate yet"
        case .slow: return "lowered, since more than a tenth of the answers took longer than \(room.rateTargetLatency)"
        case .failing: return "lowered, since more than \(room.rateErrorsMaxPercent) % of the requests failed"
        case .ejected: return "lowered, since not all of the origin's servers are used"
        case .well: return "raised, since the origin has been well for a while"
        }
    }
}

extension RoomBoard.Standing {
    /// Null where the rate does not follow anything.
    var adaptation: JSONValue {
        guard let bounds = rules.rateBounds else { return .null }
        let controls = snapshot?.controls ?? RoomControls()
        return [
            "min": .text(bounds.min.text), "max": .text(bounds.max.text), "configured": .text(rules.rate.text),
            "reason": .text(RateText.reason(controls)), "says": .text(RateText.sentence(controls, room)),
            "since": .optional(controls.adapted.map { Moment(unixSeconds: $0.since / 1_000_000).description }),
            "version": .count(controls.adapted?.version ?? 0), "targetLatency": .text("\(room.rateTargetLatency)"),
            "errorsMaxPercent": .count(room.rateErrorsMaxPercent),
            "seen": [
                "scope": "process", "requests": .count(health.requests), "slow": .count(health.slow),
                "failed": .count(health.failed), "servers": .count(health.servers), "usable": .count(health.usable),
            ],
        ]
    }
}
