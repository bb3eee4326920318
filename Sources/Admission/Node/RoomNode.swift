/// What one node knows and does of one room: answers visitors from its view, gathers what the store must hear of into
/// batches, and remembers enough of everybody to rebuild the line in another store.
///
/// Pure: time and randomness are given, calls are handed out by `nextCall` and their answers come in by `answered`. One call
/// of each kind is under way at a time; what comes meanwhile makes up the next batch, so that batches are small when it is
/// quiet and large when it is not.
///
/// A visit is answered at once when the view suffices, which it does for whoever was waiting here before. Else it becomes a
/// question under the caller's number, and its reply comes out of `answered` or `expire`.
public struct RoomNode: Sendable {
    /// Remembered at most: waiting tickets, sessions, spent marks, of each.
    public static let rememberedMax = 2_000_000
    /// Questions under way.
    public static let asksMax = 200_000
    /// Ended sessions that are remembered.
    public static let endedMax = 2 * Line.endedMax
    /// A question without an answer for so long is answered with `held`.
    public static let askAgeMax: Microseconds = 2_500_000
    public static let tickEvery: Microseconds = 100_000
    /// A view older than this says nothing any more.
    public static let viewAgeMax: Microseconds = 3_000_000
    /// With a view older than this whoever is among the very first asks the store, as if its turn had come.
    static let lateAfter: Microseconds = 250_000
    /// With a view older than this the store is asked nothing new: whoever needs it is held at once, and whoever has waited for it
    /// as long.
    public static let quietAfter: Microseconds = 1_000_000
    /// After a loss, whoever was offered its turn before gets so long to be offered it anew.
    static let secondTurnMax: Microseconds = 10_000_000
    /// Where others may know a line that a store has lost, they get so long to bring it back: a call that got lost, and another.
    public static let beginAfter: Microseconds = 1_500_000

    public let room: String
    public let name: String
    public var rules: RoomRules {
        didSet { rules = rules.bounded }
    }
    /// As long as it knows nothing, it begins no line before a store has had none for so long.
    let beginsAfter: Microseconds
    /// Since when a store has said that it holds no line, to a node that knows none either.
    var emptySince: Microseconds?
    let dice: @Sendable () -> UInt64

    // The line that it knows.
    public internal(set) var epoch: UInt64 = 0
    public internal(set) var lineage: UInt64 = 0
    var view: RoomView?
    /// The line that the view shows.
    var viewLineage: UInt64 = 0
    /// Where everybody stood when the line was last whole: while it is being brought back, the view shows a part of it.
    var wholeView: RoomView?
    /// The marks that were made of a part of the line.
    var partialMarks: Int64?
    /// When it last began to bring back what it remembers.
    var recalledAt: Microseconds?
    public internal(set) var estimate = WaitEstimate()
    public internal(set) var promises = PromiseLedger()
    var recall = Recall()
    /// The nodes of the view and of those shortly before it: a line that was just begun has not heard them all yet.
    var fleet: [String: Microseconds] = [:]

    // Whom it remembers.
    var waiting: WaitingTickets
    var sessions: Generations<RememberedSession>
    var spent: Generations<Microseconds>
    var denials = Denials()
    /// Whose session has ended, so that its pass is worth nothing any more; for as long as one can be out.
    var ended: Generations<Void>
    /// See `Tick.endedUpTo`; of the line that the view shows.
    var endedUpTo: Microseconds = 0

    // What the store must hear of.
    var outbox = Outbox()
    var asks: [TicketID: [Ask]] = [:]
    var askCount = 0
    var askedAt = AskTimes()

    struct Ask: Sendable {
        let number: UInt64
        let at: Microseconds
    }

    /// `dice` must not be foreseeable: new tickets are named by it, and the draw's seed comes from it. `beginsAfter` is
    /// `beginAfter` where other nodes use the same store, and 0 where none does.
    public init(
        room: String, name: String, rules: RoomRules, now: Microseconds, beginsAfter: Microseconds = 0,
        dice: @escaping @Sendable () -> UInt64
    ) {
        self.room = room
        self.name = name
        self.rules = rules.bounded
        self.beginsAfter = beginsAfter
        self.dice = dice
        let now = TimeBounds.time(now)
        waiting = WaitingTickets(countMax: Self.rememberedMax, now: now)
        sessions = Generations(countMax: Self.rememberedMax, now: now)
        spent = Generations(countMax: Self.rememberedMax, now: now)
        ended = Generations(countMax: Self.endedMax, now: now)
    }

    // MARK: Visits

    /// Somebody without a ticket.
    public mutating func arrive(_ ask: UInt64, lane: Int, now: Microseconds) -> Reply? {
        let now = TimeBounds.time(now)
        // What everybody is told alike needs no store.
        if let phase = view?.snapshot.phase, let told = told(phase) { return told }
        guard mayEnter, !isQuiet(now) else { return held() }
        let id = TicketID(high: dice(), low: dice())
        enter(.newcomer(id, lane: lane, drawn: drawn(id)), ask, now)
        return nil
    }

    /// Somebody with a ticket whose signature is good.
    public mutating func visit(_ ask: UInt64, id: TicketID, lane: Int, place shown: Place, now: Microseconds) -> Reply? {
        let now = TimeBounds.time(now)
        waiting.come(id, at: now)
        if denials.contains(id, now) { return .revoked }
        guard let view else { return question(ask, id, lane, shown, now) }
        let phase = view.snapshot.phase
        if phase == .open { return .open }
        if isCutOff(now) { return keep(id, lane, shown, now) }
        guard let place = resolved(shown, of: id) else {
            // Of a draw that is younger than the view: the next one knows it.
            if shown.epoch > view.snapshot.tail.epoch { return waitForDraw(ask, id, lane, shown, now) }
            guard mayEnter else { return held() }
            rejoin(ask, lane, .passed, now)
            return nil
        }
        let isLate = now - view.receivedAt > Self.lateAfter && mayHaveCome(id, lane: lane, place: place)
        if isLate || view.isPassed(id, lane: lane, place: place) { return comeForPass(ask, id, lane, place, now) }
        if let told = told(phase) { return told }
        guard var remembered = waiting[id] else {
            guard mayEnter else { return held() }
            if isQuiet(now) { return keep(id, lane, shown, now) }
            enter(.returning(id, lane: lane, place: place), ask, now)
            return nil
        }
        if now - remembered.beatAt >= rules.abandonAfter / 6, outbox.beats.add(id) {
            remembered.beatAt = now
            waiting.set(id, remembered)
        }
        return stand(id, lane: lane, place: place, now)
    }

    private var mayAsk: Bool { askCount < Self.asksMax }
    private var mayEnter: Bool { mayAsk && !outbox.arrivals.isFull }

    /// It enters when the node has heard of its draw.
    private mutating func waitForDraw(
        _ ask: UInt64, _ id: TicketID, _ lane: Int, _ shown: Place, _ now: Microseconds
    ) -> Reply? {
        guard mayAsk, outbox.unresolved.add(.init(id: id, lane: lane, place: shown)) else { return held() }
        hold(ask, id, now)
        return nil
    }

    /// The store has not been heard from for so long that nothing is known any more.
    public func isCutOff(_ now: Microseconds) -> Bool {
        view.map { TimeBounds.time(now) - $0.receivedAt > Self.viewAgeMax } ?? false
    }

    /// The store has missed ticks, and may be gone.
    func isQuiet(_ now: Microseconds) -> Bool {
        view.map { now - $0.receivedAt > Self.quietAfter } ?? false
    }

    /// Whoever shows a ticket while the store is gone is remembered, to be put back at its place.
    private mutating func keep(_ id: TicketID, _ lane: Int, _ shown: Place, _ now: Microseconds) -> Reply {
        guard sessions[id] == nil, let place = resolved(shown, of: id) else { return held() }
        let known = waiting[id]
        var remembered = known ?? RememberedTicket(lane: lane, place: place, beatAt: now)
        remembered.beatAt = now
        waiting.set(id, remembered)
        // Whom the node has begun to bring back without.
        if known == nil { recall.add(id, place) }
        // As often as it would come if all were well.
        return .held(pollAfter: outlook(id, lane: lane, place: place, isSecret: false, now).pollAfter)
    }

    /// Nothing is known yet: the store is asked, and answers when it can.
    private mutating func question(_ ask: UInt64, _ id: TicketID, _ lane: Int, _ shown: Place, _ now: Microseconds) -> Reply?
    {
        guard mayEnter else { return held() }
        // A ticket from a line that this node has never heard of: the store must know it, or has lost it.
        if shown.epoch > epoch {
            epoch = shown.epoch
            lineage = 0
        }
        if let place = resolved(shown, of: id) {
            enter(.returning(id, lane: lane, place: place), ask, now)
            return nil
        }
        return waitForDraw(ask, id, lane, shown, now)
    }

    /// What everybody is told alike.
    private func told(_ phase: RoomPhase) -> Reply? {
        switch phase {
        case .open: .open
        case .closed: .closed
        case .before: .notYet
        case .prequeue, .auto, .queue, .paused: nil
        }
    }

    private mutating func comeForPass(
        _ ask: UInt64, _ id: TicketID, _ lane: Int, _ place: Place, _ now: Microseconds
    ) -> Reply? {
        if waiting[id] == nil { waiting.set(id, RememberedTicket(lane: lane, place: place, beatAt: now)) }
        guard mayAsk, !isQuiet(now), outbox.claims.add(id) else {
            return held(PollInterval.heldAtTheDoor)
        }
        hold(ask, id, now)
        return nil
    }

    /// Its ticket is worth nothing any more: a new one, at the end.
    @discardableResult
    mutating func rejoin(_ ask: UInt64, _ lane: Int, _ why: Standing.Rejoined, _ now: Microseconds) -> TicketID {
        let id = TicketID(high: dice(), low: dice())
        outbox.rejoined[id] = why
        enter(.newcomer(id, lane: lane, drawn: drawn(id)), ask, now)
        return id
    }

    mutating func enter(_ arrival: Arrival, _ ask: UInt64, _ now: Microseconds) {
        hold(ask, arrival.id, now)
        outbox.arrivals.add(arrival)
    }

    mutating func hold(_ ask: UInt64, _ id: TicketID, _ now: Microseconds) {
        asks[id, default: []].append(Ask(number: ask, at: now))
        askedAt.add(id, now)
        askCount += 1
    }

    // MARK: What visitors are told

    func held(_ time: Microseconds = PollInterval.heldUnknown) -> Reply {
        .held(pollAfter: PollInterval.jittered(time, dice()))
    }

    /// The place as the line keeps it; nil when it was drawn in a draw that is over and forgotten.
    func resolved(_ place: Place, of id: TicketID) -> Place? {
        guard place.awaitsDraw else { return place }
        guard let draw = view?.snapshot.draw, draw.epoch == place.epoch else { return nil }
        return draw.place(of: id)
    }

    func drawn(_ id: TicketID) -> Place? {
        guard let view, let draw = view.snapshot.draw, rules.under(view.snapshot.controls).draws(in: view.snapshot.phase)
        else { return nil }
        return draw.place(of: id)
    }

    /// It was offered its turn, or may have been since the view: not even the store's other callers know it of a store that was lost.
    func mayHaveCome(_ id: TicketID, lane: Int, place: Place) -> Bool {
        guard let view, let wholeView else { return false }
        let rate = rules.under(view.snapshot.controls).rate
        return view.hasCome(place, lane: lane)
            || wholeView.rank(of: id, lane: lane, place: place) < rate.admissions(in: 2 * Self.tickEvery)
    }

    /// Where it stands. Whose turn had come before the line was lost is not sent back into it: it is the first to be offered
    /// one, and told as little until then.
    mutating func stand(_ id: TicketID, lane: Int, place: Place, _ now: Microseconds) -> Reply {
        if let recalledAt, now - recalledAt < Self.secondTurnMax, mayHaveCome(id, lane: lane, place: place) {
            return held(PollInterval.heldAtTheDoor)
        }
        return .waiting(standing(id, lane: lane, place: place, now))
    }

    private mutating func standing(_ id: TicketID, lane: Int, place: Place, _ now: Microseconds) -> Standing {
        let isSecret = view?.snapshot.draw.map { $0.epoch == place.epoch && !$0.isOpened } ?? false
        var outlook = outlook(id, lane: lane, place: place, isSecret: isSecret, now)
        if let position = outlook.position, var remembered = waiting[id] {
            remembered.shown = min(remembered.shown, UInt32(clamping: position))
            outlook.position = Int(remembered.shown)
            waiting.update(id, remembered)
            promises.promise(outlook.wait, to: id, now: now)
        }
        waiting.expect(id, at: now + outlook.pollAfter)
        let shown = isSecret ? Place(epoch: place.epoch, number: 0) : place
        return Standing(id: id, lane: lane, place: shown, rejoined: outbox.rejoined[id], outlook: outlook)
    }

    private func outlook(_ id: TicketID, lane: Int, place: Place, isSecret: Bool, _ now: Microseconds) -> Outlook {
        guard let view else {
            return Outlook(phase: .queue, behind: 0, pollAfter: PollInterval.after(nil, rules: rules, dice: dice()))
        }
        let whole = wholeView ?? view
        let count = whole.snapshot.lanes.indices.contains(lane) ? whole.snapshot.lanes[lane].waiting : whole.snapshot.waiting
        let rank = isSecret || rules.method == .random ? count : whole.rank(of: id, lane: lane, place: place)
        var wait = wholeView == nil ? nil : estimate.wait(ahead: rank, lane: lane)
        if isSecret, let all = wait { wait = WaitRange(low: 0, high: all.high) }
        switch view.snapshot.phase {
        case .paused: wait = nil
        case .before, .prequeue:
            let opensAt = rules.under(view.snapshot.controls).schedule.opensAt ?? 0
            let still = max(0, opensAt - view.storeTime(now))
            wait = wait.map { WaitRange(low: $0.low + still, high: $0.high + still) }
        case .auto, .queue, .open, .closed: break
        }
        return Outlook(
            phase: view.snapshot.phase, position: isSecret || rules.method == .random || wholeView == nil ? nil : rank + 1,
            behind: max(0, count - rank - 1), wait: wait,
            pollAfter: PollInterval.after(wait, rules: rules, dice: dice()))
    }

    /// Whether the turn of a ticket has come, as far as the view tells: for whoever is listening rather than asking.
    public func hasTurn(_ id: TicketID, lane: Int, place: Place) -> Bool {
        guard let view, let place = resolved(place, of: id) else { return false }
        return view.isPassed(id, lane: lane, place: place)
    }

    // MARK: Sessions and operators

    /// False: too many renewals wait for the store, and this one was not taken. The pass is not to be renewed now, since its slot
    /// would not last as long; its holder asks again.
    @discardableResult
    public mutating func renew(_ session: SessionMark, now: Microseconds) -> Bool {
        guard outbox.renewals.add(session) else { return false }
        remember(session, TimeBounds.time(now))
        return true
    }

    public mutating func release(_ id: TicketID, now: Microseconds) {
        hear(ended: id, TimeBounds.time(now))
        outbox.releases.add(id)
    }

    public mutating func leave(_ id: TicketID, now: Microseconds) {
        let now = TimeBounds.time(now)
        waiting.remove(id)
        if sessions[id] != nil { hear(ended: id, now) }
        outbox.leaves.add(id)
    }

    /// From now on its pass is refused here.
    mutating func hear(ended id: TicketID, _ now: Microseconds) {
        ended.set(id, ())
        waiting.remove(id)
        sessions.remove(id)
        spent.set(id, now + rules.spentLife)
    }

    /// Holds here at once, and everywhere as soon as the store knows.
    public mutating func revoke(_ id: TicketID, lasting: Microseconds, now: Microseconds) throws(OutboxFull) {
        guard denials.isOwn(id) || denials.ownCount < Outbox.revocationsMax else {
            throw .revocations(countMax: Outbox.revocationsMax)
        }
        denials.add(id, until: TimeBounds.time(now) + TimeBounds.span(lasting))
        outbox.revoke(id, lasting: lasting)
    }

    public mutating func control(_ changes: [ControlChange]) { outbox.change(changes) }

    public mutating func adapt(_ proposal: RateProposal) { outbox.proposal = proposal }

    mutating func remember(_ session: SessionMark, _ now: Microseconds) {
        waiting.remove(session.id)
        sessions.set(session.id, RememberedSession(startedAt: session.startedAt, endsAt: now + rules.slotLife))
        spent.set(session.id, now + rules.spentLife)
    }

    // MARK: What others ask

    public var snapshot: RoomSnapshot? { view?.snapshot }

    /// What an operator says to everybody; by itself, since every visitor is told.
    public var message: String? { view?.snapshot.controls.message }

    /// What must survive every store.
    public var watermarks: Watermarks {
        guard let snapshot = view?.snapshot else { return Watermarks(epoch: epoch, lineage: lineage) }
        return Watermarks(
            epoch: epoch, lineage: lineage, tail: snapshot.tail,
            lanes: snapshot.lanes.map { LaneMark(name: $0.name, head: $0.head, floor: $0.floor) }, draw: snapshot.draw,
            controls: snapshot.controls)
    }

    public var rememberedCount: Int { waiting.count + sessions.count + spent.count + denials.count + ended.count }
}

struct RememberedSession: Sendable {
    /// The store's clock.
    var startedAt: Microseconds
    /// The node's clock.
    var endsAt: Microseconds
}
