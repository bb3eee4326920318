/// One room, seen by one node: which store its calls go to, and what this node does to have it moved. Pure: what happened
/// comes in, what is to be done goes out.
///
/// Two lines must never be admitting at the same time, hence:
/// 1. A node that has told the roster that it does not reach the primary does not use it again before the roster has heard
///    that it does, and has said that the primary still holds the room (`isBarred`). So when no node reaches it, nobody uses it.
///    (A node that does not reach the roster either goes on with the primary once it answers: else nobody could, with the
///    roster gone. Whoever sees only the primary while all others see only the fallback is the one hole, as long as it lasts.)
/// 2. The room comes back from the fallback in two moves: first to `returning`, which everybody who is heard has to
///    acknowledge (whoever is not, does not reach the roster, and the fallback is beside it), then, carried, to the primary.
/// 3. An answer to a call of an earlier route is void.
/// 4. Each move raises the epoch, so that a line left behind in a store is known to be old.
struct FailoverRoom {
    static let heartbeatEvery: Microseconds = 1_000_000
    /// While something is changing.
    static let heartbeatSoon: Microseconds = 250_000
    static let probeEvery: Microseconds = 500_000
    /// What the roster said is believed for so long.
    static let leaseMax: Microseconds = 2_000_000
    /// A start does not wait longer for a roster.
    static let startMax: Microseconds = 1_500_000
    /// No store for so long is a loss.
    static let lossAfter: Microseconds = 3_000_000
    /// The primary has to be reached by all for so long before the room comes back.
    static let steadyFor: Microseconds = 10_000_000
    /// Who carries and is heard has so long before another may begin anew: ten times what a million waiting take.
    static let carryMax: Microseconds = 120_000_000

    let hasRoster: Bool
    let loss: StoreLoss
    let startedAt: Microseconds
    var primary: StoreHealth
    var mode: RoomMode?
    /// When the heartbeat was sent whose answer `mode` is.
    var modeAt: Microseconds = 0
    /// Since when the roster has answered, one time after the other.
    var heardSince: Microseconds?
    var view: RosterView?
    var isBarred = false
    var isHeartbeatUnderWay = false
    var isProbeUnderWay = false
    var isMoveUnderWay = false
    var heartbeatAt: Microseconds?
    var probedAt: Microseconds?
    /// Goes up when calls go another way.
    var generation = 0
    var route: StoreRoute

    init(hasRoster: Bool, loss: StoreLoss, now: Microseconds) {
        self.hasRoster = hasRoster
        self.loss = loss
        startedAt = now
        primary = StoreHealth(now: now)
        route = hasRoster ? .starting : .primary
    }

    /// Settles the route anew; true when it has changed.
    mutating func settle(_ now: Microseconds) -> Bool {
        let next = nextRoute(now)
        guard next != route else { return false }
        route = next
        generation += 1
        return true
    }

    private func nextRoute(_ now: Microseconds) -> StoreRoute {
        let isPrimaryGone = !primary.isReached && now - primary.answeredAt >= Self.lossAfter
        guard hasRoster else { return isPrimaryGone ? .lost(loss) : .primary }
        guard let mode else {
            if now - startedAt < Self.startMax { return .starting }
            return isPrimaryGone ? .lost(loss) : .primary
        }
        let isRosterHeard = now - modeAt <= Self.leaseMax
        switch mode.holder {
        case .primary:
            if !isRosterHeard, isPrimaryGone { return .lost(loss) }
            // Nobody can have moved the room, unless it is this node alone that has lost the roster.
            if isBarred { return isRosterHeard ? .alone : primary.isReached ? .primary : .alone }
            return .primary
        case .fallback:
            if isRosterHeard { return .fallback }
            return now - modeAt < Self.lossAfter ? .alone : .lost(loss)
        case .returning:
            if isRosterHeard { return .moving }
            return now - modeAt < Self.lossAfter ? .moving : .lost(loss)
        }
    }

    // MARK: The roster

    func wantsHeartbeat(_ now: Microseconds) -> Bool {
        guard hasRoster, !isHeartbeatUnderWay else { return false }
        guard let heartbeatAt else { return true }
        let isSteady = mode?.holder == .primary && primary.isReached && !isBarred || mode?.holder == .fallback
        return now - heartbeatAt >= (isSteady ? Self.heartbeatEvery : Self.heartbeatSoon)
    }

    /// What to tell. From the moment of saying no, the primary is not used.
    mutating func sayReaches(_ now: Microseconds) -> Bool {
        isHeartbeatUnderWay = true
        heartbeatAt = now
        if !primary.isReached, !isBarred {
            isBarred = true
            generation += 1
        }
        return primary.isReached
    }

    mutating func heard(_ view: RosterView, said reaches: Bool, sentAt: Microseconds) {
        isHeartbeatUnderWay = false
        self.view = view
        if mode == nil || sentAt - modeAt > Self.leaseMax { heardSince = nil }
        heardSince = heardSince ?? sentAt
        mode = view.mode
        modeAt = sentAt
        if reaches, view.mode.holder == .primary { isBarred = false }
    }

    mutating func notHeard() { isHeartbeatUnderWay = false }

    /// The move that is due, if any.
    func nextMove(room: String, node: String, epochMax: UInt64, _ now: Microseconds) -> RoomMove? {
        guard let view, let mode, !isMoveUnderWay, now - modeAt <= Self.leaseMax else { return nil }
        func move(_ to: RoomMode.Holder, _ condition: RoomMove.Condition) -> RoomMove {
            let epoch = max(epochMax, mode.epochMax, view.watermarks.epoch) + 1
            return RoomMove(room: room, node: node, version: mode.version, to: to, epoch: epoch, condition: condition)
        }
        switch mode.holder {
        case .primary:
            // While the roster was gone, others may have gone on with the primary: they get the time to say so.
            let isRosterSteady = heardSince.map { now - $0 >= RosterView.heardWithin } ?? false
            return isBarred && view.reaching == 0 && isRosterSteady ? move(.fallback, .nobodyReachesPrimary) : nil
        case .fallback:
            guard view.allReachingFor >= Self.steadyFor, primary.isReached else { return nil }
            return move(.returning, .allReachPrimary(for: Self.steadyFor))
        case .returning:
            guard mode.mover != node, primary.isReached else { return nil }
            guard !view.nodes.contains(mode.mover) || view.movedAgo > Self.carryMax else { return nil }
            return move(.returning, .always)
        }
    }

    /// This node has to carry the line now.
    func mayCarry(node: String, _ now: Microseconds) -> Bool {
        guard let view, let mode, mode.holder == .returning, mode.mover == node, now - modeAt <= Self.leaseMax else {
            return false
        }
        return view.isAcknowledged || view.movedAgo > RosterView.heardWithin
    }

    // MARK: Probes

    /// The primary is asked when nothing else asks it.
    func wantsProbe(_ now: Microseconds) -> Bool {
        guard !isProbeUnderWay, route != .primary || !primary.isReached else { return false }
        return probedAt.map { now - $0 >= Self.probeEvery } ?? true
    }
}
