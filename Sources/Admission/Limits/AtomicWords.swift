import Glibc
import Synchronization

/// A fixed number of atomic words in rows of eight, which is one cache line.
///
/// The one place of this module with an unsafe pointer: the language has no growable or dynamic array of atomics, and an
/// array of objects that hold one each would cost a pointer and a reference count per look. No index from outside
/// gets in unchecked: slots are made here, from a hash masked to the table's size. The memory is zero pages that the kernel hands out when they are first written.
struct AtomicWords: ~Copyable, @unchecked Sendable {
    static let rowCount = 8

    /// A power of two.
    let rows: Int
    private let memory: UnsafeMutableRawPointer
    private let words: UnsafeMutablePointer<Atomic<UInt64>>

    /// At least `count` words, and never more than 2^30.
    init(atLeast count: Int) {
        let wanted = min(max(count, 1), 1 << 30)
        var rows = 1
        while rows * Self.rowCount < wanted { rows *= 2 }
        self.rows = rows
        let bytes = rows * Self.rowCount * 8
        // As every allocation of the language, it ends the process when memory is gone.
        guard let memory = calloc(bytes + 64, 1) else { abort() }
        self.memory = memory
        let aligned = UnsafeMutableRawPointer(bitPattern: (UInt(bitPattern: memory) + 63) & ~63) ?? memory
        // The representation of an atomic zero is zero bytes.
        words = aligned.bindMemory(to: Atomic<UInt64>.self, capacity: rows * Self.rowCount)
    }

    deinit { free(memory) }

    var count: Int { rows * Self.rowCount }

    /// A place in the table; only made by what follows, and so always within it.
    struct Slot: Equatable {
        fileprivate let index: Int

        var number: UInt32 { UInt32(truncatingIfNeeded: index) }
    }

    /// The first of the eight slots that a hash falls on.
    @inline(__always) func row(_ hash: UInt64) -> Slot {
        Slot(index: (Int(truncatingIfNeeded: hash) & (rows &- 1)) &* Self.rowCount)
    }

    /// The one at `place`, 0 to 7, of a row.
    @inline(__always) func slot(_ row: Slot, _ place: Int) -> Slot { Slot(index: row.index | (place & (Self.rowCount - 1))) }

    func slot(number: UInt32) -> Slot? { Int(number) < count ? Slot(index: Int(number)) : nil }

    @inline(__always) func load(_ slot: Slot) -> UInt64 { words[slot.index].load(ordering: .relaxed) }

    /// In the one order that all threads agree on.
    @inline(__always) func loadOrdered(_ slot: Slot) -> UInt64 { words[slot.index].load(ordering: .sequentiallyConsistent) }

    @inline(__always) func exchange(_ slot: Slot, expected: UInt64, desired: UInt64) -> Bool {
        words[slot.index].compareExchange(expected: expected, desired: desired, ordering: .sequentiallyConsistent).exchanged
    }
}
