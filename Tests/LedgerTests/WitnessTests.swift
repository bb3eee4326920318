import Admission
import Testing

@testable import Ledger

/// What is written of what is heard, when not all is heard.
@Suite struct WitnessTests {
    private func rows(_ sale: Sale) throws -> [LedgerRow] { try sale.files().flatMap(\.rows) }

    @Test func aTickThatChangesNothingIsNotTold() throws {
        var sale = Sale(Sale.rules)
        for _ in 0..<5 { sale.tick(0) }
        #expect(try rows(sale).map(\.kind) == [.opened, .tick])
    }

    @Test func aRowSaysBetweenWhichTicksItWasDone() throws {
        var sale = Sale(Sale.rules)
        sale.tick(0)
        let before = try #require(sale.snapshot?.now)
        sale.arrive(0)
        // The other node's ticks say nothing to this one.
        sale.tick(1)
        #expect(try rows(sale).allSatisfy { $0.kind != .joined })
        sale.tick(0)
        let joined = try #require(try rows(sale).first { $0.kind == .joined })
        #expect(joined.after == before)
        #expect(joined.before == sale.snapshot?.now)
    }

    @Test func whatMayHaveBeenDoneEarlierIsSaidSo() throws {
        var sale = Sale(Sale.rules)
        // It is still waiting when it asks again.
        sale.rules.state = .paused
        sale.tick(0)
        let before = try #require(sale.snapshot?.now)
        let id = TicketID(high: 5, low: 6)
        sale.ask(0, .enter([.newcomer(id, lane: 0)]), isHeard: false)
        sale.tick(0)
        sale.ask(0, .enter([.newcomer(id, lane: 0)]))
        sale.end()
        let all = try rows(sale)
        #expect(all.first { $0.kind == .unknown }?.details.text == "asked=enter count=1")
        #expect(all.first { $0.kind == .joined }?.after == before)
        // It stands where its first arrival put it, and nobody is accused.
        let checked = try Checked(try sale.export().text(.csv))
        #expect(checked.says(.holds), "\(checked.said)")
    }

    @Test func anArrivalThatNobodyHeardOfIsExplained() throws {
        var sale = Sale(Sale.rules)
        sale.tick(0)
        sale.ask(0, .enter([.newcomer(TicketID(high: 5, low: 6), lane: 0)]), isHeard: false)
        sale.play(seconds: 2)
        sale.end()
        let checked = try Checked(try sale.export().text(.csv))
        #expect(checked.says(.holds), "\(checked.said)")
    }

    @Test func anotherLineIsSaidToBeOne() throws {
        var sale = Sale(Sale.rules)
        sale.tick(0)
        sale.play(seconds: 2)
        sale.line = Line()
        sale.waiting = []
        sale.inside = []
        sale.rules.schedule = Schedule()
        let marks = Watermarks(epoch: 2, lineage: 78)
        let recollection = Recollection(epoch: 2, lineage: 78, watermarks: marks, nodes: [], isComplete: true)
        sale.ask(0, .restore(recollection))
        sale.play(seconds: 2)
        sale.end()
        let checked = try Checked(try sale.export().text(.csv))
        #expect(checked.says(.notProven, .line), "\(checked.said)")
        #expect(Set(try sale.export().rows.map(\.line)) == [0, 1, 2])
    }

    @Test func whatHasNoRoomIsMissedByItsNumber() throws {
        var witness = Witness()
        witness.note(.opened, at: 1)
        let ids = (0..<500).map { TicketID(high: 1, low: UInt64($0)) }
        let call = StoreCall(room: "main", rules: Sale.rules, node: "a", operation: .release(ids))
        let answer = StoreAnswer(epoch: 1, lineage: 7, outcome: .done)
        for _ in 0..<(Witness.heldMax / ids.count + 1) { witness.answered(call, witness.asked(), .success(answer)) }
        #expect(witness.lostCount == ids.count)
        witness.note(.closed, at: 2)
        let rows = witness.takeRows()
        #expect(rows.count == Witness.heldMax + 2)
        #expect(rows.last?.number == UInt64(Witness.heldMax + ids.count + 2))
    }
}
