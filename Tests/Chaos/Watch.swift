import Admission

/// What one node went through, by its clock: which way its calls went, and how the line was brought from store to store.
struct Watch {
    /// Calls of one kind to one store while the node's calls went one way.
    struct Traffic {
        var store: String
        var route: StoreRoute
        var kind: String
        var calls = 0
        var failed = 0
        var items = 0
        var first: UInt64
        var last: UInt64
        /// Of all answers together, and the longest.
        var nanoseconds: UInt64 = 0
        var nanosecondsMost: UInt64 = 0
    }

    private(set) var routes: [(at: UInt64, route: StoreRoute)] = []
    private(set) var traffic: [Traffic] = []

    mutating func goes(_ route: StoreRoute, at now: UInt64) { routes.append((now, route)) }

    mutating func note(
        _ store: String, _ route: StoreRoute, _ kind: String, items: Int?, from begun: UInt64, to ended: UInt64
    ) {
        // Of a kind only what belongs to the latest stay on a route.
        let since = routes.last?.at ?? 0
        let known = traffic.lastIndex { $0.store == store && $0.route == route && $0.kind == kind && $0.first >= since }
        let at = known ?? traffic.count
        if known == nil {
            traffic.append(Traffic(store: store, route: route, kind: kind, first: begun, last: ended))
        }
        traffic[at].calls += 1
        traffic[at].failed += items == nil ? 1 : 0
        traffic[at].items += items ?? 0
        traffic[at].last = ended
        traffic[at].nanoseconds += ended - begun
        traffic[at].nanosecondsMost = max(traffic[at].nanosecondsMost, ended - begun)
    }

    /// Seconds after a beginning.
    func lines(since begin: UInt64) -> [(name: String, value: String)] {
        func seconds(_ time: UInt64) -> String { "\((Double(time) / 1e8).rounded() / 10)" }
        func milliseconds(_ time: UInt64) -> String { "\((Double(time) / 1e5).rounded() / 10) ms" }
        let way = routes.map { "\(seconds($0.at - begin)) \($0.route)" }.joined(separator: ", ")
        return [("the way of its calls", way)]
            + traffic.map { one in
                let mean = milliseconds(one.nanoseconds / UInt64(max(one.calls, 1)))
                return (
                    "\(one.kind) of \(one.store) while \(one.route)",
                    """
                    \(one.items) items in \(one.calls) calls (\(one.failed) failed) from \(seconds(one.first - begin)) to \
                    \(seconds(one.last - begin)), \(mean) each, \(milliseconds(one.nanosecondsMost)) at most
                    """
                )
            }
    }
}

/// Notes how long it takes to bring a line into a store, and to read it there.
final class WatchedStore: QueueStore {
    private let store: any QueueStore
    private let clock: () -> UInt64
    private let note: (_ kind: String, _ items: Int?, _ begun: UInt64, _ ended: UInt64) -> Void

    init(
        _ store: any QueueStore, clock: @escaping () -> UInt64,
        note: @escaping (_ kind: String, _ items: Int?, _ begun: UInt64, _ ended: UInt64) -> Void
    ) {
        self.store = store
        self.clock = clock
        self.note = note
    }

    func perform(_ call: StoreCall, _ answer: @escaping (Result<StoreAnswer, StoreFault>) -> Void) {
        let kind: String
        let items: Int
        switch call.operation {
        case .read: (kind, items) = ("read", 0)
        case .restore(let recollection): (kind, items) = ("restore", recollection.itemCount)
        default: return store.perform(call, answer)
        }
        let begun = clock()
        let clock = clock
        let note = note
        store.perform(call) { result in
            switch result {
            case .success(let said):
                if case .page(let page) = said.outcome {
                    note(
                        kind, page.waiting.count + page.sessions.count + page.spent.count + page.revoked.count, begun,
                        clock())
                } else {
                    note(kind, items, begun, clock())
                }
            case .failure: note(kind, nil, begun, clock())
            }
            answer(result)
        }
    }
}
