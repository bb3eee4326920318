import Admission

/// What a change does to a line, in words.
enum ProspectText {
    static func sentence(_ now: Prospect, _ then: Prospect) -> String {
        switch then.phase {
        case .open: return "nobody waits any more: everybody is let in at once"
        case .paused: return "nobody is let in until it is taken back; the line is kept"
        case .closed: return "the room closes: nobody is let in, who is inside may finish"
        case .before, .prequeue, .auto, .queue: break
        }
        guard let after = then.median else { return "nobody is let in" }
        let guess = then.isGuess || now.isGuess ? ", and how long a visit lasts is not known yet: this is a guess" : ""
        let cap = then.isHeldByCap ? "; max_active holds the line up, not the rate\(guess)" : ""
        guard let before = now.median else { return "the median wait is \(span(after)) then; nobody is let in now\(cap)" }
        let (from, to) = (span(before), span(after))
        if from == to { return "the median wait stays at \(to)\(cap)" }
        return "this change moves the median wait from \(from) to \(to)\(cap)"
    }

    static func span(_ range: WaitRange) -> String {
        let seconds = (range.middle + 500_000) / 1_000_000
        if seconds < 90 { return "\(seconds) seconds" }
        if seconds < 90 * 60 { return "\((seconds + 30) / 60) minutes" }
        return "\(seconds / 3600) h \(seconds % 3600 / 60) min"
    }
}

extension Prospect {
    var json: JSONValue {
        [
            "phase": .text(phase.rawValue), "medianSeconds": median?.json ?? .null, "lastSeconds": last?.json ?? .null,
            "isHeldByCap": .bool(isHeldByCap), "isGuess": .bool(isGuess),
        ]
    }
}
