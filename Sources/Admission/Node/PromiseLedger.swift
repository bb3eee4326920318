/// Whether what visitors were promised came true: of a part of the tickets, the first promise and the wait that followed.
public struct PromiseLedger: Sendable {
    static let openMax = 10_000
    static let keptMax = 10_000
    /// One ticket in so many.
    static let sampleOf: UInt64 = 16
    /// Of a shorter wait than this nothing is learned: a tick is a tenth of it.
    static let waitMin: Microseconds = 5_000_000

    public struct Kept: Hashable, Sendable {
        public var promised: WaitRange
        public var actual: Microseconds

        /// By how much of the actual wait the promise failed; 0 when the wait was within it.
        public var error: Double {
            let outside = max(promised.low - actual, actual - promised.high, 0)
            return Double(outside) / Double(max(actual, 1))
        }
    }

    private var open: [TicketID: (at: Microseconds, promised: WaitRange)] = [:]
    private var ring: [Kept] = []
    private var next = 0
    /// How many were kept in all.
    public private(set) var keptCount: Int64 = 0

    public init() {}

    mutating func promise(_ wait: WaitRange?, to id: TicketID, now: Microseconds) {
        guard id.high % Self.sampleOf == 0, open[id] == nil, let wait, wait.low >= Self.waitMin else { return }
        if open.count >= Self.openMax, let oldest = open.min(by: { $0.value.at < $1.value.at }) { open[oldest.key] = nil }
        open[id] = (now, wait)
    }

    mutating func keep(_ id: TicketID, now: Microseconds) {
        guard let promise = open.removeValue(forKey: id) else { return }
        let kept = Kept(promised: promise.promised, actual: now - promise.at)
        if ring.count < Self.keptMax { ring.append(kept) } else { ring[next] = kept }
        next = (next + 1) % Self.keptMax
        keptCount += 1
    }

    public var kept: [Kept] { ring }

    /// Those after the first `count`, in their order, at most `countMax` and the latest of them.
    public func kept(after count: Int64, countMax: Int) -> [Kept] {
        let wanted = min(Int(clamping: max(0, keptCount - count)), countMax, ring.count)
        return (0..<wanted).map { ring[(next - wanted + $0 + ring.count) % ring.count] }
    }

    /// The error that this part of the promises stayed within; nil without any.
    public func error(within part: Double) -> Double? {
        let errors = ring.map(\.error).sorted()
        return errors.isEmpty ? nil : errors[min(errors.count - 1, Int(part * Double(errors.count)))]
    }
}
