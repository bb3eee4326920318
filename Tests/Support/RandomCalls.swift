import Admission

/// Random calls to one room: every operation, over so few tickets, nodes and places that everything meets everything. It
/// listens to the answers, so that most calls make sense, and some do not.
public struct RandomCalls {
    static let ticketsMax: UInt64 = 24
    static let placesRememberedMax = 40

    public private(set) var now: Microseconds = 1_790_000_000_000_000
    public let room: String
    var random: SeededRandom
    var rules: RoomRules
    var known: [String: (epoch: UInt64, lineage: UInt64)] = ["a": (0, 0), "b": (0, 0), "c": (0, 0)]
    /// What the store said of itself last.
    var epoch: UInt64 = 0
    var lineage: UInt64 = 0
    var places: [(id: TicketID, place: Place)] = []
    var starts: [TicketID: Microseconds] = [:]
    var draw: Draw?
    var marksVersion: Int64 = 0
    var endedUpTo: Microseconds = 0
    var adaptedVersion: Int64 = 0

    public init(seed: UInt64, room: String) {
        random = SeededRandom(seed: seed)
        self.room = room
        rules = RoomRules(rate: .perSecond(2), slotsMax: 4)
        rules = randomRules()
    }

    /// The next call. The clock has moved on, or stood still, or rarely gone back.
    public mutating func next() -> StoreCall {
        now += randomStep()
        if chance(40) { rules = randomRules() }
        let node = known.keys.sorted()[below(3)]
        var (epoch, lineage) = known[node] ?? (0, 0)
        switch below(60) {
        case 0: (epoch, lineage) = (0, 0)
        case 1: epoch += 1
        case 2: lineage ^= 1
        case 3: epoch = epoch > 0 ? epoch - 1 : 0
        default: break
        }
        return StoreCall(
            room: room, rules: rules, node: node, epoch: epoch, lineage: lineage, operation: randomOperation())
    }

    /// What came of it; a node that is told that its line is lost begins anew with what the store has.
    public mutating func hear(_ answer: StoreAnswer, to call: StoreCall) {
        (epoch, lineage) = (answer.epoch, answer.lineage)
        known[call.node] = answer.outcome == .lost && chance(3) ? (0, 0) : (epoch, lineage)
        switch (call.operation, answer.outcome) {
        case (.enter(let arrivals), .entered(let entered)):
            for (arrival, entered) in zip(arrivals, entered) {
                if case .waiting(let place) = entered { remember(arrival.id, place) }
                if case .admitted(let startedAt) = entered { starts[arrival.id] = startedAt }
            }
        case (.claim(let ids), .claimed(let claimed)):
            for (id, claimed) in zip(ids, claimed) {
                if case .granted(let startedAt) = claimed { starts[id] = startedAt }
            }
        case (_, .admitted(let snapshot)):
            draw = snapshot.draw
            marksVersion = snapshot.marksVersion
            endedUpTo = snapshot.endedUpTo
            adaptedVersion = snapshot.controls.adapted?.version ?? 0
        default: break
        }
    }

    private mutating func remember(_ id: TicketID, _ place: Place) {
        places.append((id, place))
        if places.count > Self.placesRememberedMax { places.removeFirst(Self.placesRememberedMax / 2) }
    }

    // MARK: Dice

    mutating func below(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }
    /// Once in so many times.
    mutating func chance(_ count: Int) -> Bool { below(count) == 0 }

    mutating func randomStep() -> Microseconds {
        switch below(20) {
        case 0...5: 0
        case 6...12: Microseconds(below(200_000))
        case 13...16: Microseconds(below(3_000_000))
        case 17: Microseconds(below(20_000_000))
        case 18: chance(4) ? Microseconds(below(300_000_000)) : 1
        default: chance(3) ? -Microseconds(below(4_000_000)) : 1_000_000
        }
    }

    mutating func randomTicket() -> TicketID {
        // Words that differ in their first or their last bits, so that the order of bytes is felt.
        let number = 1 + random.next() % Self.ticketsMax
        return number.isMultiple(of: 2)
            ? TicketID(high: number << 59, low: number) : TicketID(high: UInt64.max - number, low: number << 59)
    }

    mutating func randomTickets() -> [TicketID] { (0..<below(6)).map { _ in randomTicket() } }

    mutating func randomPlace(of id: TicketID) -> Place {
        switch below(10) {
        case 0: return Place(epoch: epoch, number: UInt64(below(20)))
        case 1: return Place(epoch: epoch + UInt64(below(3)) - min(epoch, 1), number: UInt64(1 + below(1000)))
        case 2...3: return draw?.place(of: id) ?? Place(epoch: epoch, number: 3)
        case 4: return draw?.ticketPlace ?? .none
        default:
            let own = places.filter { $0.id == id }
            if !own.isEmpty { return own[below(own.count)].place }
            return places.isEmpty ? Place(epoch: epoch, number: 1) : places[below(places.count)].place
        }
    }

    mutating func randomArrival() -> Arrival {
        let id = randomTicket()
        let lane = below(5) - 1
        if chance(2) {
            let drawn = chance(3) ? nil : (chance(6) ? randomPlace(of: id) : draw?.place(of: id))
            return .newcomer(id, lane: lane, drawn: drawn)
        }
        return .returning(id, lane: lane, place: randomPlace(of: id))
    }
}
