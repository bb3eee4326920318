import Admission

/// All the luck of a run: SplitMix64, the same on every machine and in every process.
struct SeededDice: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
        return word ^ word >> 31
    }

    /// Dice of their own for a part of the world, so that one part's throws do not move another's.
    mutating func split() -> SeededDice { SeededDice(seed: next()) }

    mutating func happens(_ part: Double) -> Bool { part > 0 && Double(next() >> 11) * 0x1p-53 < part }

    mutating func between(_ low: Int64, _ high: Int64) -> Int64 {
        low >= high ? low : low + Int64(truncatingIfNeeded: next() % UInt64(high - low + 1))
    }

    mutating func below(_ count: Int) -> Int { count <= 1 ? 0 : Int(truncatingIfNeeded: next() % UInt64(count)) }

    mutating func pick<Choice>(_ choices: [Choice]) -> Choice { choices[below(choices.count)] }

    /// By weights: the index.
    mutating func weighted(_ weights: [Int]) -> Int {
        var left = below(weights.reduce(0, +))
        for (at, weight) in weights.enumerated() {
            if left < weight { return at }
            left -= weight
        }
        return 0
    }
}

/// Dice that a node keeps for itself.
final class NodeDice: @unchecked Sendable {  // a run lives on one thread
    private var dice: SeededDice

    init(_ dice: SeededDice) { self.dice = dice }

    func next() -> UInt64 { dice.next() }
}

/// A clock that is wrong by some, goes wrong by some, and may be set.
struct SimulatedClock: Sendable {
    var offset: Microseconds
    /// Parts in a million.
    var drift: Int64

    func reading(_ now: Microseconds) -> Microseconds { offset + now + now / 1000 * drift / 1000 }
}
