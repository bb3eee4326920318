import Admission

/// A call between a node and a store.
struct PendingCall {
    var call: StoreCall
    var node: Int
    var store: Int
    /// Nil: the node has been answered, or waits no more.
    var answer: ((Result<StoreAnswer, StoreFault>) -> Void)?
    var result: StoreAnswer?
    /// Events that still speak of it.
    var events = 0
    var isRefused = false
    var sentAt: Microseconds
    /// It was done by a store that did not hold the room.
    var isVoid = false
}

extension World {
    static let callTimeout: Microseconds = 1_000_000

    func delay() -> Microseconds { networkDice.between(scenario.delay.lowerBound, scenario.delay.upperBound) }

    private func isLost() -> Bool { isLossy && networkDice.below(1000) < scenario.lostPerThousand }

    func send(
        _ call: StoreCall, from node: Int, to store: Int, _ answer: @escaping (Result<StoreAnswer, StoreFault>) -> Void
    ) {
        figures.calls += 1
        let pending = PendingCall(call: call, node: node, store: store, answer: answer, sentAt: now)
        judgeSent(pending)
        let at: Int
        if let free = freeCalls.popLast() {
            calls[free] = pending
            at = free
        } else {
            at = calls.count
            calls.append(pending)
        }
        if stores[store].isDown, reaches(node, store) {
            calls[at].isRefused = true
            add(.callTimesOut, at, delay())
            return
        }
        add(.callTimesOut, at, Self.callTimeout)
        if !reaches(node, store) || isLost() {
            figures.lostCalls += 1
            return
        }
        add(.callArrives, at, delay() + stores[store].slowBy)
        if isLossy, networkDice.below(1000) < scenario.doubledPerThousand { add(.callArrives, at, delay() + delay()) }
    }

    private func reaches(_ node: Int, _ store: Int) -> Bool {
        !nodes[node].isCutOff && !(store == 0 && nodes[node].isWithoutPrimary)
    }

    private func add(_ kind: Event.Kind, _ call: Int, _ delay: Microseconds) {
        calls[call].events += 1
        events.add(kind, at: now + delay, call)
    }

    private func close(_ call: Int) {
        calls[call].events -= 1
        guard calls[call].events == 0 else { return }
        calls[call].answer = nil
        calls[call].result = nil
        freeCalls.append(call)
    }

    func callArrives(_ at: Int) {
        let store = stores[calls[at].store]
        if store.isStopped {
            store.queued.append(at)
            return
        }
        if !store.isDown { execute(at, store) }
        close(at)
    }

    func resume(_ store: SimulatedStore) {
        let queued = store.queued
        store.queued = []
        for at in queued {
            if !store.isDown { execute(at, store) }
            close(at)
        }
    }

    private func execute(_ at: Int, _ store: SimulatedStore) {
        let answer = store.apply(calls[at].call, now)
        if scenario.hasFallback { observer.holder = roster.mode.holder == .primary ? 0 : 1 }
        let before = observer.regularInTotal
        // Exemption "left behind": what a store does late, when nodes have gone on alone and nobody waits for it any more.
        let isLeftBehind = calls[at].answer == nil && answer.epoch < observer.loneEpoch
        observer.executed(calls[at].call, answer, on: store, isLeftBehind: isLeftBehind, now)
        judgeTogether(observer.regularInTotal - before, rules.under(store.line.liveControls))
        guard calls[at].result == nil else { return }
        calls[at].result = answer
        calls[at].isVoid = scenario.hasFallback && store.number != observer.holder
        if !reaches(calls[at].node, store.number) || isLost() {
            figures.lostCalls += 1
            return
        }
        add(.answerArrives, at, delay())
    }

    func answerArrives(_ at: Int) {
        if let answer = calls[at].answer, let result = calls[at].result, nodes[calls[at].node].isAlive {
            calls[at].answer = nil
            isAnswerVoid = calls[at].isVoid
            answer(.success(result))
            isAnswerVoid = false
        }
        close(at)
    }

    func callTimesOut(_ at: Int) {
        if let answer = calls[at].answer, nodes[calls[at].node].isAlive {
            calls[at].answer = nil
            answer(.failure(calls[at].isRefused ? .notDone("refused") : .unknown("no answer in time")))
        }
        close(at)
    }
}
