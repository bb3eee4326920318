import Admission

/// The last that happened, to be told when something is wrong, and a digest of all that ever happened.
struct Trail {
    static let entriesMax = 1 << 15
    static let shownMax = 60

    enum Step: UInt8 {
        case arrives, visits, told, renews, releases, leaves, goesAway, comesBack
        case entered, offered, claimed, renewed, restored, tick, dropped
        case fault, faultOver, node, moved
    }

    private struct Entry {
        var at: Microseconds
        var step: Step
        var node: UInt8
        var ticket: Int32
        var visitor: Int32
        var detail: Int64
    }

    private var ring: [Entry] = []
    private var next = 0
    private(set) var digest: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func note(
        _ step: Step, at time: Microseconds, node: Int = 0, ticket: Int32 = -1, visitor: Int32 = -1, _ detail: Int64 = 0
    ) {
        let words = (
            UInt64(bitPattern: time), UInt64(step.rawValue) << 32 | UInt64(UInt8(truncatingIfNeeded: node)),
            UInt64(UInt32(bitPattern: ticket)) << 32 | UInt64(UInt32(bitPattern: visitor)), UInt64(bitPattern: detail)
        )
        mix(words.0)
        mix(words.1)
        mix(words.2)
        mix(words.3)
        let entry = Entry(
            at: time, step: step, node: UInt8(truncatingIfNeeded: node), ticket: ticket, visitor: visitor, detail: detail)
        if ring.count < Self.entriesMax { ring.append(entry) } else { ring[next] = entry }
        next = (next + 1) % Self.entriesMax
    }

    mutating func mix(_ word: UInt64) {
        digest = (digest ^ word) &* 0x9e37_79b9_7f4a_7c15
        digest ^= digest >> 29
    }

    /// Of one ticket and its holder, with the faults between; of all without one.
    func lines(ticket: Int32?, visitor: Int32?, faults: [Fault]) -> [String] {
        let ordered = ring.count < Self.entriesMax ? ring : Array(ring[next...] + ring[..<next])
        let found = ordered.filter { entry in
            guard ticket != nil || visitor != nil else { return true }
            let isOfAll = [.fault, .faultOver, .node, .restored, .moved].contains(entry.step)
            return isOfAll || entry.ticket >= 0 && entry.ticket == ticket || entry.visitor >= 0 && entry.visitor == visitor
        }
        return found.suffix(Self.shownMax).map { entry in
            let what =
                entry.step == .fault || entry.step == .faultOver ? "\(faults[Int(entry.detail)].kind)" : "\(entry.detail)"
            return "\(Self.time(entry.at))  node \(entry.node)  \(entry.step) \(what)"
        }
    }

    static func time(_ now: Microseconds) -> String {
        let thousandths = String(now % 1_000_000 / 1000)
        return "\(now / 1_000_000).\(String(repeating: "0", count: 3 - thousandths.count))\(thousandths)"
    }
}
