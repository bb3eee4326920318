import Admission
import Ledger
import Testing

/// What is written is read as it was.
@Suite struct LedgerTextTests {
    @Test func aRowIsReadAsItWasWritten() throws {
        var row = LedgerRow(.joined, line: 0xfeed)
        row.number = 7
        row.after = 1_800_000_000_000_000
        row.before = 1_800_000_000_100_000
        row.id = TicketID(high: 1, low: 2)
        row.lane = "general"
        row.place = Place(epoch: 1, number: 9)
        row.details.add("why", "a b,c\"d")
        let text = LedgerText.text(row)
        #expect(text.hasSuffix("general,1099511627785,why=a_b_c_d\n"))
        #expect(LedgerText.row(text.dropLast()) == row)
        #expect(row.details["why"] == "a_b_c_d")
        #expect(row.details["wh"] == nil)
    }

    @Test(arguments: [
        "", "joined", "joined,1,,,,,,,,,", "walked,1,,,,,,,,", "joined,x,,,,,,,,", "joined,1,zz,,,,,,,", "joined,1,,x,,,,,,",
        "joined,1,,,,,short,,,", "joined,1,,,,,,,9007199254740992,", "joined,1,,,,,,,,=x", "joined,1,,,,,,,,x",
    ])
    func whatIsNoRowIsNone(_ text: String) { #expect(LedgerText.row(text[...]) == nil) }

    @Test func aFileSaysWhoseItIs() throws {
        let title = LedgerText.Title(room: "main", run: "00ff", node: "edge 1")
        let text = LedgerText.text(title) + "opened,1,,5,,,,,,\nclosed,2,,6,,,,,,\njoined,3,1,"
        let file = try LedgerFile(name: "x", text: text)
        #expect(file.title == LedgerText.Title(room: "main", run: "00ff", node: "edge_1"))
        #expect(file.rows.map(\.kind) == [.opened, .closed])
        #expect(file.spoiled == 1)
        #expect(throws: ExportFault.self) { try LedgerFile(name: "x", text: "hello\n") }
    }
}
