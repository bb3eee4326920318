import Admission
import Bytes
import Settings

/// The rooms as Prometheus reads them. Written from the board each time, so that a room that is gone is gone here too.
extension RoomBoard {
    private struct Family {
        let name: StaticString
        let kind: StaticString
        let help: StaticString
        /// Labels behind the room's, and the value; nil is left out.
        let values: (Standing, Bool, String) -> [(labels: String, value: Double)]
    }

    private static func one(
        _ name: StaticString, _ kind: StaticString, _ help: StaticString,
        _ value: @escaping (Standing, RoomSnapshot) -> Double
    ) -> Family {
        Family(name: name, kind: kind, help: help) { standing, isFresh, _ in
            guard isFresh, let snapshot = standing.snapshot else { return [] }
            return [("", value(standing, snapshot))]
        }
    }

    private static var families: [Family] {
        [
            Family(name: "waitingroom_room_waiting", kind: "gauge", help: "Who waits, by lane, in the whole fleet.") {
                standing, isFresh, _ in
                isFresh
                    ? standing.snapshot?.lanes.map { (",lane=\"\($0.name)\"", Double($0.waiting)) } ?? [] : []
            },
            one("waitingroom_room_active", "gauge", "Who is let in and not yet gone, in the whole fleet.") { standing, _ in
                Double(standing.active)
            },
            one(
                "waitingroom_room_offered", "gauge",
                "Of those, whose turn has come and who have not come for their pass yet."
            ) {
                Double($1.offered)
            },
            one("waitingroom_room_rate", "gauge", "How many may be let in a second, live changes considered.") {
                standing, _ in
                standing.effective.rate.perSecond
            },
            Family(
                name: "waitingroom_room_rate_bound", kind: "gauge",
                help: "Between which rates the rate follows the origin's health, where it does."
            ) { standing, _, _ in
                guard let bounds = standing.rules.rateBounds else { return [] }
                return [(",bound=\"min\"", bounds.min.perSecond), (",bound=\"max\"", bounds.max.perSecond)]
            },
            Family(
                name: "waitingroom_room_rate_reason", kind: "gauge",
                help: "1 for why the rate is what it is, where it follows the origin's health."
            ) { standing, isFresh, _ in
                guard isFresh, standing.rules.rateBounds != nil, let controls = standing.snapshot?.controls else {
                    return []
                }
                let reason = RateText.reason(controls)
                return RateText.reasons.map { (",reason=\"\($0)\"", $0 == reason ? 1 : 0) }
            },
            Family(
                name: "waitingroom_room_rate_adaptations_total", kind: "counter",
                help: "How often the rate was adapted, in the whole fleet."
            ) { standing, isFresh, _ in
                guard isFresh, standing.rules.rateBounds != nil else { return [] }
                return [("", Double(standing.snapshot?.controls.adapted?.version ?? 0))]
            },
            one("waitingroom_room_cap", "gauge", "How many may be inside at a time; +Inf where there is no ceiling.") {
                standing, _ in
                let cap = standing.effective.slotsMax
                return cap >= Settings.Room.slotsMax ? .infinity : Double(cap)
            },
            one("waitingroom_room_entered_total", "counter", "Who has come since the line began.") {
                Double($1.totals.entered)
            },
            one("waitingroom_room_admitted_total", "counter", "Who was let in since the line began.") {
                Double($1.totals.admitted)
            },
            one("waitingroom_room_claimed_total", "counter", "Of those, who came for the pass.") {
                Double($1.totals.claimed)
            },
            one("waitingroom_room_missed_total", "counter", "Of those, who did not come in the claim window.") {
                Double($1.totals.missed)
            },
            one("waitingroom_room_abandoned_total", "counter", "Who was dropped, not having been seen.") {
                Double($1.totals.abandoned)
            },
            one("waitingroom_room_ended_total", "counter", "Sessions that were released or have expired.") {
                Double($1.totals.ended)
            },
            one("waitingroom_room_nodes", "gauge", "Processes that the store hears of.") {
                Double(NodeName.processes(of: $1.nodes).count)
            },
            Family(name: "waitingroom_room_current", kind: "gauge", help: "1 when the store answers, 0 when it does not.") {
                _, isFresh, _ in [("", isFresh ? 1 : 0)]
            },
            Family(name: "waitingroom_room_state", kind: "gauge", help: "1 for the state that the room is set to.") {
                standing, _, _ in
                RoomState.allCases.map { (",state=\"\($0.rawValue)\"", $0 == standing.effective.state ? 1 : 0) }
            },
            Family(name: "waitingroom_room_store", kind: "gauge", help: "1 for the store that holds the line.") {
                _, _, store in [(",store=\"\(store)\"", 1)]
            },
            Family(
                name: "waitingroom_room_promise_error_ratio", kind: "gauge",
                help: "By how much of the wait promises failed that this process made, the latest thousand."
            ) { standing, _, _ in
                let errors = standing.promises.map(\.error).sorted()
                guard !errors.isEmpty else { return [] }
                return [0.5, 0.9].map { part in
                    (",part=\"\(part)\"", errors[min(errors.count - 1, Int(part * Double(errors.count)))])
                }
            },
        ]
    }

    func renderMetrics(at now: UInt64, store: (String) -> String, into page: inout ByteBuffer) {
        for family in Self.families {
            var lines = ""
            for name in names {
                guard let standing = standings[name] else { continue }
                for (labels, value) in family.values(standing, isFresh(standing, at: now), store(name)) {
                    let text = value == .infinity ? "+Inf" : JSONValue.number(value).description
                    lines += "\(family.name){room=\"\(name)\"\(labels)} \(text)\n"
                }
            }
            if lines.isEmpty { continue }
            page.append("# HELP \(family.name) \(family.help)\n# TYPE \(family.name) \(family.kind)\n\(lines)")
        }
    }
}
