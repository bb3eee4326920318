import Admission

/// What happens at a time. Events of the same time happen in the order in which they were entered.
struct Event {
    enum Kind: UInt8 {
        /// A visitor does what is next for it.
        case visitor
        /// A second tab of a visitor asks for the same ticket.
        case tab
        /// A question should have been answered by now.
        case askDue
        case passEnds
        case tick
        case callArrives, answerArrives, callTimesOut
        case faultBegins, faultEnds
        case storeKeeps
        case nodeIsGone
        case serverWakes
    }

    var time: Microseconds
    var sequence: UInt64
    var kind: Kind
    var one: Int32
    var other: Int32

    static func < (one: Event, other: Event) -> Bool {
        one.time == other.time ? one.sequence < other.sequence : one.time < other.time
    }
}

/// Events by time: slots of a millisecond for the next minute, and a heap for what is later. A million events cost as much
/// each as ten do.
struct EventWheel {
    private static let slotBits: Int64 = 10
    private static let slotCount = 1 << 16

    private var slots = [[Event]](repeating: [], count: slotCount)
    /// What is in the slot that is being emptied, in order.
    private var current: [Event] = []
    private var next = 0
    private var slot: Int64 = 0
    private var later: [Event] = []
    private var sequence: UInt64 = 0
    private(set) var count = 0

    mutating func add(_ kind: Event.Kind, at time: Microseconds, _ one: Int = 0, _ other: Int = 0) {
        sequence += 1
        count += 1
        let event = Event(
            time: time, sequence: sequence, kind: kind, one: Int32(truncatingIfNeeded: one),
            other: Int32(truncatingIfNeeded: other))
        let wanted = time >> Self.slotBits
        if wanted <= slot {
            let place = current[next...].partitioningIndex { event < $0 }
            current.insert(event, at: place)
        } else if wanted - slot < Int64(Self.slotCount) {
            slots[Int(wanted) & (Self.slotCount - 1)].append(event)
        } else {
            push(event)
        }
    }

    mutating func pop() -> Event? {
        guard count > 0 else { return nil }
        while next >= current.count { turn() }
        count -= 1
        next += 1
        return current[next - 1]
    }

    private mutating func turn() {
        slot += 1
        while let first = later.first, first.time >> Self.slotBits - slot < Int64(Self.slotCount) {
            slots[Int(first.time >> Self.slotBits) & (Self.slotCount - 1)].append(first)
            popLater()
        }
        next = 0
        current.removeAll(keepingCapacity: true)
        let at = Int(slot) & (Self.slotCount - 1)
        guard !slots[at].isEmpty else { return }
        swap(&current, &slots[at])
        current.sort { $0 < $1 }
    }

    private mutating func push(_ event: Event) {
        later.append(event)
        var at = later.count - 1
        while at > 0, later[at] < later[(at - 1) / 2] {
            later.swapAt(at, (at - 1) / 2)
            at = (at - 1) / 2
        }
    }

    private mutating func popLater() {
        let last = later.removeLast()
        guard !later.isEmpty else { return }
        later[0] = last
        var at = 0
        while true {
            var least = at
            for child in [2 * at + 1, 2 * at + 2] where child < later.count && later[child] < later[least] { least = child }
            if least == at { return }
            later.swapAt(at, least)
            at = least
        }
    }
}

extension ArraySlice {
    /// The first index whose element belongs to the second part, where all that do stand behind all that do not.
    func partitioningIndex(where belongs: (Element) -> Bool) -> Int {
        var low = startIndex
        var high = endIndex
        while low < high {
            let middle = (low + high) / 2
            if belongs(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
