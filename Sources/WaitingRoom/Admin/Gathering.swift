import Loop

/// What each of several loops says to one question, or those of them that say it in time.
final class Gathering<Value: Sendable> {
    private var values: [Value] = []
    private var missing: Int
    private var timer: LoopTimer?
    private var done: (([Value]) -> Void)?

    init(_ count: Int, within nanoseconds: UInt64, on loop: EventLoop, _ done: @escaping ([Value]) -> Void) {
        missing = count
        self.done = done
        // It keeps itself until then.
        timer = LoopTimer.after(nanoseconds, on: loop) { self.finish() }
    }

    func add(_ value: Value) {
        values.append(value)
        missing -= 1
        if missing <= 0 { finish() }
    }

    private func finish() {
        timer?.cancel()
        timer = nil
        let done = done
        self.done = nil
        done?(values)
    }
}
