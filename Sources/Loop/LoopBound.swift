/// A reference that may travel between threads, and is only opened on the loop that it belongs to.
public final class LoopBound<Value>: @unchecked Sendable {
    // Sendable because `value` is given out on `loop` alone, where it is also let go of.
    private var value: Value?
    private let loop: ObjectIdentifier
    private let handle: LoopHandle

    public init(_ value: Value, on loop: EventLoop) {
        self.value = value
        self.loop = ObjectIdentifier(loop)
        handle = loop.handle
    }

    /// Nil on any other loop, and after `release`.
    public func open(on loop: EventLoop) -> Value? { ObjectIdentifier(loop) == self.loop ? value : nil }

    /// Lets go of it, on its loop.
    public func release(on loop: EventLoop) { if ObjectIdentifier(loop) == self.loop { value = nil } }
}
