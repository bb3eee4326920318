/// The line of one room: what every store does, in the plainest way. It *is* the memory store's content, and the model that
/// the other stores are compared with, answer by answer.
///
/// Invariants, after every call:
/// 1. A ticket is in at most one of: a lane's `waiting`, `offered`, `sessions`. `seen` holds exactly those waiting.
/// 2. A ticket in `spent` is never put back into a lane.
/// 3. A tick admits the lowest places of each lane, and nobody while offered + sessions ≥ `slotsMax`.
/// 4. Admissions come out of the bucket, see `Bucket`.
public struct Line: Sendable {
    /// A tick drops at most so many of each kind of expired entries; the rest waits for the next.
    public static let dropsPerTickMax = 1000
    public static let revokedMax = 10_000
    /// Endings that are remembered; beyond, the first gives way.
    public static let endedMax = 100_000
    public static let endedPerTickMax = 2000
    /// A node not heard from for longer is not counted.
    public static let nodeWindow: Microseconds = 3_000_000
    public static let nodesMax = 1000
    /// Nobody is waited for longer after a loss.
    public static let restoringMax: Microseconds = 3_000_000
    public static let historyMax: Int64 = 300

    /// 0: there is no line.
    public internal(set) var epoch: UInt64 = 0
    var lineage: UInt64 = 0
    var tailNumber: UInt64 = 0
    var lanes: [Lane] = []
    var seen = ScoredSet()
    var offered = Offers()
    /// By the time they expire.
    var sessions = ScoredSet()
    var startedAt: [TicketID: Microseconds] = [:]
    /// By the time they are forgotten.
    var spent = ScoredSet()
    var revoked = ScoredSet()
    /// Whose sessions ended, by when the last pass of each has died. Each has a time of its own, later than all before, so that a
    /// caller can say up to which it has heard.
    var ended = ScoredSet()
    var endedLast: Microseconds = 0
    var bucket = Bucket(rules: RoomRules(rate: .perSecond(1), slotsMax: 0), isFull: false, now: 0)
    var controls = RoomControls()
    var draw: Draw?
    var totals = RoomTotals()
    var marksVersion: Int64 = 0
    var marksAt: Microseconds = 0
    /// When each was last heard from.
    var nodes: [String: Microseconds] = [:]
    var restoringUntil: Microseconds?
    /// See `Moment`.
    var standstill: Microseconds = 0
    var tickedAt: Microseconds = 0
    /// Who has not said everything yet.
    var awaited: Set<String> = []

    struct Lane: Sendable {
        let name: String
        /// 0: the rules do not name it any more; it drains.
        var share: Int64
        /// By place.
        var waiting = ScoredSet()
        var head = Place.none
        var floor = Place.none
        /// See `LaneShares`.
        var turn: Int64 = 0
        /// What the head was, and since when; what is older than `turn_grace` becomes the floor.
        var history: [(at: Microseconds, head: Place)] = []
        var marks: [RankMark] = []
    }

    /// A moment as the store's clock tells it, and as the line does. The line's time stands still while no tick comes, and
    /// does not follow a clock that is set back: after an outage nobody is taken for dead who could not be heard, no turn
    /// has passed that nobody could take, and no credit has gathered. What people see and what is scheduled goes by the clock.
    struct Moment {
        let clock: Microseconds
        let line: Microseconds
    }

    public init() {}

    /// One call at a time of the store's clock.
    public mutating func apply(_ call: StoreCall, now: Microseconds) -> StoreAnswer {
        let outcome = perform(call, TimeBounds.time(now))
        return StoreAnswer(epoch: epoch, lineage: lineage, outcome: outcome)
    }

    private mutating func perform(_ call: StoreCall, _ clock: Microseconds) -> StoreAnswer.Outcome {
        if case .restore(let recollection) = call.operation {
            return restore(recollection, call, clock)
        }
        if epoch == 0, call.epoch == 0, case .admit(let tick) = call.operation {
            begin(epoch: 1, lineage: tick.lineage, rules: call.rules, isFull: true, clock)
        }
        guard holds(call) else { return .lost }
        stand(call, clock)
        let now = moment(clock)
        alignLanes(with: call.rules)
        let rules = call.rules.under(controls)
        switch call.operation {
        case .enter(let arrivals): return .entered(arrivals.map { enter($0, rules, now) })
        case .beat(let ids): return .beaten(ids.map { beat($0, now) })
        case .admit(let tick): return .admitted(admit(tick, call.node, rules, now))
        case .claim(let ids): return .claimed(ids.map { claim($0, rules, now) })
        case .renew(let sessions): return .renewed(sessions.map { renew($0, rules, now) })
        case .release(let ids): for id in ids { release(id, rules, now) }
        case .leave(let ids): for id in ids { leave(id, rules, now) }
        case .revoke(let ids, let lasting): for id in ids { revoke(id, lasting, rules, now) }
        case .control(let changes): controls.apply(changes)
        case .adapt(let proposal): controls.adapt(proposal, at: now.clock)
        case .restore: break
        case .read(let cursor): return .page(read(cursor, now))
        }
        return .done
    }

    func moment(_ clock: Microseconds) -> Moment { Moment(clock: clock, line: clock - standstill) }

    /// Whichever call comes first after an outage, or after the clock was set back, finds the line's time where it was.
    mutating func stand(_ call: StoreCall, _ clock: Microseconds) {
        let gap = clock - tickedAt
        let isJump = gap > call.rules.standstillAfter || gap < 0
        if isJump { standstill += gap }
        if isJump || call.operation.isTick { tickedAt = clock }
    }

    /// Whether this is the line that the caller knows, or one that came after it.
    private func holds(_ call: StoreCall) -> Bool {
        if epoch == 0 { return false }
        return epoch > call.epoch || epoch == call.epoch && (lineage == call.lineage || call.lineage == 0)
    }

    /// Everything that was there is forgotten.
    mutating func begin(epoch: UInt64, lineage: UInt64, rules: RoomRules, isFull: Bool, _ clock: Microseconds) {
        let known = nodes
        self = Line()
        self.epoch = epoch
        self.lineage = lineage
        nodes = known
        tickedAt = clock
        bucket = Bucket(rules: rules, isFull: isFull, now: clock)
        alignLanes(with: rules)
    }

    /// The rules' lanes in their order, then those which the rules do not name any more, until they are empty.
    mutating func alignLanes(with rules: RoomRules) {
        if lanes.count == rules.lanes.count,
            zip(lanes, rules.lanes).allSatisfy({ $0.name == $1.name && $0.share == $1.share })
        {
            return
        }
        var aligned = rules.lanes.map { rule in
            var lane = lanes.first { $0.name == rule.name } ?? Lane(name: rule.name, share: rule.share)
            lane.share = rule.share
            return lane
        }
        for var lane in lanes where !lane.waiting.isEmpty && !aligned.contains(where: { $0.name == lane.name }) {
            lane.share = 0
            aligned.append(lane)
        }
        lanes = aligned
    }

    // MARK: What is where

    func laneIndex(_ asked: Int, _ rules: RoomRules) -> Int { min(max(asked, 0), rules.lanes.count - 1) }

    func place(of id: TicketID) -> (lane: Int, place: Place)? {
        for lane in lanes.indices {
            guard let score = lanes[lane].waiting.score(of: id) else { continue }
            return Place(rawValue: UInt64(score)).map { (lane, $0) }
        }
        return nil
    }

    mutating func putInLine(_ id: TicketID, lane: Int, place: Place, seenAt: Microseconds) {
        lanes[lane].waiting.set(id, Int64(place.rawValue))
        seen.set(id, seenAt)
    }

    @discardableResult
    mutating func takeOutOfLine(_ id: TicketID) -> Bool {
        guard let found = place(of: id) else { return false }
        lanes[found.lane].waiting.remove(id)
        seen.remove(id)
        return true
    }

    mutating func startSession(_ id: TicketID, startedAt start: Microseconds, until end: Microseconds) {
        sessions.set(id, end)
        startedAt[id] = start
    }

    @discardableResult
    mutating func endSession(_ id: TicketID) -> Bool {
        startedAt[id] = nil
        return sessions.remove(id) != nil
    }

    var slotsTaken: Int64 { Int64(offered.count + sessions.count) }
    var waitingCount: Int { seen.count }
}
