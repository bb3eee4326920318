/// Tickets, each with a score, in the order of (score, id): what Redis calls a sorted set.
///
/// A table beside sorted runs of at most `runMax`. A change costs a search among the runs and a move within one; the
/// sum of the runs before one, which a rank needs, is added up when asked.
struct ScoredSet: Sendable {
    struct Entry: Hashable, Comparable, Sendable {
        let score: Int64
        let id: TicketID

        static func < (one: Entry, other: Entry) -> Bool {
            one.score == other.score ? one.id < other.id : one.score < other.score
        }
    }

    private static let runMax = 256

    private var scores = TicketTable<Int64>()
    /// None is empty.
    private var runs: [[Entry]] = []

    var count: Int { scores.count }
    var isEmpty: Bool { scores.isEmpty }
    var first: Entry? { runs.first?.first }

    /// All entries, in order; a copy costs nothing until one of them changes.
    var snapshot: [[Entry]] { runs }

    func score(of id: TicketID) -> Int64? { scores[id] }
    func contains(_ id: TicketID) -> Bool { scores[id] != nil }

    mutating func set(_ id: TicketID, _ score: Int64) {
        if let old = scores.updateValue(score, forKey: id) {
            if old == score { return }
            take(Entry(score: old, id: id))
        }
        insert(Entry(score: score, id: id))
    }

    @discardableResult
    mutating func remove(_ id: TicketID) -> Int64? {
        guard let score = scores.removeValue(forKey: id) else { return nil }
        take(Entry(score: score, id: id))
        return score
    }

    mutating func removeAll() { self = ScoredSet() }

    /// Removes the lowest.
    mutating func popFirst() -> Entry? {
        guard let first else { return nil }
        remove(first.id)
        return first
    }

    /// Removes the lowest while they are not above a score, at most so many.
    mutating func popFirst(upTo score: Int64, atMost countMax: Int = .max) -> [Entry] {
        var popped: [Entry] = []
        while popped.count < countMax, let first, first.score <= score {
            remove(first.id)
            popped.append(first)
        }
        return popped
    }

    /// The entries from a rank on, in order.
    func entries(from rank: Int, count: Int) -> [Entry] {
        guard count > 0, rank >= 0, rank < self.count else { return [] }
        var found: [Entry] = []
        found.reserveCapacity(min(count, self.count - rank))
        var (run, at) = locate(rank)
        while run < runs.count, found.count < count {
            let end = min(runs[run].count, at + count - found.count)
            found += runs[run][at..<end]
            run += 1
            at = 0
        }
        return found
    }

    func entry(at rank: Int) -> Entry? { entries(from: rank, count: 1).first }

    func rank(of id: TicketID) -> Int? {
        guard let score = scores[id] else { return nil }
        return countBelow(Entry(score: score, id: id))
    }

    /// How many have a score above this one.
    func count(above score: Int64) -> Int {
        guard score < .max else { return 0 }
        return count - countBelow(Entry(score: score + 1, id: TicketID(high: 0, low: 0)))
    }

    // MARK: Runs

    private func countBelow(_ entry: Entry) -> Int {
        let run = runs.partitioningIndex { $0[$0.count - 1] >= entry }
        guard run < runs.count else { return count }
        return runs[..<run].reduce(0) { $0 + $1.count } + runs[run].partitioningIndex { $0 >= entry }
    }

    private func locate(_ rank: Int) -> (run: Int, at: Int) {
        var before = 0
        for run in runs.indices {
            if rank < before + runs[run].count { return (run, rank - before) }
            before += runs[run].count
        }
        return (runs.count, 0)
    }

    private mutating func insert(_ entry: Entry) {
        guard let last = runs.last?.last else {
            runs = [[entry]]
            return
        }
        let run = last < entry ? runs.count - 1 : runs.partitioningIndex { $0[$0.count - 1] >= entry }
        runs[run].insert(entry, at: runs[run].partitioningIndex { $0 >= entry })
        guard runs[run].count > Self.runMax else { return }
        // Arrivals come at the end: the last run is cut so that the runs behind stay full.
        let cut = run == runs.count - 1 ? Self.runMax : Self.runMax / 2
        let rest = Array(runs[run][cut...])
        runs[run].removeSubrange(cut...)
        runs.insert(rest, at: run + 1)
    }

    private mutating func take(_ entry: Entry) {
        let run = runs.partitioningIndex { $0[$0.count - 1] >= entry }
        guard run < runs.count else { return }
        let at = runs[run].partitioningIndex { $0 >= entry }
        guard at < runs[run].count, runs[run][at] == entry else { return }
        runs[run].remove(at: at)
        if runs[run].isEmpty { runs.remove(at: run) }
    }
}

extension Array {
    /// The first index whose element belongs to the second part, where all that do stand behind all that do not.
    func partitioningIndex(where belongs: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if belongs(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
