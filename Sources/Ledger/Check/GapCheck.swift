import Admission

/// What is not in an export, and what therefore cannot be known.
struct GapCheck {
    /// A process that writes says within this time what every other one says too.
    static let silenceMax: Microseconds = 3_000_000

    private(set) var doubts: [Finding] = []
    /// Ticks or visitors may have been heard of that are not here.
    var hasGaps: Bool { !doubts.isEmpty }
    /// Of the processes that have not closed their ledgers, each by when it said its last: what came later is not judged.
    private(set) var openUntil: Microseconds = .max

    private struct Run {
        var node: String?
        var numbers: [UInt64] = []
        var isClosed = false
        var lastTick: Microseconds?
        var firstRow = 0
    }

    init(_ export: Export, _ lines: [CheckedLine]) {
        var runs: [String: Run] = [:]
        for (index, row) in export.rows.enumerated() where !row.run.isEmpty {
            var run = runs[row.run] ?? Run(firstRow: index + 1)
            if let number = row.number { run.numbers.append(number) }
            if row.kind == "opened" { run.node = row.details["node"] }
            if row.kind == "closed" { run.isClosed = true }
            runs[row.run] = run
        }
        for tick in lines.flatMap(\.ticks) {
            let last = runs[tick.run]?.lastTick ?? .min
            runs[tick.run]?.lastTick = max(last, tick.time)
        }
        let end = lines.flatMap(\.ticks).map(\.time).max()
        for (name, run) in runs.sorted(by: { $0.key < $1.key }) {
            let who = "run \(name)" + (run.node.map { " of node \($0)" } ?? "")
            if run.node == nil { doubt(run.firstRow, "\(who): its beginning is missing") }
            var next: UInt64 = 1
            for number in run.numbers.sorted() {
                if number > next { doubt(run.firstRow, "\(who): rows \(next) to \(number - 1) are missing") }
                next = number + 1
            }
            if run.isClosed { continue }
            guard let last = run.lastTick, let end, end - last <= Self.silenceMax else {
                doubt(run.firstRow, "\(who): it ended without a word, and others went on")
                continue
            }
            openUntil = min(openUntil, last)
        }
        if let spoiled = export.rows.first?.details["spoiled"] {
            doubt(1, "\(spoiled) lines of ledgers could not be read")
        }
        let known = Set(runs.values.compactMap(\.node))
        var missing: [String: Int] = [:]
        for tick in lines.flatMap(\.ticks) {
            for node in tick.nodes where !known.contains(node) { missing[node] = missing[node] ?? tick.row }
        }
        for (node, row) in missing.sorted(by: { $0.key < $1.key }) {
            doubt(row, "node \(node) is one of those that serve, and its ledger is not here")
        }
    }

    private mutating func doubt(_ row: Int, _ text: String) {
        doubts.append(Finding(code: .gap, row: row, text: text))
    }
}
