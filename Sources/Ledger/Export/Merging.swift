import Admission

/// Puts ledgers together: each row once, in one order.
struct Merging {
    struct Entry {
        let title: LedgerText.Title
        let row: LedgerRow
    }

    private(set) var entries: [Entry] = []
    private(set) var spoiled = 0

    init(room: String, _ files: [LedgerFile]) throws(ExportFault) {
        struct Key: Hashable {
            let run: String
            let number: UInt64
        }
        var known: [Key: LedgerRow] = [:]
        var nodes: [String: String] = [:]
        for file in files.sorted(by: { ($0.title.run, $0.title.node) < ($1.title.run, $1.title.node) }) {
            guard file.title.room == room else {
                throw ExportFault("a ledger of room \(file.title.room) is no part of an export of room \(room)")
            }
            spoiled += file.spoiled
            let node = nodes[file.title.run, default: file.title.node]
            guard node == file.title.node else {
                throw ExportFault("two nodes, \(node) and \(file.title.node), say that they are run \(file.title.run)")
            }
            nodes[file.title.run] = node
            for row in file.rows {
                let key = Key(run: file.title.run, number: row.number)
                if let other = known.updateValue(row, forKey: key) {
                    guard other == row else {
                        throw ExportFault("two ledgers of run \(key.run) (node \(node)) differ in row \(key.number)")
                    }
                    continue
                }
                entries.append(Entry(title: file.title, row: row))
            }
        }
        guard !entries.isEmpty else { throw ExportFault("there is no ledger of room \(room)") }
    }

    /// By the first time that is known of each.
    var lines: [UInt64] {
        var since: [UInt64: Microseconds] = [:]
        for entry in entries where entry.row.line != 0 {
            let row = entry.row
            guard row.kind == .tick, let time = row.time else {
                since[row.line] = since[row.line] ?? .max
                continue
            }
            since[row.line] = min(since[row.line] ?? .max, time)
        }
        return since.keys.sorted { (since[$0] ?? 0, $0) < (since[$1] ?? 0, $1) }
    }

    var drawn: DrawnEpochs {
        var drawn = DrawnEpochs()
        for entry in entries where entry.row.kind == .draw {
            guard let epoch = entry.row.details["epoch"].flatMap(UInt64.init) else { continue }
            drawn.all.insert(epoch)
            if entry.row.details["seed"] != nil { drawn.opened.insert(epoch) }
        }
        return drawn
    }

    /// Line by line, each by the store's clock; what is of no line first.
    func sorted(by numbers: [UInt64: Int]) -> [Entry] {
        let keyed = entries.map { (key: Key($0, line: numbers[$0.row.line] ?? 0), entry: $0) }
        return keyed.sorted { $0.key < $1.key }.map(\.entry)
    }

    private struct Key: Comparable {
        let line: Int
        let time: Microseconds
        /// Of ticks at one time the one that came later has counted further.
        let counted: [Int64]
        let run: String
        let number: UInt64

        init(_ entry: Entry, line: Int) {
            let row = entry.row
            self.line = line
            time = row.time ?? row.before ?? row.after ?? 0
            counted =
                row.kind == .tick
                ? ["entered", "admitted", "claimed", "missed", "abandoned", "left", "ended"].map {
                    row.details[$0].flatMap(Int64.init) ?? 0
                } : []
            run = entry.title.run
            number = row.number
        }

        static func < (one: Key, other: Key) -> Bool {
            if (one.line, one.time) != (other.line, other.time) { return (one.line, one.time) < (other.line, other.time) }
            if one.counted != other.counted { return one.counted.lexicographicallyPrecedes(other.counted) }
            return (one.run, one.number) < (other.run, other.number)
        }
    }
}
