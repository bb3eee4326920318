import Admission

/// What came of a sale: figures, and what was promised and not kept.
struct Verdict {
    let setting: Setting
    private(set) var figures: [(name: String, value: String)] = []
    private(set) var broken: [String] = []

    init(_ setting: Setting, _ reports: [NodeReport], isDone: Bool) {
        self.setting = setting
        let account = Account(reports.map(\.ledger))
        let visitors = reports.flatMap(\.visitors)
        let stayed = visitors.filter { !$0.isGhost }
        let admitted = stayed.filter { $0.startedAt != 0 }
        note("admitted", "\(admitted.count) of \(stayed.count)")
        demand(isDone, "not everybody was admitted in time")
        let forwarded = reports.reduce(0) { $0 + $1.forwarded }
        if setting.loss == .open { note("forwarded", "\(forwarded)") }
        demand(
            admitted.count + forwarded == stayed.count, "\(stayed.count - admitted.count - forwarded) were never admitted")
        countPlaces(stayed, account, reports)
        countRate(account)
        if setting.ghosts > 0 { countPromises(admitted) }
        let routes = reports.map { $0.route.map { "\($0)" } ?? "none" }
        // Where everybody is forwarded, the sale is over before the stores are back.
        let isOverBefore = setting.fault == .bothGone && setting.loss == .open
        if setting.isMachineQuiet, !isOverBefore {
            demand(reports.allSatisfy { $0.route == .primary }, "at the end the line is not in Redis: \(routes)")
        }
        let strange = reports.flatMap(\.strange)
        demand(strange.isEmpty, "strange replies: \(strange)")
        note("told that the store is gone", "\(reports.reduce(0) { $0 + $1.held })")
        note("longest without an admission while people waited", "\(account.longestStandstill) s")
        for (number, report) in reports.enumerated() {
            for (name, value) in report.went { note("node\(number), \(name)", value) }
        }
    }

    private mutating func countPlaces(_ stayed: [Crowd.Visitor], _ account: Account, _ reports: [NodeReport]) {
        let twice = stayed.count { $0.grants > 1 }
        demand(twice == 0, "\(twice) were admitted twice")
        let lost = stayed.count { $0.isRejoined }
        demand(lost == 0, "\(lost) lost their place")
        let places = stayed.compactMap { visitor in visitor.id.map { (visitor.place, $0) } }.filter { $0.0 != .none }
        let inversions = account.inversions(places)
        note("lines that followed each other", "\(account.lineCount)")
        note("order", "\(inversions.overtaken + account.overtaken) overtaken, \(inversions.lateBack) brought back late")
        // A line of each node alone has an order of its own.
        let isOrdered = setting.fault != .bothGone || setting.loss == .hold
        if isOrdered {
            demand(inversions.overtaken == 0, "\(inversions.overtaken) waited while somebody behind them was admitted")
            demand(inversions.lateBack == 0, "\(inversions.lateBack) were brought into the new line late")
        }
        if isOrdered, setting.ghosts == 0 { demand(account.overtaken == 0, "\(account.overtaken) overtook") }
        let grown = reports.reduce(0) { $0 + $1.placesGrown }
        demand(grown == 0, "\(grown) places that were shown grew")
    }

    private mutating func countRate(_ account: Account) {
        let rules = setting.rules
        let isShared = setting.fault != .bothGone || setting.loss == .hold
        for seconds in [1.0, 60.0] where isShared {
            let excess = account.excess(rate: setting.rate, burst: rules.burst, seconds: seconds)
            note("most above rate × w + burst in \(Int(seconds)) s", "\(Int(excess.rounded(.up)))")
            demand(excess <= 0, "\(excess) more than rate × \(Int(seconds)) s + burst")
        }
        note("slots taken at most", "\(account.slotsMost) of \(rules.slotsMax)")
        demand(account.slotsMost <= Int(rules.slotsMax), "\(account.slotsMost) slots of \(rules.slotsMax)")
        guard setting.isMachineQuiet, setting.fault == .none, setting.slots == 0 else { return }
        // Those who go away are not there to be admitted at the end.
        let staying = setting.ghosts > 0 ? setting.tickets - setting.tickets / setting.ghosts : setting.tickets
        let window = Swift.min(60, Double(staying) / Double(setting.rate) * 0.9)
        guard let part = account.leastPart(rate: setting.rate, seconds: window) else { return }
        note("least part of rate × \(Int(window)) s while people waited", "\((part * 10_000).rounded() / 100) %")
        demand(part >= 0.99, "only \(part) of the rate while people waited")
    }

    /// How far the actual wait lay outside what was promised, relative to it; and how wide the promises were.
    private mutating func countPromises(_ admitted: [Crowd.Visitor]) {
        // Nobody can foresee who will go away; what was promised once they had is held to.
        let known = UInt64((setting.ghostsLeaveAfterSeconds + setting.abandonAfterSeconds / 2) * 1e9)
        var errors: [Double] = []
        var later: [Double] = []
        var middles: [Double] = []
        var widths: [Double] = []
        for visitor in admitted {
            for promise in visitor.promises {
                let actual = Double(visitor.admittedAt - promise.at) / 1000
                guard actual >= 5_000_000 else { continue }
                let error = max(Double(promise.wait.low) - actual, actual - Double(promise.wait.high), 0) / actual
                errors.append(error)
                guard promise.at > known else { continue }
                later.append(error)
                middles.append(abs(Double(promise.wait.middle) - actual) / actual)
                widths.append(Double(promise.wait.high - promise.wait.low) / actual)
            }
        }
        guard !later.isEmpty else { return demand(false, "no promise was made after the ghosts had gone") }
        note(
            "promises",
            "\(errors.count), \(later.count) of them after half of abandon_after, width \(percent(widths, 0.5)) in the median"
        )
        note("error of all promises", "p50 \(percent(errors, 0.5)) p90 \(percent(errors, 0.9))")
        note("error of those after", "p50 \(percent(later, 0.5)) p90 \(percent(later, 0.9))")
        note("and of their middle", "p50 \(percent(middles, 0.5)) p90 \(percent(middles, 0.9))")
        demand(quantile(later, 0.9) <= 0.1, "the p90 of the promises' error is \(percent(later, 0.9))")
    }

    private func quantile(_ values: [Double], _ part: Double) -> Double {
        let sorted = values.sorted()
        return sorted[Swift.min(sorted.count - 1, Int(part * Double(sorted.count)))]
    }

    private func percent(_ values: [Double], _ part: Double) -> String {
        "\((quantile(values, part) * 1000).rounded() / 10) %"
    }

    private mutating func note(_ name: String, _ value: String) { figures.append((name, value)) }
    private mutating func demand(_ isSo: Bool, _ otherwise: String) { if !isSo { broken.append(otherwise) } }

    var text: String {
        let loss = setting.fault == .bothGone ? " (\(setting.loss.rawValue))" : ""
        let head = "\(setting.fault.rawValue)\(loss): \(broken.isEmpty ? "kept" : "BROKEN")\n"
        return head + figures.map { "    \($0.name): \($0.value)\n" }.joined()
            + broken.map { "    BROKEN: \($0)\n" }.joined()
    }
}
