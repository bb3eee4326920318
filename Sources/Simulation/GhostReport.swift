import Admission

/// What came of a line in which many go away without a word: whether those who stay are let in at the full rate, and whether
/// what they were promised came true.
public struct GhostReport: Sendable {
    /// Configured, a second.
    public var rate: Double
    /// The least that was admitted in a second over any minute in which somebody always waited; who is let in in place of one
    /// that did not come does not count.
    public var admittedLeast: Double?
    /// So many came in in a second, over all the time that somebody waited.
    public var cameMean: Double?
    public var promises: [KeptPromise]
    /// From then on a node can know who has gone: nobody foresees who will go away.
    public var knownFrom: Microseconds

    static let windowSeconds = 60

    init?(_ world: World) {
        guard let goAt = world.scenario.ghostsGoAt else { return nil }
        rate = world.scenario.rules.rate.perSecond
        admittedLeast = world.observer.pace.leastAdmitted(seconds: Self.windowSeconds)
        cameMean = world.observer.pace.cameMean
        promises = world.promises.kept
        knownFrom = goAt + world.scenario.rules.abandonAfter / 2
    }

    public var laterPromises: [KeptPromise] { promises.filter { $0.at >= knownFrom } }

    /// What so large a part of them does not exceed; nil without any.
    public static func quantile(_ part: Double, of values: [Double]) -> Double? {
        let sorted = values.sorted()
        return sorted.isEmpty ? nil : sorted[min(sorted.count - 1, Int(part * Double(sorted.count)))]
    }
}
