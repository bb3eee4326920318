/// Whether nobody was let in before somebody who had come earlier and still waited.
///
/// Two joins under way at once have no order. A came before B for certain when the answer to A's join was there before B's was
/// sent; A still waited when a question that it sent at some moment was answered "wait"; B was in before that moment when
/// an answer had said so. All three together are an inversion, whatever else was under way, however seldom anybody asks. Whoever
/// did not ask as told may have lost its place by its own doing and is not counted as overtaken.
///
/// The same again by the places that tickets name, which order those as well whose joins were under way at once.
public struct OrderJudge: Sendable {
    public struct Inversion: Equatable, Sendable {
        /// Numbers of the visits: who was let in, and who waited longer than that.
        public var overtaker: Int
        public var overtaken: Int
        /// How long the one had been in when the other was told to wait on.
        public var byNanoseconds: UInt64
    }

    /// How many were let in before somebody who had come earlier; the one with the most time between.
    public private(set) var overtakers = 0
    public private(set) var worst: Inversion?

    /// `lagNanoseconds`: how old what a node knows may be, so that it says "wait" to somebody whose turn has just come.
    public init(_ visits: [Visit], lagNanoseconds: UInt64) {
        let waiting = visits.indices.filter { Self.canBeOvertaken(visits[$0]) }
        let admitted = visits.indices.filter { visits[$0].isAdmitted }
        var found = Set<Int>()
        for order in [Order.joins, .places] {
            find(
                waiting.filter { order.ended(visits[$0]) != 0 }.sorted { order.ended(visits[$0]) < order.ended(visits[$1]) },
                admitted.filter { order.began(visits[$0]) != 0 }.sorted {
                    order.began(visits[$0]) < order.began(visits[$1])
                },
                in: visits, by: order, lagNanoseconds, &found)
        }
        overtakers = found.count
    }

    private mutating func find(
        _ waiting: [Int], _ admitted: [Int], in visits: [Visit], by order: Order, _ lag: UInt64, _ found: inout Set<Int>
    ) {
        var next = 0
        var latest: (visit: Int, at: UInt64)?
        for overtaker in admitted {
            // Of all that come before this one for certain: who waited longest into the run.
            while next < waiting.count, order.ended(visits[waiting[next]]) < order.began(visits[overtaker]) {
                let visit = waiting[next]
                if visits[visit].waitedAt > latest?.at ?? 0 { latest = (visit, visits[visit].waitedAt) }
                next += 1
            }
            guard let latest, latest.at > visits[overtaker].admittedAt + lag else { continue }
            found.insert(overtaker)
            let by = latest.at - visits[overtaker].admittedAt
            if by > worst?.byNanoseconds ?? 0 {
                worst = Inversion(overtaker: overtaker, overtaken: latest.visit, byNanoseconds: by)
            }
        }
    }

    private static func canBeOvertaken(_ visit: Visit) -> Bool {
        visit.hasJoined && !visit.isFree && visit.keepsItsTurn && visit.waitedAt > visit.joinSentAt
    }

    /// Who comes before whom: whose end is below the other's beginning. 0 is nowhere.
    private enum Order {
        /// By the clock: a join was over before the other began.
        case joins
        /// By what the tickets say.
        case places

        func began(_ visit: Visit) -> UInt64 { self == .joins ? visit.joinSentAt + 1 : visit.place }
        func ended(_ visit: Visit) -> UInt64 { self == .joins ? visit.joinAnsweredAt + 1 : visit.place }
    }
}
