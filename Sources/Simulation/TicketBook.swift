import Admission

/// What the observer knows of a ticket: from what stores did and what its holder was told.
struct TicketRecord {
    let id: TicketID
    /// As counted or drawn; `none` as long as nobody knows.
    var place = Place.none
    var lane: UInt8 = 0
    /// Its holder waits and polls as told.
    var isPolling = false
    /// It stands in the observer's own line.
    var isListed = false
    /// An operator has asked for it.
    var isToBeRevoked = false
    var isRevoked = false
    var revokingNode: UInt16 = 0
    /// A node that lives was told of the grant.
    var isGrantKnown = false
    var grantNode: UInt16 = 0
    /// How often a store had forgotten something when it was granted.
    var lossesAtGrant: UInt16 = 0
    var lossesAtPlace: UInt16 = 0
    var lossesAtRevocation: UInt16 = 0
    var holder: Int32 = -1
    /// 0: it was never granted a session.
    var startedAt: Microseconds = 0
    /// When a store was told that its session is over; 0: never.
    var endedAt: Microseconds = 0
    var lossesAtEnd: UInt16 = 0
    /// Two nodes that were alone have let it in, see `Observer.alone`.
    var isTwiceInside = false
    /// The end of the claim window that it was last offered; 0: never.
    var offerEnd: Microseconds = 0
}

struct TicketBook {
    private(set) var records: [TicketRecord] = []
    private var numbers: [TicketID: Int32] = [:]

    mutating func reserve(_ count: Int) {
        records.reserveCapacity(count)
        numbers.reserveCapacity(count)
    }

    subscript(_ number: Int32) -> TicketRecord {
        get { records[Int(number)] }
        _modify { yield &records[Int(number)] }
    }

    func number(of id: TicketID) -> Int32? { numbers[id] }

    mutating func entry(_ id: TicketID, lane: Int) -> Int32 {
        if let number = numbers[id] { return number }
        let number = Int32(records.count)
        var record = TicketRecord(id: id)
        record.lane = UInt8(truncatingIfNeeded: lane)
        records.append(record)
        numbers[id] = number
        return number
    }

    var count: Int { records.count }
}

/// Who waits in a lane, by place, as the observer has it: a heap, in which those who no longer wait are found when they come
/// to the top.
struct OwnLine {
    struct Standing {
        var place: UInt64
        var id: TicketID
        var ticket: Int32

        static func < (one: Standing, other: Standing) -> Bool {
            one.place == other.place ? one.id < other.id : one.place < other.place
        }
    }

    private var heap: [Standing] = []

    var first: Standing? { heap.first }

    mutating func add(_ standing: Standing) {
        heap.append(standing)
        var at = heap.count - 1
        while at > 0, heap[at] < heap[(at - 1) / 2] {
            heap.swapAt(at, (at - 1) / 2)
            at = (at - 1) / 2
        }
    }

    mutating func removeFirst() {
        guard let last = heap.popLast(), !heap.isEmpty else { return }
        heap[0] = last
        var at = 0
        while true {
            var least = at
            for child in [2 * at + 1, 2 * at + 2] where child < heap.count && heap[child] < heap[least] { least = child }
            if least == at { return }
            heap.swapAt(at, least)
            at = least
        }
    }
}
