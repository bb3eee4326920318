import Admission

/// A tick, as an export has it.
struct CheckedTick {
    struct Lane {
        let waiting: Int64
        let head: UInt64
        let floor: UInt64
    }

    struct Limits: Equatable {
        let count: Int64
        let per: Int64
        let burst: Int64
        let cap: Int64
    }

    let row: Int
    let run: String
    let number: UInt64
    let time: Microseconds
    let node: String
    let epoch: UInt64
    let limits: Limits
    let controls: Int64
    let lanes: [String: Lane]
    let tail: UInt64
    let nodes: [String]
    /// By their names: entered, admitted and so on.
    let totals: [String: Int64]

    static let totalNames = ["entered", "admitted", "replaced", "claimed", "missed", "abandoned", "left", "ended"]
    private static let levelNames = ["offered", "sessions"]

    var waiting: Int64 { lanes.values.reduce(0) { $0 + $1.waiting } }
    var slots: Int64 { total("offered") + total("sessions") }
    func total(_ name: String) -> Int64 { totals[name] ?? 0 }

    init(_ entry: ExportRow, at row: Int) throws(ExportFault) {
        func said(_ name: String) throws(ExportFault) -> String {
            guard let text = entry.details[name] else { throw ExportFault("row \(row), a tick, does not say \(name)") }
            return text
        }
        func count(_ text: some StringProtocol) throws(ExportFault) -> Int64 {
            guard let count = Int64(text), (0...TimeBounds.countMax * 2).contains(count) else {
                throw ExportFault("row \(row): \"\(text)\" is no count")
            }
            return count
        }
        guard let time = entry.time else { throw ExportFault("row \(row), a tick, has no time") }
        (self.row, self.time, run, number) = (row, time, entry.run, entry.number ?? 0)
        node = try said("node")
        epoch = UInt64(try count(try said("epoch")))
        let rate = try said("rate").split(separator: "/")
        guard rate.count == 2, let per = Int64(rate[1]), (1...AdmissionRate.perMicrosecondsMax).contains(per),
            let perCount = Int64(rate[0]), (0...AdmissionRate.countMax).contains(perCount)
        else { throw ExportFault("row \(row): the rate is not COUNT/MICROSECONDS") }
        limits = Limits(count: perCount, per: per, burst: try count(try said("burst")), cap: try count(try said("cap")))
        controls = try count(try said("controls"))
        tail = UInt64(try count(try said("tail")))
        nodes = try said("nodes").split(separator: "|").map(String.init)
        var lanes: [String: Lane] = [:]
        for text in try said("lanes").split(separator: "|") {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 4 else { throw ExportFault("row \(row): a lane is NAME:WAITING:HEAD:FLOOR") }
            lanes[String(parts[0])] = Lane(
                waiting: try count(parts[1]), head: UInt64(try count(parts[2])), floor: UInt64(try count(parts[3])))
        }
        self.lanes = lanes
        var totals: [String: Int64] = [:]
        for name in Self.totalNames + Self.levelNames { totals[name] = try count(try said(name)) }
        self.totals = totals
    }
}

/// All rows of one line of an export, in their order.
struct CheckedLine {
    let number: Int
    var ticks: [CheckedTick] = []
    /// The others.
    var rows: [(at: Int, row: ExportRow)] = []
    /// Ticks that stood behind a later one.
    private(set) var misplaced: [CheckedTick] = []

    mutating func sort() {
        misplaced = zip(ticks, ticks.dropFirst()).filter { $0.time > $1.time }.map(\.1)
        if !misplaced.isEmpty { ticks.sort { ($0.time, $0.row) < ($1.time, $1.row) } }
    }

    /// It was not begun out of another: what it counts is all that there was.
    var isFresh: Bool {
        guard let first = ticks.first else { return false }
        return first.total("entered") == 0 && (first.epoch == 1 || first.epoch == 3 && hasDraw(2))
    }

    func hasDraw(_ epoch: UInt64) -> Bool {
        rows.contains { $0.row.kind == "draw" && $0.row.details["epoch"] == "\(epoch)" }
    }

    /// The last tick at or before a time.
    func tick(upTo time: Microseconds) -> Int? {
        let at = firstTick { $0.time > time }
        return at == 0 ? nil : at - 1
    }

    /// The first of the ticks, which are in order, of which it is true.
    func firstTick(where isBehind: (CheckedTick) -> Bool) -> Int {
        var (low, high) = (0, ticks.count)
        while low < high {
            let middle = (low + high) / 2
            if isBehind(ticks[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// A pass was given first at this time, and where that is said.
    struct Session: Hashable {
        let ticket: String
        let time: Microseconds
    }

    /// Each once, by the first row that says it.
    var sessions: [Session: Int] {
        var sessions: [Session: Int] = [:]
        for (at, row) in rows where row.kind == "direct" || row.kind == "admitted" || row.kind == "resumed" && isFresh {
            guard let time = row.time else { continue }
            let session = Session(ticket: row.ticket, time: time)
            sessions[session] = min(sessions[session] ?? at, at)
        }
        return sessions
    }
}
