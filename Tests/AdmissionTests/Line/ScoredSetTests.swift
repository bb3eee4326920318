import Testing
import TestSupport

@testable import Admission

/// The same as the set, as plainly as it can be.
private struct SortedArray {
    var entries: [ScoredSet.Entry] = []

    mutating func set(_ id: TicketID, _ score: Int64) {
        entries.removeAll { $0.id == id }
        entries.append(ScoredSet.Entry(score: score, id: id))
        entries.sort()
    }

    mutating func remove(_ id: TicketID) -> Int64? {
        let score = entries.first { $0.id == id }?.score
        entries.removeAll { $0.id == id }
        return score
    }
}

@Suite struct ScoredSetTests {
    @Test(arguments: [1, 2, UInt64.random(in: 3 ... .max)]) func isASortedArray(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var set = ScoredSet()
        var array = SortedArray()
        func below(_ count: UInt64) -> UInt64 { random.next() % count }
        for step in 0..<4_000 {
            // Mostly growing at first, so that there are several runs; then mostly shrinking.
            let id = TicketID(high: below(900), low: 7)
            let score = Int64(below(400)) - 50
            switch below(10) {
            case 0...(step < 2_500 ? 6 : 2):
                set.set(id, score)
                array.set(id, score)
            case 9:
                let popped = set.popFirst(upTo: -30, atMost: 2)
                #expect(popped == Array(array.entries.prefix { $0.score <= -30 }.prefix(2)))
                array.entries.removeFirst(popped.count)
            default:
                #expect(set.remove(id) == array.remove(id))
            }
            let from = Int(below(UInt64(set.count) + 2))
            let same =
                set.count == array.entries.count && set.first == array.entries.first
                && set.score(of: id) == array.entries.first { $0.id == id }?.score
                && set.rank(of: id) == array.entries.firstIndex { $0.id == id }
                && set.entries(from: from, count: 300) == Array(array.entries.dropFirst(from).prefix(300))
                && set.count(above: score) == array.entries.count { $0.score > score }
            guard same else {
                Issue.record("seed \(seed), step \(step)")
                return
            }
        }
        while let lowest = set.popFirst() { #expect(lowest == array.entries.removeFirst()) }
        #expect(array.entries.isEmpty && set.isEmpty)
    }

    @Test func arrivalsInOrderKeepTheirOrder() {
        var set = ScoredSet()
        for number in 0..<10_000 as Range<UInt64> { set.set(TicketID(high: ~number, low: number), Int64(number)) }
        #expect(set.entries(from: 0, count: .max).map(\.score) == Array(0..<10_000))
        #expect(set.entry(at: 5_000)?.score == 5_000 && set.entry(at: 10_000) == nil && set.entry(at: -1) == nil)
        #expect(set.popFirst(upTo: 999).count == 1_000 && set.count == 9_000)
    }

    @Test func scoresAtTheEndsOfWhatCanBeCounted() {
        var set = ScoredSet()
        for (number, score) in [Int64.max, .min, 0].enumerated() { set.set(TicketID(high: 0, low: UInt64(number)), score) }
        #expect(set.count(above: .max) == 0 && set.count(above: .min) == 2)
        #expect(set.popFirst(upTo: .max).map(\.score) == [.min, 0, .max])
    }
}
