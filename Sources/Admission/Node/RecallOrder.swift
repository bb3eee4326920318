/// Tickets in the order in which they are brought back: those that stand first come first, so that the front of the line is
/// there when the others are not waited for any longer.
///
/// A heap, made in one go: to sort a million tickets would hold the loop up, to take the next five hundred does not.
struct RecallOrder: Sendable {
    struct Entry: Sendable {
        var key: UInt64
        var id: TicketID

        static func < (one: Entry, other: Entry) -> Bool { one.key == other.key ? one.id < other.id : one.key < other.key }
    }

    private var heap: [Entry]

    init(_ entries: [Entry] = []) {
        heap = entries
        for at in stride(from: heap.count / 2 - 1, through: 0, by: -1) { sink(at) }
    }

    var isEmpty: Bool { heap.isEmpty }

    mutating func add(_ entry: Entry) {
        heap.append(entry)
        var at = heap.count - 1
        while at > 0, heap[at] < heap[(at - 1) / 2] {
            heap.swapAt(at, (at - 1) / 2)
            at = (at - 1) / 2
        }
    }

    /// The first ones, at most `room`, which becomes less by as many.
    mutating func take(_ room: inout Int) -> [TicketID] {
        var taken: [TicketID] = []
        while room > 0, let last = heap.popLast() {
            taken.append(heap.first?.id ?? last.id)
            room -= 1
            guard !heap.isEmpty else { break }
            heap[0] = last
            sink(0)
        }
        return taken
    }

    private mutating func sink(_ from: Int) {
        var at = from
        while true {
            var least = at
            for child in [2 * at + 1, 2 * at + 2] where child < heap.count && heap[child] < heap[least] { least = child }
            if least == at { return }
            heap.swapAt(at, least)
            at = least
        }
    }
}
