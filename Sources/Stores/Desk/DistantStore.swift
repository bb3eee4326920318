import Admission
import Loop

/// A store that lives on another loop: what the desks of this one ask is carried there, and its answers back.
///
/// The loops that serve visitors share one connection to the store, and one line where it is in this process. What crosses is
/// a batch at a time, never a visitor.
public final class DistantStore: QueueStore {
    /// Calls that are under way. Each desk has one of a kind at most.
    public static let callsMax = 4096

    private let loop: EventLoop
    private let host: LoopHandle
    private let store: LoopBound<StoreHost>
    private var waiting: [UInt64: (Result<StoreAnswer, StoreFault>) -> Void] = [:]
    private var asked: UInt64 = 0
    private lazy var mine = LoopBound(WeakStore(self), on: loop)

    private struct WeakStore {
        weak var store: DistantStore?

        init(_ store: DistantStore) { self.store = store }
    }

    public let isShared: Bool

    /// `isShared`: other processes use it too.
    public init(_ store: LoopBound<StoreHost>, isShared: Bool, on host: LoopHandle, from loop: EventLoop) {
        self.store = store
        self.isShared = isShared
        self.host = host
        self.loop = loop
    }

    public func perform(_ call: StoreCall, _ answer: @escaping (Result<StoreAnswer, StoreFault>) -> Void) {
        guard waiting.count < Self.callsMax else { return later(answer, .failure(.overloaded)) }
        asked += 1
        let number = asked
        let (store, home, mine) = (store, loop.handle, mine)
        let isTaken = host.submit { host in
            guard let store = store.open(on: host) else { return }
            store.perform(call) { result in
                home.submit { home in mine.open(on: home)?.store?.answered(number, result) }
            }
        }
        // The other loop has ended, and so will this one.
        guard isTaken else { return later(answer, .failure(.notDone("the loop of the store has ended"))) }
        waiting[number] = answer
    }

    private func later(
        _ answer: @escaping (Result<StoreAnswer, StoreFault>) -> Void, _ result: Result<StoreAnswer, StoreFault>
    ) {
        loop.atTurnEnd(Later { answer(result) })
    }

    private func answered(_ number: UInt64, _ result: Result<StoreAnswer, StoreFault>) {
        waiting.removeValue(forKey: number)?(result)
    }

    private final class Later: TurnEnd {
        private let work: () -> Void

        init(_ work: @escaping () -> Void) { self.work = work }

        func turnEnded() { work() }
    }
}
