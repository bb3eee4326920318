import Synchronization

/// A series that only grows. Adding to one that the registry refused is harmless.
public struct CounterID: Equatable, Sendable { let word: Int }
/// A series that rises and falls; what is shown is the sum over all shards.
public struct GaugeID: Equatable, Sendable { let word: Int }
/// A series of durations in buckets.
public struct HistogramID: Equatable, Sendable { let word: Int }

/// The numbers of one loop. Only the thread that made it writes, so that an addition is a plain load, add and store: no
/// locked instruction, no cache line that two loops write to, no reference count. Any thread reads.
///
/// Not Sendable: make it on the thread that uses it. It may be copied there.
public struct MetricsShard {
    let words: MetricsWords

    @inline(__always) private func add(_ number: UInt64, at word: Int) {
        let cell = words.cell(word)
        cell.pointee.store(cell.pointee.load(ordering: .relaxed) &+ number, ordering: .relaxed)
    }

    public func add(_ id: CounterID, _ number: UInt64 = 1) { add(number, at: id.word) }

    public func add(_ id: GaugeID, _ number: Int64) { add(UInt64(bitPattern: number), at: id.word) }

    /// Sets this shard's part of the sum.
    public func set(_ id: GaugeID, _ value: Int64) {
        words.cell(id.word).pointee.store(UInt64(bitPattern: value), ordering: .relaxed)
    }

    public func observe(_ id: HistogramID, nanoseconds: Int64) {
        let value = UInt64(max(0, nanoseconds))
        add(1, at: id.word + HistogramBounds.bucket(of: value))
        add(value, at: id.word + HistogramBounds.buckets)
    }
}

@available(*, unavailable)
extension MetricsShard: Sendable {}

/// The words of a shard, by pointer: the hot path may neither retain an object nor check an array's uniqueness.
///
/// Memory safe nevertheless: the memory is never given back (a registry lives as long as the program, and has few
/// shards), and a word's index comes from a registry, all of which have `wordsMax` words. Sendable, because the words
/// are atomics.
struct MetricsWords: @unchecked Sendable {
    private let base: UnsafeMutablePointer<Atomic<UInt64>>

    init() {
        // Two cache lines, because processors fetch them in pairs.
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: Metrics.wordsMax * MemoryLayout<Atomic<UInt64>>.stride, alignment: 128)
        base = memory.bindMemory(to: Atomic<UInt64>.self, capacity: Metrics.wordsMax)
        for word in 0..<Metrics.wordsMax { (base + word).initialize(to: Atomic(0)) }
    }

    @inline(__always) func cell(_ word: Int) -> UnsafeMutablePointer<Atomic<UInt64>> { base + word }

    func load(_ word: Int) -> UInt64 { base[word].load(ordering: .relaxed) }
}
