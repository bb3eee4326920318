/// What a store has to hear of, each kind in the order in which it came.
struct Outbox: Sendable {
    var arrivals = Batch<Arrival>()
    var claims = Batch<TicketID>()
    var renewals = Batch<SessionMark>()
    var releases = Batch<TicketID>()
    var leaves = Batch<TicketID>()
    var beats: [TicketID] = []
    var revocations: [(id: TicketID, lasting: Microseconds)] = []
    var changes: [ControlChange] = []
    /// Tickets of a draw that the node has not heard of yet; they enter when it has.
    var unresolved: [(id: TicketID, lane: Int, place: Place)] = []
    /// Newcomers who had another ticket before.
    var rejoined: [TicketID: Standing.Rejoined] = [:]

    var isUnderWay: Set<Kind> = []
    /// After a fault a kind waits until then.
    var restsUntil: [Kind: Microseconds] = [:]
    var tickedAt: Microseconds?

    enum Kind: Hashable, Sendable {
        case enter, beat, admit, claim, renew, release, leave, revoke, control, restore, read
    }

    func mayCall(_ kind: Kind, _ now: Microseconds) -> Bool {
        !isUnderWay.contains(kind) && (restsUntil[kind].map { now >= $0 } ?? true)
    }
}

/// Items to be sent, each ticket once.
struct Batch<Item: Identified & Sendable>: Sendable {
    private var items: [Item] = []
    private var ids: Set<TicketID> = []

    var isEmpty: Bool { items.isEmpty }
    var count: Int { items.count }

    /// An item for a ticket that is in it already is not added: both say the same.
    mutating func add(_ item: Item) { if ids.insert(item.ticketID).inserted { items.append(item) } }

    mutating func take(_ countMax: Int) -> [Item] {
        let taken = Array(items.prefix(countMax))
        items.removeFirst(taken.count)
        for item in taken { ids.remove(item.ticketID) }
        return taken
    }
}

protocol Identified {
    var ticketID: TicketID { get }
}

extension TicketID: Identified { var ticketID: TicketID { self } }
extension Arrival: Identified { var ticketID: TicketID { id } }
extension SessionMark: Identified { var ticketID: TicketID { id } }

extension StoreCall.Operation {
    var kind: Outbox.Kind {
        switch self {
        case .enter: .enter
        case .beat: .beat
        case .admit: .admit
        case .claim: .claim
        case .renew: .renew
        case .release: .release
        case .leave: .leave
        case .revoke: .revoke
        case .control: .control
        case .restore: .restore
        case .read: .read
        }
    }
}

/// Who asked, in the order of time, so that the oldest questions are found without looking at all.
struct AskTimes: Sendable {
    private var queue: [(id: TicketID, at: Microseconds)] = []
    private var first = 0

    mutating func add(_ id: TicketID, _ at: Microseconds) { queue.append((id, at)) }

    mutating func takeOlder(than limit: Microseconds) -> [TicketID] {
        var ids: [TicketID] = []
        while first < queue.count, queue[first].at < limit {
            ids.append(queue[first].id)
            first += 1
        }
        if first > 1024, first * 2 > queue.count {
            queue.removeFirst(first)
            first = 0
        }
        return ids
    }
}
