import Testing

@testable import Admission

@Suite struct TicketTableTests {
    /// Names of which many want the same place, and one that stands for nothing.
    static let names =
        (0..<300).map { TicketID(high: $0, low: 0) } + (0..<300).map { TicketID(high: 0, low: $0 << 44) }
        + (1..<300).map { TicketID(high: $0 << 30, low: $0) }

    @Test(arguments: [1, 2, 3, 4] as [UInt64]) func itIsADictionary(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var table = TicketTable<Int>()
        var right: [TicketID: Int] = [:]
        for step in 0..<20_000 {
            let most = step % 4000 < 2000 ? Self.names.count : 40
            let id = Self.names[Int(random.next() % UInt64(most))]
            switch random.next() % 5 {
            case 0, 1:
                #expect(table.updateValue(step, forKey: id) == right.updateValue(step, forKey: id))
            case 2:
                #expect(table.removeValue(forKey: id) == right.removeValue(forKey: id))
            case 3:
                table[id] = nil
                right[id] = nil
            default:
                #expect(table[id] == right[id])
            }
            #expect(table.count == right.count && table.isEmpty == right.isEmpty)
        }
        for id in Self.names { #expect(table[id] == right[id]) }
        var all: [TicketID: Int] = [:]
        table.forEach { all[$0] = $1 }
        #expect(all == right)
    }

    @Test func aCopyStaysAsItWas() {
        var table = TicketTable<Int>()
        for (number, id) in Self.names.enumerated() { table[id] = number }
        let copy = table
        for id in Self.names { table[id] = nil }
        #expect(table.isEmpty)
        #expect(copy.count == Set(Self.names).count)
    }
}
