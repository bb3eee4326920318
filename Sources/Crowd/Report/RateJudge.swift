/// Whether admissions kept to a rate: in no window of w seconds more than rate × w + burst, whichever window is taken.
///
/// Of an admission it is known between which two moments it was. It counts for a window when both lie within, so that what is
/// found was broken for certain.
public struct RateJudge: Sendable {
    public struct Admission: Equatable, Sendable {
        public var after: UInt64
        public var before: UInt64

        public init(after: UInt64, before: UInt64) {
            self.after = min(after, before)
            self.before = before
        }
    }

    /// The window with the most beyond rate × w.
    public struct Worst: Equatable, Sendable {
        public var from: UInt64
        public var to: UInt64
        public var count: Int
        /// Beyond rate × w: what the burst has to cover.
        public var beyond: Double
    }

    /// By the end of what is known of them.
    private let admissions: [Admission]

    public init(_ admissions: [Admission]) { self.admissions = admissions.sorted { $0.before < $1.before } }

    /// Of all windows there are, in n log n. A window that is worst begins where an admission's bounds begin and ends where
    /// one's end: the ends are gone through in order, and a tree holds for every beginning how many lie behind it.
    public func worst(perSecond rate: Double) -> Worst? {
        let starts = admissions.map(\.after).sorted()
        guard !starts.isEmpty else { return nil }
        var tree = WindowTree(starts.map { rate * Quantity.seconds($0) })
        var worst: Worst?
        for admission in admissions {
            tree.addOne(upTo: Self.upperBound(starts, admission.after))
            let ended = Self.upperBound(starts, admission.before)
            let (value, at) = tree.highest(upTo: ended)
            let beyond = value - rate * Quantity.seconds(admission.before)
            if beyond > worst?.beyond ?? -.infinity {
                let window = admission.before - starts[at]
                let count = Int((beyond + rate * Quantity.seconds(window)).rounded())
                worst = Worst(from: starts[at], to: admission.before, count: count, beyond: beyond)
            }
        }
        return worst
    }

    /// The most that were certainly within any window of this length.
    public func most(within window: UInt64) -> Int {
        var edges: [(at: UInt64, change: Int)] = []
        for admission in admissions where admission.before - admission.after <= window {
            // The ends of all windows that hold it.
            edges.append((admission.before, 1))
            edges.append((admission.after + window, -1))
        }
        return Self.highest(&edges, closed: true)
    }

    /// `closed`: what ends where another begins is still there.
    static func highest(_ edges: inout [(at: UInt64, change: Int)], closed: Bool) -> Int {
        edges.sort { $0.at != $1.at ? $0.at < $1.at : closed ? $0.change > $1.change : $0.change < $1.change }
        var current = 0
        var most = 0
        for edge in edges {
            current += edge.change
            most = max(most, current)
        }
        return most
    }

    /// How many are not above it.
    private static func upperBound(_ sorted: [UInt64], _ value: UInt64) -> Int {
        var low = 0
        var high = sorted.count
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle] <= value { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// Numbers in order, of which the first so many get one more, and the highest of the first so many is asked for.
struct WindowTree {
    private let size: Int
    private var best: [Double]
    private var bestAt: [Int32]
    private var added: [Double]

    init(_ values: [Double]) {
        var size = 1
        while size < values.count { size *= 2 }
        self.size = size
        best = [Double](repeating: -.infinity, count: 2 * size)
        bestAt = [Int32](repeating: 0, count: 2 * size)
        added = [Double](repeating: 0, count: 2 * size)
        for (at, value) in values.enumerated() {
            best[size + at] = value
            bestAt[size + at] = Int32(at)
        }
        for node in stride(from: size - 1, to: 0, by: -1) { gather(node) }
    }

    mutating func addOne(upTo count: Int) { addOne(1, 0, size, count) }

    func highest(upTo count: Int) -> (value: Double, at: Int) { highest(1, 0, size, count) }

    private mutating func gather(_ node: Int) {
        let child = best[2 * node] >= best[2 * node + 1] ? 2 * node : 2 * node + 1
        best[node] = best[child] + added[node]
        bestAt[node] = bestAt[child]
    }

    private mutating func addOne(_ node: Int, _ low: Int, _ high: Int, _ count: Int) {
        if count <= low { return }
        if count >= high {
            best[node] += 1
            added[node] += 1
            return
        }
        let middle = (low + high) / 2
        addOne(2 * node, low, middle, count)
        addOne(2 * node + 1, middle, high, count)
        gather(node)
    }

    private func highest(_ node: Int, _ low: Int, _ high: Int, _ count: Int) -> (value: Double, at: Int) {
        if count <= low { return (-.infinity, 0) }
        if count >= high { return (best[node], Int(bestAt[node])) }
        let middle = (low + high) / 2
        let left = highest(2 * node, low, middle, count)
        let right = highest(2 * node + 1, middle, high, count)
        let better = left.value >= right.value ? left : right
        return (better.value + added[node], better.at)
    }
}
