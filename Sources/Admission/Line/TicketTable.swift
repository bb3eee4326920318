/// What is known of each ticket: a dictionary for keys that are random numbers of our own making, which need no hashing that
/// withstands an adversary, only one that spreads. A look costs one place in memory where a dictionary costs three.
///
/// Open addressing: an entry stands at the place that its key names, or at the next free one behind. One that is removed is
/// filled by those behind it, so that nothing is left over and a look ends at the first free place.
struct TicketTable<Value: Sendable>: Sendable {
    private struct Entry: Sendable {
        var id: TicketID
        var value: Value
    }

    /// Stands where there is nothing; the ticket of this name is kept beside.
    private static var free: TicketID { TicketID(high: 0, low: 0) }
    private static var capacityLeast: Int { 16 }

    private var entries: [Entry] = []
    private var nameless: Value?
    /// Of the entries, without the nameless.
    private var used = 0

    var count: Int { nameless == nil ? used : used + 1 }
    var isEmpty: Bool { count == 0 }

    subscript(_ id: TicketID) -> Value? {
        get {
            if id == Self.free { return nameless }
            guard let at = place(of: id), entries[at].id == id else { return nil }
            return entries[at].value
        }
        set {
            if let newValue { updateValue(newValue, forKey: id) } else { removeValue(forKey: id) }
        }
    }

    /// Gives what was there before.
    @discardableResult
    mutating func updateValue(_ value: Value, forKey id: TicketID) -> Value? {
        if id == Self.free {
            defer { nameless = value }
            return nameless
        }
        if let at = place(of: id), entries[at].id == id {
            let old = entries[at].value
            entries[at].value = value
            return old
        }
        if (used + 1) * 4 > entries.count * 3 { grow(max(entries.count * 2, Self.capacityLeast), filling: value) }
        insert(Entry(id: id, value: value))
        return nil
    }

    @discardableResult
    mutating func removeValue(forKey id: TicketID) -> Value? {
        if id == Self.free {
            defer { nameless = nil }
            return nameless
        }
        guard let at = place(of: id), entries[at].id == id else { return nil }
        let old = entries[at].value
        used -= 1
        close(at)
        return old
    }

    /// In no order.
    func forEach(_ body: (TicketID, Value) -> Void) {
        if let nameless { body(Self.free, nameless) }
        for entry in entries where entry.id != Self.free { body(entry.id, entry.value) }
    }

    // MARK: Places

    /// The number of entries is a power of two.
    private func home(of id: TicketID) -> Int {
        let mixed = (id.low ^ id.high &* 0xd6e8_feb8_6659_fd93) &* 0x9e37_79b9_7f4a_7c15
        return Int(truncatingIfNeeded: mixed >> 20) & (entries.count - 1)
    }

    /// Where it stands, or the free place where it would.
    private func place(of id: TicketID) -> Int? {
        guard !entries.isEmpty else { return nil }
        var at = home(of: id)
        while entries[at].id != id, entries[at].id != Self.free { at = (at + 1) & (entries.count - 1) }
        return at
    }

    private mutating func insert(_ entry: Entry) {
        guard let at = place(of: entry.id) else { return }
        entries[at] = entry
        used += 1
    }

    private mutating func grow(_ capacity: Int, filling value: Value) {
        let old = entries
        entries = Array(repeating: Entry(id: Self.free, value: value), count: capacity)
        used = 0
        for entry in old where entry.id != Self.free { insert(entry) }
    }

    /// Whoever stands behind the gap and would rather stand in it is moved there, which leaves a gap further on.
    private mutating func close(_ removed: Int) {
        let mask = entries.count - 1
        var gap = removed
        var at = (gap + 1) & mask
        while entries[at].id != Self.free {
            let distance = (at - home(of: entries[at].id)) & mask
            if distance >= (at - gap) & mask {
                entries[gap] = entries[at]
                gap = at
            }
            at = (at + 1) & mask
        }
        entries[gap].id = Self.free
    }
}
