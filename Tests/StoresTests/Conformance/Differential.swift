import Admission
import Testing
import TestSupport

/// The same random calls to a store and to `Line`, at the same times: every answer has to be the same.
struct Differential {
    /// So many of the last calls are printed where they differ.
    static let callsPrintedMax = 8

    let seed: UInt64

    func run(on store: some StoreUnderTest, steps: Int) throws {
        var calls = RandomCalls(seed: seed, room: RoomName.next())
        var line = Line()
        var last: [(at: Microseconds, call: StoreCall, answer: StoreAnswer)] = []
        for step in 0..<steps {
            let call = calls.next()
            store.now = calls.now
            let right = line.apply(call, now: calls.now)
            let answer = try store.perform(call)
            last.append((calls.now, call, right))
            if last.count > Self.callsPrintedMax { last.removeFirst() }
            guard answer == right else {
                Issue.record(
                    """
                    seed \(seed), step \(step): the store's answer differs
                    \(last.map(Self.text).joined(separator: "\n"))
                    rules \(call.rules)
                    the line \(right)
                    the store \(answer)
                    """)
                return
            }
            calls.hear(right, to: call)
        }
    }

    private static func text(_ step: (at: Microseconds, call: StoreCall, answer: StoreAnswer)) -> String {
        let call = step.call
        return "at \(step.at) \(call.node) \(call.epoch):\(call.lineage) \(call.operation)\n    -> \(step.answer)"
    }
}

extension Conformance {
    /// Two that are always tried, and a new one in every run; what fails says which.
    static let seeds: [UInt64] = [1, 2, .random(in: 3 ... .max)]
}
