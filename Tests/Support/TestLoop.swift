import Foundation
import Loop
import Synchronization

/// A loop on a thread of its own whose clock the test moves.
public final class TestLoop: Sendable {
    public let clock = ManualClock()
    public let handle: LoopHandle
    private let thread: LoopThread

    /// `isTicking`: it goes by the system's clock, for tests of what many servers do by their own clocks.
    public init(isTicking: Bool = false, setUp: @escaping @Sendable (EventLoop) -> Void = { _ in }) throws {
        thread = try LoopThread.start(name: "test-loop", clock: isTicking ? .system : .manual(clock), setUp: setUp)
        handle = thread.handle
    }

    deinit { stop() }

    /// Ends the loop and waits for its thread. May be called twice.
    public func stop() {
        if handle.submit({ $0.stop() }) { thread.join() }
    }

    /// Runs `body` on the loop, after everything that the loop was given before, and waits for what it says.
    @discardableResult
    public func run<Result: Sendable>(_ body: @escaping @Sendable (EventLoop) throws -> Result) throws -> Result {
        let answer = Answer<Swift.Result<Result, any Error>>()
        guard handle.submit({ loop in answer.give(Swift.Result { try body(loop) }) }) else {
            throw PeerTrouble(saying: "the loop has ended")
        }
        return try answer.wait().get()
    }

    /// Two turns: what was ready has been handled, deadlines that had passed have fired, and turn ends were called.
    public func settle() throws {
        for _ in 0..<3 { try run { _ in } }
    }

    /// Moves the clock and lets everything happen that is due then.
    public func advance(seconds: Double) throws {
        try settle()
        clock.advance(by: UInt64(seconds * 1_000_000_000))
        try settle()
    }

    /// Takes turns until something is so. Fails, instead of hanging, when it never is.
    public func wait(until isSo: @escaping @Sendable (EventLoop) -> Bool) throws {
        let begun = Clock.system.monotonic
        while try !run(isSo) {
            if Clock.system.monotonic - begun > UInt64(patienceSeconds) * 1_000_000_000 {
                throw PeerTrouble(saying: "what the test waits for did not happen in \(patienceSeconds) s")
            }
        }
    }
}

/// One value that another thread gives and this one waits for.
public final class Answer<Value: Sendable>: Sendable {
    private let value = Mutex<Value?>(nil)
    private let semaphore = DispatchSemaphore(value: 0)

    public init() {}

    public func give(_ given: Value) {
        value.withLock { $0 = given }
        semaphore.signal()
    }

    public func wait(seconds: Double = Double(patienceSeconds)) throws -> Value {
        guard semaphore.wait(timeout: .now() + seconds) == .success, let given = value.withLock({ $0 })
        else { throw PeerTrouble(saying: "no answer from another thread in \(seconds) s") }
        return given
    }
}
