import Simulation

extension GhostReport {
    /// Each: name, figure, unit.
    var lines: [String] {
        let later = laterPromises
        var lines = [
            "rate-configured \(Simulate.hundredths(rate)) /s",
            "admitted-least \(Self.figure(admittedLeast)) /s",
            "came-mean \(Self.figure(cameMean)) /s",
            "promises \(promises.count) kept",
            "promises-later \(later.count) kept",
        ]
        for (name, some) in [("promise", promises), ("promise-later", later)] {
            for (which, part) in [("p50", 0.5), ("p90", 0.9)] {
                lines.append("\(name)-error-\(which) \(Self.percent(part, some.map(\.error))) %")
                lines.append("\(name)-middle-error-\(which) \(Self.percent(part, some.map(\.middleError))) %")
            }
        }
        lines.append("promise-later-width-p50 \(Self.percent(0.5, later.map(\.width))) %")
        return lines + byMinute
    }

    /// The same by when they were made, for whoever looks for the reason.
    private var byMinute: [String] {
        let minutes = Dictionary(grouping: promises) { $0.at / 60_000_000 }
        return minutes.sorted { $0.key < $1.key }.map { minute, made in
            let low = Self.percent(0.5, made.map { Double($0.wait.low - $0.actual) / Double($0.actual) })
            let high = Self.percent(0.5, made.map { Double($0.wait.high - $0.actual) / Double($0.actual) })
            let worst = Self.percent(0.9, made.map(\.error))
            return
                "# minute \(minute): \(made.count) promises, error p90 \(worst) %, from \(low) to \(high) % of the wait too long"
        }
    }

    private static func figure(_ number: Double?) -> String { number.map { Simulate.hundredths($0) } ?? "none" }

    private static func percent(_ part: Double, _ values: [Double]) -> String {
        figure(quantile(part, of: values).map { $0 * 100 })
    }
}
