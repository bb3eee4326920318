/// What visitors were told of their wait, against what it was.
public struct PromisedWaits: Equatable, Sendable {
    public private(set) var told = 0
    public private(set) var kept = 0
    /// Let in sooner than was said, and later.
    public private(set) var early = 0
    public private(set) var late = 0
    public private(set) var lateNanosecondsMost: UInt64 = 0

    /// Somebody who still waits counts as soon as it has waited longer than it was told; before that nothing is known.
    /// Who did not ask as told made its wait longer by itself.
    public init(_ visits: [Visit]) {
        for visit in visits where visit.promisedAt != Visit.never && !visit.isStrayed && !visit.isFree {
            let low = UInt64(visit.promisedLowSeconds) * 1_000_000_000
            let high = UInt64(visit.promisedHighSeconds) * 1_000_000_000
            let longEnough = max(visit.waitedAt, visit.promisedAt) - visit.promisedAt
            if longEnough > high {
                told += 1
                late += 1
                lateNanosecondsMost = max(lateNanosecondsMost, longEnough - high)
            } else if visit.isAdmitted {
                told += 1
                if visit.admittedAt - visit.promisedAt < low { early += 1 } else { kept += 1 }
            }
        }
    }

    public var keptShare: Double? { told > 0 ? Double(kept) / Double(told) : nil }
}
