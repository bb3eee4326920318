/// Where the lines are kept. Lives on one loop; the answer comes later on the same loop, exactly once, or never within the
/// call to `perform` itself where a store is far away.
///
/// All stores act as `Line` does, call by call; one suite holds them to it.
public protocol QueueStore: AnyObject {
    func perform(_ call: StoreCall, _ answer: @escaping (Result<StoreAnswer, StoreFault>) -> Void)
    /// Other nodes may use it, and know of a line that it has lost.
    var isShared: Bool { get }
}

extension QueueStore {
    public var isShared: Bool { true }
}
