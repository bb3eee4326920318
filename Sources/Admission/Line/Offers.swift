/// Whose turn it is, by the end of their claim windows, and where each stood: another store that is given the line puts them
/// back there, in front of everybody.
struct Offers: Sendable {
    struct Stood: Sendable {
        let lane: String
        let place: Place
    }

    private(set) var ends = ScoredSet()
    private var stood: [TicketID: Stood] = [:]

    var count: Int { ends.count }

    func contains(_ id: TicketID) -> Bool { ends.contains(id) }
    func stood(_ id: TicketID) -> Stood? { stood[id] }
    func entry(at rank: Int) -> ScoredSet.Entry? { ends.entry(at: rank) }
    func entries(from rank: Int, count: Int) -> [ScoredSet.Entry] { ends.entries(from: rank, count: count) }
    func count(above end: Microseconds) -> Int { ends.count(above: end) }

    mutating func set(_ id: TicketID, _ end: Microseconds, from spot: Stood) {
        ends.set(id, end)
        stood[id] = spot
    }

    @discardableResult
    mutating func remove(_ id: TicketID) -> Microseconds? {
        stood[id] = nil
        return ends.remove(id)
    }

    mutating func popFirst(upTo end: Microseconds, atMost countMax: Int) -> [ScoredSet.Entry] {
        let popped = ends.popFirst(upTo: end, atMost: countMax)
        for entry in popped { stood[entry.id] = nil }
        return popped
    }
}
