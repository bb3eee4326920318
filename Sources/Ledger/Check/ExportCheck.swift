import Admission

/// Judges an export by nothing but what is in it. `scripts/check-export` is the same in Python; `docs/EXPORT.md` says what each
/// check can tell and what it cannot.
public struct ExportCheck: Sendable {
    public private(set) var findings = Findings()
    public let export: Export
    public let ticketCount: Int
    public let sessionCount: Int
    public let tickCount: Int
    /// Drawn places that were worked out anew, and those that could not be.
    public internal(set) var drawsChecked = 0
    public internal(set) var drawsUnchecked = 0

    /// `ids`: tickets that their holders show; their drawn places are worked out.
    public init(_ read: ReadExport, ids: [TicketID] = []) throws(ExportFault) {
        export = read.export
        var lines: [CheckedLine] = []
        for (index, row) in export.rows.enumerated() where row.line > 0 {
            // Rows stand line by line.
            guard row.line == lines.count || row.line == lines.count + 1 else {
                throw ExportFault("row \(index + 1) is of line \(row.line), which does not follow line \(lines.count)")
            }
            if row.line > lines.count { lines.append(CheckedLine(number: row.line)) }
            if row.kind == "tick" {
                lines[row.line - 1].ticks.append(try CheckedTick(row, at: index + 1))
            } else {
                lines[row.line - 1].rows.append((index + 1, row))
            }
        }
        for index in lines.indices { lines[index].sort() }
        ticketCount = Set(export.rows.map(\.ticket)).subtracting([""]).count
        sessionCount = Set(lines.flatMap { $0.sessions.keys }).count
        tickCount = lines.reduce(0) { $0 + $1.ticks.count }
        for text in read.alterations { findings.violated(.seal, nil, text) }
        let gaps = GapCheck(export, lines)
        findings.doubts += gaps.doubts
        checkLines(lines)
        var places: [String: LineCheck.Stand] = [:]
        for row in export.rows where row.kind == "joined" || row.kind == "returned" {
            if let place = row.place { places[row.ticket] = LineCheck.Stand(place: place, lane: row.lane) }
        }
        for line in lines {
            var check = LineCheck(line, gaps, places)
            check.run()
            findings.violations += check.findings.violations
            findings.doubts += check.findings.doubts
        }
        checkTickets()
        var draws = DrawCheck(export, ids)
        draws.run()
        (drawsChecked, drawsUnchecked) = (draws.checked, draws.unchecked)
        findings.violations += draws.findings.violations
        findings.doubts += draws.findings.doubts
    }

    private mutating func checkLines(_ lines: [CheckedLine]) {
        if lines.isEmpty { findings.unproven(.gap, nil, "no tick was heard: there is nothing to be judged") }
        for line in lines.dropFirst() {
            let row = line.ticks.first?.row ?? line.rows.first?.at
            findings.unproven(
                .line, row,
                "line \(line.number) begins here, after a loss or a move of the store: each line is judged by itself, and "
                    + "what spans both is not")
        }
    }

    /// Who is admitted, is so once; where one stands, one stays.
    private mutating func checkTickets() {
        var starts: [String: (time: Microseconds, row: Int)] = [:]
        var places: [String: (place: Place, row: Int)] = [:]
        var holders: [Place: (ticket: String, row: Int)] = [:]
        let drawn = Set(export.rows.filter { $0.kind == "draw" }.compactMap { $0.details["epoch"].flatMap(UInt64.init) })
        for (index, row) in export.rows.enumerated() where !row.ticket.isEmpty {
            let at = index + 1
            if let time = row.time, ["direct", "admitted", "resumed"].contains(row.kind) {
                if let known = starts[row.ticket], known.time != time {
                    findings.violated(.twice, at, "\(row.ticket) was admitted in row \(known.row) before")
                }
                starts[row.ticket] = starts[row.ticket] ?? (time, at)
            }
            guard let place = row.place, !place.awaitsDraw else { continue }
            if let known = places[row.ticket] {
                if known.place != place {
                    findings.violated(.place, at, "\(row.ticket) stood at another place in row \(known.row)")
                }
                continue
            }
            places[row.ticket] = (place, at)
            // Of drawn places two may be alike, by chance.
            if drawn.contains(place.epoch) { continue }
            if let other = holders.updateValue((row.ticket, at), forKey: place) {
                findings.violated(.place, at, "the place of \(row.ticket) was given to \(other.ticket) in row \(other.row)")
            }
        }
    }
}
