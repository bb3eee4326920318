extension Report {
    public var text: String {
        var lines = ["crowd: \(visitors) visitors in \(Quantity.text(elapsed)), seed \(seed)"]
        lines.append(
            """
              joined \(joined), let in \(judgement.admitted), still waiting \(waiting), gave up \(tally[.gaveUp]), \
            finished \(tally[.finished])\(free > 0 ? ", let through where nobody waits \(free)" : "")
            """)
        lines.append(line("wait", waits))
        lines.append("\(line("answers", tally.answers)), \(tally.requests) requests, \(tally.connectionsOpened) connections")
        lines += windowLines(judgement, "admissions")
        if let worst = judgement.worst, worst.beyond >= 1 {
            lines.append(
                """
                  furthest beyond the rate: \(worst.count) within \(Quantity.text(worst.to - worst.from)), \
                \(Quantity.tenths(worst.beyond)) of a burst of \(promises.burstCount)
                """)
        }
        let cap = promises.activeMax.map { ", \($0) is the most" } ?? ""
        lines.append("  inside at once: \(judgement.activeMost)\(cap)")
        lines.append("  let in before somebody who had come earlier: \(judgement.order.overtakers)")
        lines.append(promisedLine)
        lines += originLines
        lines += errorLines
        lines.append(
            """
              this program: \(Quantity.tenths(process.processorSeconds)) s of processor, \
            \(Quantity.tenths(Double(process.memoryKibibytesMost) / 1024)) MiB
            """)
        lines += isKept ? ["all promises were kept"] : ["NOT KEPT"] + broken.map { "  \($0)" }
        return lines.joined(separator: "\n") + "\n"
    }

    private func line(_ name: String, _ times: Histogram) -> String {
        guard times.count > 0 else { return "  \(name): none" }
        let parts = [(0.5, "p50"), (0.9, "p90"), (0.99, "p99"), (1.0, "most")].map { share, name in
            "\(name) \(Quantity.text(times.percentile(share)))"
        }
        return "  \(name): \(parts.joined(separator: ", "))"
    }

    private func windowLines(_ judgement: Judgement, _ name: String) -> [String] {
        judgement.windows.map { window in
            let most = window.most.map { ", \($0) is the most" } ?? ""
            return """
                  \(name) within any \(Quantity.text(window.nanoseconds)): \(window.certain) for certain\(most); \
                seen \(window.seen)
                """
        }
    }

    private var promisedLine: String {
        guard let share = promisedWaits.keptShare else { return "  promised wait: none was told that could be compared" }
        return """
              promised wait: true for \(Quantity.tenths(share * 100)) % of \(promisedWaits.told), sooner \
            \(promisedWaits.early), later \(promisedWaits.late) (by \(Quantity.text(promisedWaits.lateNanosecondsMost)) at most)
            """
    }

    private var originLines: [String] {
        guard let origin else { return [] }
        return [
            """
              origin: \(origin.log.requests) requests of \(origin.log.sessions.count) visitors, \
            \(origin.log.requestsWithoutID) without a pass, \(origin.missing) missing; inside at once \
            \(origin.judgement.activeMost), let in out of order \(origin.judgement.order.overtakers)
            """
        ] + windowLines(origin.judgement, "origin: first requests")
    }

    private var errorLines: [String] {
        if tally.grievances.isEmpty { return ["  errors: none"] }
        let kinds = tally.grievances.sorted { $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key }
        let growth = tally.placeGrewMost > 0 ? " (a place by \(tally.placeGrewMost) at most)" : ""
        return ["  errors: " + kinds.map { "\($0.key) \($0.value)" }.joined(separator: ", ") + growth]
    }
}
