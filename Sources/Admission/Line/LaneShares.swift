/// How the admissions of one tick are spread over the lanes: by stride scheduling. Each admission moves its lane's turn on by
/// the inverse of its share, and the lane whose turn is earliest is next. A lane without anybody waiting neither takes nor
/// saves anything up.
public enum LaneShares {
    public static let stride: Int64 = 1_000_000

    /// Moves `turns` on and gives how many each lane admits, `count` in all or as many as are waiting.
    static func spread(_ count: Int64, waiting: [Int64], shares: [Int64], turns: inout [Int64]) -> [Int64] {
        var given = [Int64](repeating: 0, count: waiting.count)
        let first = waiting.indices.filter { waiting[$0] > 0 }.map { turns[$0] }.min() ?? 0
        for lane in turns.indices { turns[lane] = max(0, turns[lane] - first) }
        for _ in 0..<min(count, waiting.reduce(0, +)) {
            var next: Int?
            for lane in waiting.indices where given[lane] < waiting[lane] {
                if next.map({ turns[lane] < turns[$0] }) ?? true { next = lane }
            }
            guard let next else { break }
            given[next] += 1
            turns[next] += stride / shares[next]
        }
        return given
    }
}
