import TestSupport
import Testing

@testable import Loop

@Suite struct DeadlineTests {
    /// Its deadline passes: noted with the loop's time.
    private final class Owner: DeadlineOwner {
        let loop: EventLoop
        var deadline = Deadline()
        var calls = 0
        var passedAt: [UInt64] = []

        init(_ loop: EventLoop) { self.loop = loop }

        func set(in seconds: Double) { deadline.set(loop.now + UInt64(seconds * 1e9), for: self, on: loop) }

        func deadlinePassed() {
            calls += 1
            if deadline.hasPassed(for: self, on: loop) { passedAt.append(loop.now) }
        }
    }

    private func owner(_ loop: TestLoop) throws {
        try loop.run { $0.tenant = Owner($0) }
    }

    private func on<Value: Sendable>(_ loop: TestLoop, _ body: @escaping @Sendable (Owner) -> Value) throws -> Value {
        try loop.run { loop in body(try #require(loop.tenant as? Owner)) }
    }

    @Test func passesOnce() throws {
        let loop = try TestLoop()
        try owner(loop)
        try on(loop) { $0.set(in: 1) }
        try loop.advance(seconds: 0.9)
        #expect(try on(loop) { $0.passedAt.isEmpty && $0.deadline.isSet })
        try loop.advance(seconds: 0.2)
        #expect(try on(loop) { $0.passedAt.count == 1 && !$0.deadline.isSet })
        try loop.advance(seconds: 100)
        #expect(try on(loop) { $0.calls } == 1)
    }

    @Test func movingItLaterLeavesTheTimerAlone() throws {
        let loop = try TestLoop()
        try owner(loop)
        try on(loop) { $0.set(in: 1) }
        for _ in 0..<100 {
            try on(loop) { $0.set(in: 10) }
        }
        try loop.advance(seconds: 2)
        // The timer of the first second found out that it was early.
        #expect(try on(loop) { $0.calls == 1 && $0.passedAt.isEmpty })
        try loop.advance(seconds: 7.9)
        #expect(try on(loop) { $0.passedAt.isEmpty })
        try loop.advance(seconds: 0.2)
        #expect(try on(loop) { $0.calls == 2 && $0.passedAt.count == 1 })
    }

    @Test func movingItEarlierCounts() throws {
        let loop = try TestLoop()
        try owner(loop)
        try on(loop) { $0.set(in: 100) }
        try on(loop) { $0.set(in: 1) }
        try loop.advance(seconds: 1.1)
        #expect(try on(loop) { $0.passedAt.count } == 1)
        try loop.advance(seconds: 200)
        #expect(try on(loop) { $0.calls } == 1)
    }

    @Test func clearedItStaysSilentUntilSetAgain() throws {
        let loop = try TestLoop()
        try owner(loop)
        try on(loop) { $0.set(in: 1) }
        try on(loop) { $0.deadline.clear() }
        try loop.advance(seconds: 5)
        #expect(try on(loop) { $0.passedAt.isEmpty })
        try on(loop) { $0.set(in: 1) }
        try loop.advance(seconds: 1.1)
        #expect(try on(loop) { $0.passedAt.count } == 1)
    }

    @Test func cancelledItLetsItsOwnerGo() throws {
        let loop = try TestLoop()
        let isGone = try loop.run { loop in
            weak var seen: Owner?
            do {
                let owner = Owner(loop)
                owner.set(in: 1)
                owner.deadline.cancel(on: loop)
                seen = owner
            }
            return seen == nil
        }
        #expect(isGone)
    }

    @Test func aTimerRepeatsAndStops() throws {
        final class Counter { var count = 0 }
        let loop = try TestLoop()
        try loop.run { loop in
            let counter = Counter()
            let timer = LoopTimer.every(1_000_000_000, on: loop) {
                counter.count += 1
            }
            loop.tenant = Pair(counter, timer)
        }
        final class Pair {
            let counter: Counter
            let timer: LoopTimer
            init(_ counter: Counter, _ timer: LoopTimer) {
                self.counter = counter
                self.timer = timer
            }
        }
        for _ in 0..<3 { try loop.advance(seconds: 1.02) }
        #expect(try loop.run { ($0.tenant as? Pair)?.counter.count } == 3)
        try loop.run { ($0.tenant as? Pair)?.timer.cancel() }
        try loop.advance(seconds: 10)
        #expect(try loop.run { ($0.tenant as? Pair)?.counter.count } == 3)
    }
}
