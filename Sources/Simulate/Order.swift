import Simulation

/// What is asked for.
struct Order {
    var first: UInt64 = 1
    var count: UInt64 = 100
    var kind: Scenario.Kind?
    var visitors: Int?
    var secondsMax: Int?
    var isQuiet = false

    /// Nil when it is not understood.
    init?(_ arguments: [String]) {
        var rest = arguments[...]
        while let word = rest.popFirst() {
            if word == "--quiet" {
                isQuiet = true
            } else if let value = rest.popFirst(), take(word, value) {
                continue
            } else {
                return nil
            }
        }
    }

    private mutating func take(_ word: String, _ value: String) -> Bool {
        if word == "--scenario" {
            kind = Scenario.Kind(rawValue: value)
            return kind != nil
        }
        guard let number = Int(value), number > 0 else { return false }
        switch word {
        case "--seed":
            first = UInt64(number)
            count = 1
        case "--from": first = UInt64(number)
        case "--seeds": count = UInt64(number)
        case "--visitors": visitors = number
        case "--seconds": secondsMax = number
        default: return false
        }
        return true
    }
}

extension RunReport {
    func line(took: Duration) -> String {
        let moved = progress.map { "\(Simulate.tenths($0 * 100)) %" } ?? "-"
        return """
            seed \(seed) \(kind.rawValue): \(visitors) visitors, \(nodes) nodes, \(admissions) admissions, \(faults) faults, \
            \(polls) polls, \(calls) calls (\(lostCalls) lost), held \(held), rejoined \(rejoined), \
            rate \(Simulate.tenths(rateWorst * 100)) % of the most, moved at \(moved), \(passesMost) passes, \
            \(Simulate.tenths(Double(outageLongest) / 1e6)) s unheard, \(Simulate.tenths(Double(virtualTime) / 1e6)) s \
            in \(Simulate.seconds(took)) s, digest \(String(digest, radix: 16))
            """
    }
}

extension Violation {
    func text(seed: UInt64, order: Order) -> String {
        let scenario = order.kind.map { " --scenario \($0.rawValue)" } ?? ""
        let visitors = order.visitors.map { " --visitors \($0)" } ?? ""
        return """
            VIOLATION of \(invariant.rawValue), seed \(seed), at \(Simulate.tenths(Double(at) / 1e6)) s\
            \(ticket.map { ", ticket \($0)" } ?? ""): \(what)
            \(trail.map { "    \($0)" }.joined(separator: "\n"))
            Play it again: .build/release/simulate --seed \(seed)\(scenario)\(visitors)
            """
    }
}
