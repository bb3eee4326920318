/// The health of the origin for each group of requests, such as those of one room.
struct HealthBook {
    /// Nil: nobody asks.
    private var groups: [OriginHealth?] = []
    /// Goes up when the groups are others.
    private var generation = 0

    /// A request that is open, as the book knows it.
    struct Entry {
        fileprivate let group: Int
        fileprivate let generation: Int
        fileprivate let start: UInt64
    }

    var targets: [UInt64?] { groups.map { $0?.target } }

    mutating func begin(_ targets: [UInt64?], at now: UInt64) {
        groups = targets.map { target in target.map { OriginHealth(target: $0, now: now) } }
        generation += 1
    }

    mutating func began(_ mark: ForwardMark?, at now: UInt64) -> Entry? {
        guard let mark, groups.indices.contains(mark.group), groups[mark.group] != nil else { return nil }
        groups[mark.group]?.began(at: now)
        return Entry(group: mark.group, generation: generation, start: now)
    }

    mutating func ended(_ entry: Entry, isFailed: Bool, at now: UInt64) {
        guard entry.generation == generation else { return }
        groups[entry.group]?.ended(entry.start, isFailed: isFailed, at: now)
    }

    mutating func abandoned(_ entry: Entry, at now: UInt64) {
        guard entry.generation == generation else { return }
        groups[entry.group]?.abandoned(entry.start, at: now)
    }

    mutating func take(_ group: Int, at now: UInt64) -> OriginHealth.Counts? {
        groups.indices.contains(group) ? groups[group]?.take(at: now) : nil
    }
}

extension Relay {
    /// From now on the requests of each group, by the number in their marks, are measured against its target in nanoseconds; nil
    /// is not measured. The same again changes nothing unless `isAnew`.
    public func measure(_ targets: [UInt64?], isAnew: Bool) {
        if isAnew || targets != health.targets { health.begin(targets, at: loop.now) }
    }

    /// What became of a group's requests since the last time.
    public func takeHealth(of group: Int) -> OriginHealth.Counts? { health.take(group, at: loop.now) }
}
