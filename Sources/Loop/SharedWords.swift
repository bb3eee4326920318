import Synchronization

/// Numbers that loops share: read and written by all of them, without a lock and without a reference count.
///
/// The memory lives as long as the process; there are few of these, made at start or with an upstream.
public struct SharedWords: @unchecked Sendable {
    // Unchecked: the pointer never changes and what it points to is atomic.
    private let words: UnsafeMutablePointer<Atomic<UInt64>>
    public let count: Int

    public init(count: Int) {
        words = .allocate(capacity: count)
        for at in 0..<count { (words + at).initialize(to: Atomic(0)) }
        self.count = count
    }

    public func load(_ index: Int) -> UInt64 {
        precondition(index < count)
        return words[index].load(ordering: .acquiring)
    }

    public func store(_ value: UInt64, at index: Int) {
        precondition(index < count)
        words[index].store(value, ordering: .releasing)
    }

    /// The value after.
    @discardableResult
    public func add(_ value: UInt64, at index: Int) -> UInt64 {
        precondition(index < count)
        return words[index].wrappingAdd(value, ordering: .acquiringAndReleasing).newValue
    }

    /// The value after.
    @discardableResult
    public func subtract(_ value: UInt64, at index: Int) -> UInt64 {
        precondition(index < count)
        return words[index].wrappingSubtract(value, ordering: .acquiringAndReleasing).newValue
    }

    /// True when `expected` was there and `value` is now.
    public func exchange(_ expected: UInt64, with value: UInt64, at index: Int) -> Bool {
        precondition(index < count)
        return words[index].compareExchange(expected: expected, desired: value, ordering: .acquiringAndReleasing).exchanged
    }
}
