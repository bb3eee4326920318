/// What a store has to hear of, each kind in the order in which it came.
///
/// Each has a ceiling, and what happens at it is said beside it. What was under way and failed comes back on top of that: one call of
/// each kind, which is `StoreCall.itemsMax` at most.
struct Outbox: Sendable {
    /// Of each kind of which a store is told ticket by ticket.
    static let itemsMax = RoomNode.asksMax
    static let revocationsMax = Line.revokedMax
    /// Of each kind of change the last counts.
    static let changesMax = 6

    /// Beyond, whoever asks is `held`; whose ticket was worth nothing, when its question expires.
    var arrivals = Batch<Arrival>(countMax: itemsMax)
    /// Tickets that somebody whom the site knows may have. Beyond, whoever asks is `held`.
    var probes = Batch<Arrival>(countMax: itemsMax)
    /// Beyond, whoever asks is `held`.
    var claims = Batch<TicketID>(countMax: itemsMax)
    /// Beyond, a renewal is refused: the session goes on as it was, and its holder asks again.
    var renewals = Batch<SessionMark>(countMax: itemsMax)
    /// Beyond, the store is not told: a slot is free when its session has been idle.
    var releases = Batch<TicketID>(countMax: itemsMax)
    /// Beyond, the store is not told: who is not seen any more is dropped, and a session ends when it has been idle.
    var leaves = Batch<TicketID>(countMax: itemsMax)
    /// Beyond, a visit is answered and not noted: the next one is.
    var beats = Batch<TicketID>(countMax: itemsMax)
    /// At most `revocationsMax`, those counted that the store was told of and has not shown yet; beyond, one is refused.
    var revocations: [(id: TicketID, lasting: Microseconds)] = []
    /// At most `changesMax`.
    private(set) var changes: [ControlChange] = []
    /// The latest. One that could not be told is forgotten: a second later there is another.
    var proposal: RateProposal?
    /// Tickets of a draw that the node has not heard of yet; they enter when it has. Beyond, whoever asks is `held`.
    var unresolved = Batch<Unresolved>(countMax: itemsMax)
    /// Newcomers who had another ticket before, for as long as they are asked for: no more than there are questions.
    var rejoined: [TicketID: Standing.Rejoined] = [:]

    struct Unresolved: Identified, Sendable {
        let id: TicketID
        let lane: Int
        let place: Place
        var ticketID: TicketID { id }
    }

    var isUnderWay: Set<Kind> = []
    /// After a fault a kind waits until then.
    var restsUntil: [Kind: Microseconds] = [:]
    var tickedAt: Microseconds?

    enum Kind: Hashable, Sendable {
        case enter, beat, admit, claim, renew, release, leave, revoke, control, adapt, restore, read
    }

    /// A later revocation of a ticket takes the place of one that is still to be told.
    mutating func revoke(_ id: TicketID, lasting: Microseconds) {
        revocations.removeAll { $0.id == id }
        revocations.append((id, lasting))
    }

    mutating func putBack(revocations ids: [TicketID], lasting: Microseconds) {
        let later = Set(revocations.map(\.id))
        revocations = ids.filter { !later.contains($0) }.map { ($0, lasting) } + revocations
    }

    mutating func change(_ more: [ControlChange]) { changes = Self.lastOfEach(changes + more) }

    mutating func putBack(changes earlier: [ControlChange]) { changes = Self.lastOfEach(earlier + changes) }

    mutating func takeChanges() -> [ControlChange] {
        defer { changes = [] }
        return changes
    }

    private static func lastOfEach(_ changes: [ControlChange]) -> [ControlChange] {
        var kinds: Set<Int> = []
        return changes.reversed().filter { kinds.insert($0.kind).inserted }.reversed()
    }

    func mayCall(_ kind: Kind, _ now: Microseconds) -> Bool {
        !isUnderWay.contains(kind) && (restsUntil[kind].map { now >= $0 } ?? true)
    }
}

/// Items to be sent, each ticket once.
struct Batch<Item: Identified & Sendable>: Sendable {
    let countMax: Int
    private var items: [Item] = []
    private var ids: Set<TicketID> = []

    init(countMax: Int) { self.countMax = countMax }

    var isEmpty: Bool { items.isEmpty }
    var isFull: Bool { items.count >= countMax }
    var count: Int { items.count }

    /// An item for a ticket that is in it already is not added: both say the same. False when there is no room.
    @discardableResult
    mutating func add(_ item: Item) -> Bool {
        if ids.contains(item.ticketID) { return true }
        if isFull { return false }
        putBack(item)
        return true
    }

    /// What was taken and has to be asked again has a place.
    mutating func putBack(_ item: Item) { if ids.insert(item.ticketID).inserted { items.append(item) } }

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

extension ControlChange {
    /// Of the same kind: the later one counts.
    fileprivate var kind: Int {
        switch self {
        case .rate: 0
        case .burst: 1
        case .slotsMax: 2
        case .state: 3
        case .opensAt: 4
        case .message: 5
        }
    }
}

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
        case .adapt: .adapt
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
