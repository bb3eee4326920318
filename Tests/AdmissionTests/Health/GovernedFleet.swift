import Admission

/// Nodes whose governors share one value as a store keeps it, in front of an origin that answers more slowly the more it has to do.
struct GovernedFleet {
    static let start: Microseconds = 1_790_000_000_000_000
    static let bounds = RateBounds(min: .perSecond(5), max: .perSecond(100))

    var rules = RoomRules(rate: .perSecond(30), slotsMax: 1_000_000)
    var snapshot = RoomSnapshot(
        now: start, phase: .queue, isRestoring: false,
        lanes: [LaneView(name: "general", waiting: 1000, head: .none, floor: .none, near: [], marks: [])], offered: 0,
        sessions: 0, fresh: 0, totals: RoomTotals(), controls: RoomControls(), draw: nil, tail: .none, marksVersion: 0,
        revoked: [], nodes: [])
    var governors: [RateGovernor]
    /// Proposals, and how many of them were taken.
    private(set) var proposed = 0
    private(set) var taken = 0

    init(nodes: Int = 1) {
        governors = [RateGovernor](repeating: RateGovernor(), count: nodes)
        rules.rateBounds = Self.bounds
    }

    var rate: Double { rules.under(snapshot.controls).rate.perSecond }
    var adapted: AdaptedRate? { snapshot.controls.adapted }

    /// A second later each node has seen this; they propose at the same moment.
    mutating func second(_ samples: [HealthSample], after time: Microseconds = 1_000_000) {
        snapshot.now += time
        let proposals = governors.indices.compactMap { at in
            governors[at].decide(samples[at], failedMax: 0.05, rules, snapshot)
        }
        proposed += proposals.count
        for proposal in proposals {
            let before = adapted
            snapshot.controls.adapt(proposal, at: snapshot.now)
            if adapted != before { taken += 1 }
        }
    }

    mutating func second(_ sample: HealthSample) { second(governors.map { _ in sample }) }

    mutating func seconds(_ count: Int, _ sample: HealthSample) { for _ in 0..<count { second(sample) } }
}

extension HealthSample {
    static let good = HealthSample(requests: 100)
    static let late = HealthSample(requests: 100, slow: 40)
    static let failing = HealthSample(requests: 100, failed: 20)
    /// Neither.
    static let middling = HealthSample(requests: 100, slow: 9)
}

/// A site that bears so many requests a second, of visitors who ask once a second and stay for a while. Below its limit answers
/// take as long as in a queue of one server; beyond it they are late, and only so many are answered.
struct ToyOrigin {
    static let target = 0.5
    static let quietSeconds = 0.05

    var requestsMax: Double
    var staySeconds: Double
    private(set) var inside = 0.0

    init(requestsMax: Double, staySeconds: Double) {
        self.requestsMax = requestsMax
        self.staySeconds = staySeconds
    }

    /// How many of the answers are late.
    var lateShare: Double {
        let idle = 1 - inside / requestsMax
        guard idle > 0 else { return 1 }
        // e to the power of −target × idle / quiet.
        var share = 1.0
        let power = -Self.target * idle / Self.quietSeconds / 1024
        for _ in 0..<1024 { share *= 1 + power }
        return share
    }

    mutating func second(rate: Double, nodes: Int, _ random: inout SeededRandom) -> [HealthSample] {
        inside += rate - inside / staySeconds
        let share = lateShare
        var samples = [HealthSample](repeating: HealthSample(servers: 1, usable: 1), count: nodes)
        for request in 0..<Int(min(inside, requestsMax)) {
            samples[request % nodes].requests += 1
            if Double(random.next() >> 11) / Double(UInt64(1) << 53) < share { samples[request % nodes].slow += 1 }
        }
        return samples
    }
}
