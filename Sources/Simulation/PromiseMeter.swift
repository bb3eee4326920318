import Admission

/// What some of the visitors were promised each time that they asked, and how long it took them then.
struct PromiseMeter {
    /// One visitor in so many.
    static let sampleOf = 20
    /// Of a shorter wait than this nothing is learned.
    static let waitMin: Microseconds = 5_000_000

    private var open: [Int: [(at: Microseconds, wait: WaitRange)]] = [:]
    private(set) var kept: [KeptPromise] = []

    mutating func promise(_ wait: WaitRange?, to visitor: Int, at now: Microseconds) {
        guard visitor % Self.sampleOf == 0, let wait else { return }
        open[visitor, default: []].append((now, wait))
    }

    mutating func keep(_ visitor: Int, at now: Microseconds) {
        for promise in open.removeValue(forKey: visitor) ?? [] where now - promise.at >= Self.waitMin {
            kept.append(KeptPromise(at: promise.at, wait: promise.wait, actual: now - promise.at))
        }
    }
}

/// A promise, and the wait that followed.
public struct KeptPromise: Sendable {
    public var at: Microseconds
    public var wait: WaitRange
    public var actual: Microseconds

    /// By how much of the actual wait it failed; 0 when the wait was within what was promised.
    public var error: Double { Double(max(wait.low - actual, actual - wait.high, 0)) / Double(actual) }
    /// The same of the middle of what was promised.
    public var middleError: Double { Double(abs(wait.middle - actual)) / Double(actual) }
    public var width: Double { Double(wait.high - wait.low) / Double(actual) }
}
