/// What was heard of lately. It forgets by halves: whatever was not touched for between one and two periods is gone, with
/// one step each period and none in between.
struct Generations<Value: Sendable>: Sendable {
    private var young = TicketTable<Value>()
    private var old = TicketTable<Value>()
    private var turnedAt: Microseconds
    /// Nothing new is remembered beyond so many.
    let countMax: Int

    init(countMax: Int, now: Microseconds) {
        self.countMax = countMax
        turnedAt = now
    }

    var count: Int { young.count + old.count }
    /// In no order.
    func pairs(_ key: (Value) -> UInt64) -> [RecallOrder.Entry] {
        var pairs: [RecallOrder.Entry] = []
        pairs.reserveCapacity(count)
        for table in [young, old] { table.forEach { pairs.append(RecallOrder.Entry(key: key($1), id: $0)) } }
        return pairs
    }

    subscript(_ id: TicketID) -> Value? { young[id] ?? old[id] }

    /// Remembers, or remembers anew.
    mutating func set(_ id: TicketID, _ value: Value) {
        if old.removeValue(forKey: id) == nil, young[id] == nil, count >= countMax { return }
        young[id] = value
    }

    /// Changes what is remembered, without prolonging it.
    mutating func update(_ id: TicketID, _ value: Value) {
        if young[id] != nil { young[id] = value } else if old[id] != nil { old[id] = value }
    }

    @discardableResult
    mutating func remove(_ id: TicketID) -> Value? { young.removeValue(forKey: id) ?? old.removeValue(forKey: id) }

    mutating func turn(every period: Microseconds, now: Microseconds) {
        guard now - turnedAt >= period else { return }
        turnedAt = now
        old = young
        young = TicketTable()
    }
}
