/// Keeps retries a small share of the requests, so that they never become the overload.
///
/// Every request puts in `percent`, every retry takes out 100. What has been saved is bounded, so that a quiet hour does
/// not pay for a storm.
struct RetryBudget {
    private static let savedRetriesMax = 10
    private var saved = 100 * savedRetriesMax

    mutating func requestBegan(percent: Int) { saved = min(saved + percent, 100 * Self.savedRetriesMax) }

    mutating func takeRetry() -> Bool {
        guard saved >= 100 else { return false }
        saved -= 100
        return true
    }
}
