/// Deadlines of one loop: a wheel of slots, each a list of entries, so that setting and dropping one costs the same
/// however many there are. Pure: time comes in as nanoseconds, what is due comes out.
///
/// Entries further away than one turn of the wheel stay in their slot and are looked at once a turn. An entry fires at
/// most one tick late, never early.
struct TimerWheel<Payload> {
    static var tickNanoseconds: UInt64 { 16_000_000 }
    private static var slotCount: Int { 1024 }

    private struct Entry {
        var payload: Payload?
        var dueTick: UInt64
        var next: Int32
        var previous: Int32
        var generation: UInt32
    }

    private var entries: [Entry] = []
    private var free: [Int32] = []
    private var heads = [Int32](repeating: -1, count: slotCount)
    /// One bit a slot: it holds entries. Says how long the loop may sleep without walking the slots.
    private var occupied = [UInt64](repeating: 0, count: slotCount / 64)
    private var doneTick: UInt64
    private(set) var count = 0

    init(now: UInt64) { doneTick = now / Self.tickNanoseconds }

    mutating func schedule(_ payload: Payload, at due: UInt64) -> TimerID {
        let (rounded, overflow) = due.addingReportingOverflow(Self.tickNanoseconds - 1)
        let tick = max((overflow ? UInt64.max : rounded) / Self.tickNanoseconds, doneTick + 1)
        let index: Int32
        if let reused = free.popLast() {
            index = reused
        } else {
            index = Int32(entries.count)
            entries.append(Entry(payload: nil, dueTick: 0, next: -1, previous: -1, generation: 0))
        }
        let at = Int(index)
        entries[at].payload = payload
        entries[at].dueTick = tick
        link(index)
        count += 1
        return TimerID(index: index, generation: entries[at].generation)
    }

    mutating func cancel(_ id: TimerID) {
        let at = Int(id.index)
        guard at < entries.count, entries[at].generation == id.generation, entries[at].payload != nil else { return }
        unlink(id.index)
        retire(id.index)
    }

    /// Takes out what is due by `now`, oldest tick first.
    mutating func advance(to now: UInt64, due: inout [Payload]) {
        let target = now / Self.tickNanoseconds
        guard target > doneTick else { return }
        if count == 0 {
            doneTick = target
            return
        }
        // After a long sleep one turn of the wheel visits every slot; more turns would find nothing new.
        let first = doneTick + 1
        let last = min(target, doneTick + UInt64(Self.slotCount))
        doneTick = target
        for tick in first...last { take(slot: Int(tick % UInt64(Self.slotCount)), upTo: target, due: &due) }
    }

    /// When the loop has to look again, or nil when nothing is scheduled.
    var nextWake: UInt64? {
        guard count > 0 else { return nil }
        let start = Int((doneTick + 1) % UInt64(Self.slotCount))
        for step in 0...occupied.count {
            let word = (start / 64 + step) % occupied.count
            var bits = occupied[word]
            if step == 0 { bits &= UInt64.max << UInt64(start % 64) }
            if bits == 0 { continue }
            let slot = word * 64 + bits.trailingZeroBitCount
            let distance = (slot - start + Self.slotCount) % Self.slotCount
            return (doneTick + 1 + UInt64(distance)) * Self.tickNanoseconds
        }
        return (doneTick + 1) * Self.tickNanoseconds
    }

    private mutating func take(slot: Int, upTo target: UInt64, due: inout [Payload]) {
        var index = heads[slot]
        while index >= 0 {
            let entry = entries[Int(index)]
            if entry.dueTick <= target {
                unlink(index)
                if let payload = entry.payload { due.append(payload) }
                retire(index)
            }
            index = entry.next
        }
    }

    private mutating func link(_ index: Int32) {
        let at = Int(index)
        let slot = Int(entries[at].dueTick % UInt64(Self.slotCount))
        let head = heads[slot]
        entries[at].next = head
        entries[at].previous = -1
        if head >= 0 { entries[Int(head)].previous = index }
        heads[slot] = index
        occupied[slot / 64] |= 1 << UInt64(slot % 64)
    }

    private mutating func unlink(_ index: Int32) {
        let entry = entries[Int(index)]
        let slot = Int(entry.dueTick % UInt64(Self.slotCount))
        if entry.previous >= 0 { entries[Int(entry.previous)].next = entry.next } else { heads[slot] = entry.next }
        if entry.next >= 0 { entries[Int(entry.next)].previous = entry.previous }
        if heads[slot] < 0 { occupied[slot / 64] &= ~(1 << UInt64(slot % 64)) }
    }

    private mutating func retire(_ index: Int32) {
        entries[Int(index)].payload = nil
        entries[Int(index)].generation &+= 1
        free.append(index)
        count -= 1
    }
}

/// Names one scheduled entry; of no effect once that has fired or was dropped.
struct TimerID: Equatable, Sendable {
    let index: Int32
    let generation: UInt32
}
