/// How visitors come: steps one after another, each of which lets them come in a way of its own.
///
/// `wall 15000, pause 30s, trickle 50/s for 10m, ramp 0/s to 200/s for 1m`. A wall without a number, or a trickle without an
/// end, goes on until nobody is left to come.
public struct ArrivalCurve: Equatable, Sendable {
    public enum Step: Equatable, Sendable {
        /// All of them at once.
        case wall(Int)
        /// From one rate to another, in a straight line; `nanoseconds` is `UInt64.max` where there is no end.
        case flow(from: Double, to: Double, nanoseconds: UInt64)
    }

    public static let stepsMax = 100

    public let steps: [Step]

    public init(_ steps: [Step]) { self.steps = steps }

    /// How many have come when so much time has passed since the opening. Never falls.
    public func count(after elapsed: UInt64) -> Int {
        var rest = elapsed
        var count = 0.0
        for step in steps {
            switch step {
            case .wall(let number): count += Double(number)
            case .flow(let from, let to, let length):
                let part = Double(min(rest, length)) / 1e9
                let whole = Double(length) / 1e9
                let rateNow = length == .max ? from : from + (to - from) * (whole > 0 ? part / whole : 0)
                count += (from + rateNow) / 2 * part
                if rest < length { return Int(min(count, 1e15)) }
                rest -= length
            }
        }
        return Int(min(count, 1e15))
    }

    /// How many come in all; nil when there is no end of it.
    public var total: Int? {
        var length: UInt64 = 0
        for case .flow(_, _, let nanoseconds) in steps {
            if nanoseconds == .max { return nil }
            length += nanoseconds
        }
        return count(after: length)
    }
}

extension ArrivalCurve {
    /// Reads a text; `everybody` is how many a wall is without a number.
    public init(_ text: String, everybody: Int) throws(UsageFault) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count <= Self.stepsMax else { throw UsageFault("--arrivals has more than \(Self.stepsMax) steps") }
        var steps: [Step] = []
        for part in parts {
            let words = part.split(separator: " ")
            guard let step = Self.step(words, everybody: everybody) else {
                throw UsageFault(
                    """
                    --arrivals: "\(words.joined(separator: " "))" is no step; these are: wall, wall 5000, trickle 50/s, \
                    trickle 50/s for 10m, ramp 0/s to 200/s for 1m, pause 30s
                    """)
            }
            if case .flow(_, _, .max)? = steps.last {
                throw UsageFault("--arrivals: nothing comes after a step without an end")
            }
            steps.append(step)
        }
        self.steps = steps
    }

    private static func step(_ words: [Substring], everybody: Int) -> Step? {
        switch (words.first, words.count) {
        case ("wall", 1): return .wall(everybody)
        case ("wall", 2):
            guard let number = Int(words[1]), number > 0 else { return nil }
            return .wall(number)
        case ("trickle", 2):
            guard let rate = Quantity.perSecond(words[1]), rate > 0 else { return nil }
            return .flow(from: rate, to: rate, nanoseconds: .max)
        case ("trickle", 4):
            guard let rate = Quantity.perSecond(words[1]), words[2] == "for", let length = Quantity.nanoseconds(words[3])
            else { return nil }
            return .flow(from: rate, to: rate, nanoseconds: length)
        case ("ramp", 6):
            guard let from = Quantity.perSecond(words[1]), words[2] == "to", let to = Quantity.perSecond(words[3]),
                words[4] == "for", let length = Quantity.nanoseconds(words[5]), length > 0
            else { return nil }
            return .flow(from: from, to: to, nanoseconds: length)
        case ("pause", 2):
            guard let length = Quantity.nanoseconds(words[1]) else { return nil }
            return .flow(from: 0, to: 0, nanoseconds: length)
        default: return nil
        }
    }
}
