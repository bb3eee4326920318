import Foundation

/// What a test says when something did not happen.
struct Trouble: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// How long anything is waited for. Nothing takes so long unless it hangs: then the test fails instead of hanging too.
enum Patience {
    static let seconds = 60

    static var end: Date { Date(timeIntervalSinceNow: Double(seconds)) }
}

/// A value that several threads read and write, and wait for.
final class Shared<Value: Sendable>: @unchecked Sendable {
    // Unchecked: every access holds the condition's lock.
    private let condition = NSCondition()
    private var value: Value

    init(_ value: Value) { self.value = value }

    var current: Value { change { $0 } }

    @discardableResult
    func change<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
        condition.lock()
        defer {
            condition.broadcast()
            condition.unlock()
        }
        return try body(&value)
    }

    /// Waits until it is so.
    func wait(for what: @autoclosure () -> String, until isSo: (Value) throws -> Bool) throws {
        _ = try wait(for: what()) { try isSo($0) ? true : nil }
    }

    /// Waits until `pick` finds what it looks for.
    func wait<Result>(for what: @autoclosure () -> String, _ pick: (Value) throws -> Result?) throws -> Result {
        let end = Patience.end
        condition.lock()
        defer { condition.unlock() }
        while true {
            if let found = try pick(value) { return found }
            guard condition.wait(until: end) else { throw Trouble("waited \(Patience.seconds) s in vain for \(what())") }
        }
    }
}

/// Work on a thread of its own, since it blocks.
final class Worker<Value: Sendable>: Sendable {
    private let result = Shared<Result<Value, any Error>?>(nil)

    init(_ body: @escaping @Sendable () throws -> Value) {
        let result = result
        let thread = Thread {
            let outcome = Result { try body() }
            result.change { $0 = outcome }
        }
        thread.stackSize = 512 * 1024
        thread.start()
    }

    /// What it came to, when it has.
    func value() throws -> Value { try result.wait(for: "a thread of the test") { $0 }.get() }
}

/// Asks again and again where nothing can be waited for, and gives up when it takes too long.
func eventually(_ what: @autoclosure () -> String, _ isSo: () throws -> Bool) throws {
    let end = Patience.end
    let pause = NSCondition()
    while try !isSo() {
        guard Date() < end else { throw Trouble("asked for \(Patience.seconds) s in vain whether \(what())") }
        pause.lock()
        _ = pause.wait(until: Date(timeIntervalSinceNow: 0.01))
        pause.unlock()
    }
}
