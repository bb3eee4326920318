/// When which visitor is due: a wheel of slots, each a list of numbers, so that tens of thousands cost some bytes each.
///
/// Nothing is ever taken back: a visitor rests or has a request under way, never both. Due at most one tick late, never early.
struct Agenda {
    static let tickNanoseconds: UInt64 = 16_000_000
    private static let slotCount: UInt64 = 4096

    private struct Entry {
        let visitor: UInt32
        let tick: UInt64
    }

    private var slots = [[Entry]](repeating: [], count: Int(slotCount))
    private var doneTick: UInt64 = 0
    private(set) var count = 0

    mutating func add(_ visitor: Int, at due: UInt64) {
        let tick = max(due / Self.tickNanoseconds + (due % Self.tickNanoseconds > 0 ? 1 : 0), doneTick + 1)
        slots[Int(tick % Self.slotCount)].append(Entry(visitor: UInt32(visitor), tick: tick))
        count += 1
    }

    /// Takes out who is due by now.
    mutating func take(until now: UInt64, into due: inout [UInt32]) {
        let target = now / Self.tickNanoseconds
        guard target > doneTick else { return }
        let last = min(target, doneTick + Self.slotCount)
        for tick in (doneTick + 1)...last {
            let slot = Int(tick % Self.slotCount)
            guard !slots[slot].isEmpty else { continue }
            slots[slot].removeAll { entry in
                guard entry.tick <= target else { return false }
                due.append(entry.visitor)
                return true
            }
        }
        doneTick = target
        count -= due.count
    }
}
