import Admission

/// What a row says of a tick: all that somebody needs who was not there.
enum TickDetails {
    static func details(_ snapshot: RoomSnapshot, _ call: StoreCall, epoch: UInt64) -> LedgerRow.Details {
        let rules = call.rules.under(snapshot.controls)
        let totals = snapshot.totals
        var details = LedgerRow.Details()
        details.add("node", NodeName.process(of: call.node))
        details.add("epoch", epoch)
        details.add("phase", snapshot.phase.rawValue)
        if snapshot.isRestoring { details.add("restoring", 1) }
        details.add("method", rules.method.rawValue)
        details.add("rate", "\(rules.rate.count)/\(rules.rate.perMicroseconds)")
        details.add("burst", rules.burst)
        details.add("cap", rules.slotsMax)
        details.add("controls", snapshot.controls.version)
        let lanes = snapshot.lanes.map {
            "\(LedgerRow.Details.plain($0.name)):\($0.waiting):\($0.head.rawValue):\($0.floor.rawValue)"
        }
        details.add("lanes", lanes.joined(separator: "|"))
        details.add("tail", snapshot.tail.rawValue)
        details.add("entered", totals.entered)
        details.add("admitted", totals.admitted)
        details.add("replaced", totals.replaced)
        details.add("claimed", totals.claimed)
        details.add("missed", totals.missed)
        details.add("abandoned", totals.abandoned)
        details.add("left", totals.left)
        details.add("ended", totals.ended)
        details.add("offered", snapshot.offered)
        details.add("sessions", snapshot.sessions)
        details.add("nodes", NodeName.processes(of: snapshot.nodes).sorted().joined(separator: "|"))
        return details
    }
}

extension LedgerRow.Details {
    mutating func add(_ change: ControlChange) {
        let none = "-"
        switch change {
        case .rate(let rate): add("rate", rate.map { "\($0.count)/\($0.perMicroseconds)" } ?? none)
        case .burst(let burst): add("burst", burst.map { "\($0)" } ?? none)
        case .slotsMax(let cap): add("cap", cap.map { "\($0)" } ?? none)
        case .state(let state): add("state", state?.rawValue ?? none)
        case .opensAt(let time): add("opens", time.map { "\($0)" } ?? none)
        // What it says is nobody's business here.
        case .message(let message): add("message", message == nil ? none : "set")
        }
    }
}

enum Hex {
    private static let digits = Array("0123456789abcdef".utf8)

    static func text(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    static func bytes(_ text: String) -> [UInt8]? {
        let letters = Array(text.utf8)
        guard letters.count % 2 == 0 else { return nil }
        let values = letters.map { digits.firstIndex(of: $0) }
        guard values.allSatisfy({ $0 != nil }) else { return nil }
        let known = values.compactMap { $0 }
        return stride(from: 0, to: known.count, by: 2).map { UInt8(known[$0] << 4 | known[$0 + 1]) }
    }
}
