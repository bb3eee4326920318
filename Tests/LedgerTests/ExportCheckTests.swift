import Admission
import Testing

@testable import Ledger

/// Sales that were as they should be, and what is wrong with an export is found by both checkers.
@Suite struct ExportCheckTests {
    static let sale = Sale.ordinary()
    static let drawn = Sale.withDraw()

    @Test func aSaleThatWasKeptHolds() throws {
        let export = try Self.sale.export()
        for format in ExportFormat.allCases {
            let checked = try Checked(export.text(format))
            #expect(checked.says(.holds), "\(checked.said)")
        }
        let check = try ExportCheck(try ReadExport(export.text(.csv)))
        #expect(check.ticketCount > 400 && check.sessionCount > 300 && check.tickCount > 150)
        // Nobody's id is in it.
        let text = export.text(.csv)
        #expect(Self.sale.tickets.allSatisfy { !text.contains($0.text) })
    }

    @Test func theOrderOfTheLedgersChangesNothing() throws {
        let files = try Self.sale.files()
        let one = try Export(room: Sale.room, merging: files, reveals: false).text(.csv)
        let other = try Export(room: Sale.room, merging: files.reversed() + files, reveals: false).text(.csv)
        #expect(one == other)
    }

    @Test func aLedgerThatIsMissingIsNamed() throws {
        let text = try Export(room: Sale.room, merging: [try Self.sale.files()[0]], reveals: false).text(.csv)
        let checked = try Checked(text)
        #expect(checked.says(.notProven, .gap), "\(checked.said)")
        #expect(checked.findings.contains { $0.contains("node node1") })
    }

    @Test func aProcessThatWasKilledIsNamed() throws {
        var texts = Self.sale.texts
        let lines = texts[1].split(separator: "\n")
        texts[1] = lines.prefix(lines.count / 2).joined(separator: "\n")
        let export = try Export(
            room: Sale.room, merging: try texts.map { try LedgerFile(name: "", text: $0) }, reveals: false)
        let checked = try Checked(export.text(.csv))
        #expect(checked.says(.notProven, .gap), "\(checked.said)")
        #expect(checked.findings.contains { $0.contains("ended without a word") })
    }

    @Test func whileItGoesOnItIsJudgedUpToTheLastWord() throws {
        var sale = Sale(Sale.rules)
        sale.tick(0)
        sale.play(seconds: 5)
        let checked = try Checked(try sale.export().text(.csv))
        #expect(checked.says(.holds), "\(checked.said)")
    }

    @Test func filesThatAreNoExportAreRefused() throws {
        for text in ["", "hello", "{}", "{\"columns\":[]}", "row,kind\n1,export\n"] {
            #expect(throws: ExportFault.self) { try ExportCheck(try ReadExport(text)) }
        }
        #expect(throws: ExportFault.self) {
            try Export(room: "other", merging: try Self.sale.files(), reveals: false)
        }
    }

    // MARK: Draws

    @Test func aDrawIsProvenByTheIds() throws {
        let hidden = try Checked(try Self.drawn.export().text(.csv))
        #expect(hidden.says(.notProven, .draw), "\(hidden.said)")
        #expect(hidden.findings.count == 1, "\(hidden.said)")
        let revealed = try Checked(try Self.drawn.export(reveals: true).text(.json))
        #expect(revealed.says(.holds), "\(revealed.said)")
    }

    @Test func aHolderChecksItsOwn() throws {
        let read = try ReadExport(try Self.drawn.export().text(.csv))
        let mine = Self.drawn.tickets[3]
        let check = try ExportCheck(read, ids: [mine])
        #expect(check.drawsChecked == 1 && check.drawsUnchecked > 20)
        let name = TicketHash(salt: read.export.salt).text(mine)
        #expect(read.export.rows.contains { $0.ticket == name && $0.kind == "joined" })
        let python = try Checked(try Self.drawn.export().text(.csv), tickets: [mine.text]).python.output
        #expect(python.contains("\(mine.text) is \(name)") && python.contains("1 drawn places worked out"))
    }

    @Test func beforeTheOpeningNoDrawnPlaceIsTold() throws {
        var sale = Sale(Sale.drawn)
        sale.tick(0)
        sale.play(seconds: 2)
        let export = try sale.export(reveals: true)
        let joined = export.rows.filter { $0.kind == "joined" }
        #expect(joined.count > 20 && joined.allSatisfy { $0.place?.awaitsDraw == true && $0.id == nil })
        #expect(!export.text(.csv).contains("seed="))
        #expect(try Checked(export.text(.csv)).says(.notProven, .draw))
    }
}
