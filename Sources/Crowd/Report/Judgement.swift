/// Visits held against the promises: order, rate and cap.
public struct Judgement: Sendable {
    public struct Window: Equatable, Sendable {
        public var nanoseconds: UInt64
        /// Let in within the busiest window for certain.
        public var certain: Int
        /// Seen to be let in within the busiest window.
        public var seen: Int
        public var most: Int?
    }

    public static let windows: [UInt64] = [1_000_000_000, 60_000_000_000]

    public let admitted: Int
    public let order: OrderJudge
    public let windows: [Window]
    /// The window that is furthest beyond the rate.
    public let worst: RateJudge.Worst?
    /// Inside at a time, for certain.
    public let activeMost: Int
    /// What was not kept, for people to read.
    public let broken: [String]

    /// `whose` tells apart who counted.
    public init(_ visits: [Visit], _ promises: Promises, whose: String = "") {
        let inside = visits.filter(\.isAdmitted)
        admitted = inside.count
        order = OrderJudge(visits, lagNanoseconds: promises.lagNanoseconds)
        let rate = RateJudge(
            AdmissionBounds.of(visits, isOrdered: promises.isOrdered, lagNanoseconds: promises.lagNanoseconds))
        let seen = RateJudge(inside.map { RateJudge.Admission(after: $0.admittedAt, before: $0.admittedAt) })
        windows = Self.windows.map {
            Window(
                nanoseconds: $0, certain: rate.most(within: $0), seen: seen.most(within: $0),
                most: promises.most(within: $0))
        }
        worst = promises.ratePerSecond.flatMap { rate.worst(perSecond: $0) }
        activeMost = Self.activeMost(inside)
        // A turn that passed with nobody there is given to the next one, beside the rate.
        let turnsPassed = visits.count { $0.wasAway }
        var broken: [String] = []
        if promises.isOrdered, let worst = order.worst {
            broken.append(
                """
                order: \(order.overtakers) were let in before somebody who had come earlier\(whose); visitor \
                \(worst.overtaker) was in \(Quantity.text(worst.byNanoseconds)) before visitor \(worst.overtaken) was told \
                to wait on
                """)
        }
        if let worst, worst.beyond > Double(promises.burstCount + turnsPassed) + 0.001 {
            broken.append(
                """
                rate: \(worst.count) were let in within \(Quantity.text(worst.to - worst.from))\(whose), \
                \(Quantity.tenths(Double(worst.count) - worst.beyond + Double(promises.burstCount))) is the most
                """)
        }
        if let most = promises.activeMax, activeMost > most {
            broken.append("cap: \(activeMost) were inside at once\(whose), \(most) is the most")
        }
        self.broken = broken
    }

    private static func activeMost(_ inside: [Visit]) -> Int {
        var edges: [(at: UInt64, change: Int)] = []
        for visit in inside where visit.insideUntil > visit.admittedAt {
            edges.append((visit.admittedAt, 1))
            edges.append((visit.insideUntil, -1))
        }
        return RateJudge.highest(&edges, closed: false)
    }
}
