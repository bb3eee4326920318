import Admission
import Testing

@testable import Ledger

/// Whoever alters an export and seals it again is found out all the same, by both checkers.
@Suite struct AlteredExportTests {
    private func altered(_ change: (inout Altered) throws -> Void) throws -> Checked {
        var altered = Altered(try ExportCheckTests.sale.export())
        try change(&altered)
        return try Checked(altered.sealed)
    }

    private func expect(
        _ verdict: Findings.Verdict, _ code: Finding.Code, _ change: (inout Altered) throws -> Void,
        _ place: SourceLocation = #_sourceLocation
    ) throws {
        let checked = try altered(change)
        #expect(checked.says(verdict, code), "\(checked.said)", sourceLocation: place)
    }

    @Test func whatIsSealedAnewHolds() throws {
        let checked = try altered { _ in }
        #expect(checked.says(.holds), "\(checked.said)")
    }

    @Test func aSealThatDoesNotFitIsFound() throws {
        var lines = try ExportCheckTests.sale.export().text(.csv).split(separator: "\n").map(String.init)
        lines.remove(at: 60)
        let checked = try Checked(lines.joined(separator: "\n") + "\n")
        #expect(checked.says(.violated, .seal), "\(checked.said)")
    }

    @Test func twoPlacesThatWereSwappedAreFound() throws {
        try expect(.violated, .place) { altered in
            let joined = altered.all("joined")
            let (one, other) = (joined[30], joined[90])
            (altered[one, "place"], altered[other, "place"]) = (altered[other, "place"], altered[one, "place"])
        }
        try expect(.violated, .place) { altered in
            let joined = altered.all("joined")
            altered[joined[30], "place"] = altered[joined[31], "place"]
        }
    }

    @Test func anAdmissionThatWasAddedIsFound() throws {
        // Of somebody who was never in the line.
        try expect(.violated, .count) { altered in
            var row = altered.rows[altered.all("admitted")[50]]
            row[Altered.column("ticket")] = "AAAAAAAAAAAAAAAAAAAAAA"
            altered.rows.insert(row, at: altered.all("admitted")[50] + 1)
            altered.renumber()
        }
        // Of somebody who was admitted already.
        try expect(.violated, .twice) { altered in
            let admitted = altered.all("admitted")
            altered[admitted[80], "ticket"] = altered[admitted[20], "ticket"]
        }
        // Past all who waited.
        try expect(.violated, .order) { altered in
            let row = try #require(
                altered.all("admitted").first { row in
                    let before = altered.all("tick").last { altered[$0, "time"] <= altered[row, "time"] } ?? 0
                    return altered.detail(before, "lanes").hasPrefix("vip:2")
                })
            altered[row, "kind"] = "direct"
        }
    }

    @Test func aTimeThatWasShiftedIsFound() throws {
        try expect(.violated, .bounds) { altered in altered.shift(altered.all("admitted")[40], "time", by: 5_000_000) }
        // With all that goes with it: before its turn had come.
        try expect(.violated, .order) { altered in
            let row = altered.all("admitted")[250]
            for name in ["time", "after", "before"] { altered.shift(row, name, by: -3_000_000) }
        }
        try expect(.violated, .seal) { altered in altered.shift(altered.all("tick")[40], "time", by: 5_000_000) }
        // And put where it belongs: its numbers do not.
        let moved = try altered { altered in
            let row = altered.all("tick")[40]
            altered.shift(row, "time", by: 5_000_000)
            let time = Int64(altered[row, "time"]) ?? 0
            let fields = altered.rows.remove(at: row)
            let next = altered.rows.indices.first { index in
                altered[index, "kind"] == "tick" && (Int64(altered[index, "time"]) ?? 0) > time
            }
            altered.rows.insert(fields, at: try #require(next))
        }
        #expect(moved.verdict != .holds && moved.python.exitCode != 0, "\(moved.said)")
    }

    @Test func aRowThatWasDroppedIsMissed() throws {
        for kind in ["joined", "admitted", "released", "tick"] {
            try expect(.notProven, .gap) { altered in altered.rows.remove(at: altered.all(kind)[45]) }
        }
        // Though its number be given to another.
        for kind in ["joined", "admitted"] {
            try expect(.notProven, .count) { altered in
                altered.rows.remove(at: altered.all(kind)[45])
                altered.renumber()
            }
        }
    }

    @Test func limitsThatWereNotKeptAreFound() throws {
        try expect(.violated, .rate) { altered in
            for row in altered.all("tick").dropFirst(60) {
                let count = (Int(altered.detail(row, "admitted")) ?? 0) + 20
                altered.set(row, "admitted", "\(count)")
            }
        }
        try expect(.violated, .cap) { altered in
            let ticks = altered.all("tick")
            let rising = zip(ticks, ticks.dropFirst()).filter {
                altered.detail($0, "admitted") != altered.detail($1, "admitted")
            }
            altered.set(try #require(rising.last?.1), "sessions", "61")
        }
        // The limits that were in force then, written smaller.
        try expect(.violated, .rate) { altered in
            for row in altered.all("tick") { altered.set(row, "rate", "10/1000000") }
        }
    }

    @Test func aStoreThatForgetsIsNoted() throws {
        try expect(.notProven, .back) { altered in altered.set(altered.all("tick")[70], "entered", "1") }
    }

    @Test func aDrawThatWasTouchedIsFound() throws {
        func expect(_ change: (inout Altered) throws -> Void, _ place: SourceLocation = #_sourceLocation) throws {
            var altered = Altered(try ExportCheckTests.drawn.export(reveals: true))
            try change(&altered)
            let checked = try Checked(altered.sealed)
            #expect(checked.says(.violated, .draw), "\(checked.said)", sourceLocation: place)
        }
        try expect { altered in
            let joined = altered.all("joined")
            (altered[joined[3], "place"], altered[joined[9], "place"]) = (
                altered[joined[9], "place"], altered[joined[3], "place"]
            )
        }
        try expect { altered in
            let joined = altered.all("joined")
            (altered[joined[3], "id"], altered[joined[9], "id"]) = (altered[joined[9], "id"], altered[joined[3], "id"])
        }
        try expect { altered in
            for row in altered.all("draw") where !altered.detail(row, "seed").isEmpty {
                altered.set(row, "seed", String(repeating: "00", count: 32))
            }
        }
        try expect { altered in
            let last = try #require(altered.all("draw").last)
            altered.set(last, "commitment", String(repeating: "00", count: 32))
        }
    }
}
