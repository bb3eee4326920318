import Admission

/// The line in this process, one for each room.
public final class MemoryStore: QueueStore {
    private let clock: () -> Microseconds
    private var lines: [String: Line] = [:]

    /// `clock` gives the microseconds since 1970.
    public init(clock: @escaping () -> Microseconds) { self.clock = clock }

    public func perform(_ call: StoreCall, _ answer: @escaping (Result<StoreAnswer, StoreFault>) -> Void) {
        answer(.success(lines[call.room, default: Line()].apply(call, now: clock())))
    }
}
