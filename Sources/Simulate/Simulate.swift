import Simulation

/// `simulate`: plays seeds, says what happened, and how to play one again.
enum Simulate {
    static let help = """
        simulate [--seed N | --from N --seeds N] [--scenario NAME] [--visitors N] [--seconds N] [--quiet]

          --seed N         plays one seed
          --from N         the first of several seeds (1)
          --seeds N        how many (100)
          --scenario NAME  \(Scenario.Kind.allCases.map(\.rawValue).joined(separator: " "))
          --visitors N     instead of as many as the seed says
          --seconds N      begins no further seed after so long
          --quiet          a line for violations only
        """

    static func run(_ arguments: [String]) -> Int32 {
        guard let order = Order(arguments) else {
            print(help)
            return 2
        }
        let clock = ContinuousClock()
        let start = clock.now
        var played = 0
        var visitors = 0
        for seed in order.first..<(order.first + order.count) {
            if let most = order.secondsMax, clock.now - start > .seconds(most) { break }
            let begun = clock.now
            let report = Run(seed: seed, kind: order.kind, visitors: order.visitors).play()
            if !order.isQuiet || report.violation != nil { print(report.line(took: clock.now - begun)) }
            for line in report.ghosts?.lines ?? [] { print(line) }
            if let violation = report.violation {
                print(violation.text(seed: seed, order: order))
                return 1
            }
            played += 1
            visitors += report.visitors
        }
        print("\(played) seeds, \(visitors) visitors, no violation, in \(seconds(clock.now - start)) s")
        return 0
    }

    static func seconds(_ time: Duration) -> String {
        tenths(Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18)
    }

    static func hundredths(_ number: Double) -> String {
        let hundredths = Int((abs(number) * 100).rounded())
        let rest = hundredths % 100
        return "\(number < 0 ? "-" : "")\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }

    static func tenths(_ number: Double) -> String {
        let tenths = Int((number * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
