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
    public static let silentAfter: Microseconds = 1_000_000
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
    /// No store is reached, and nobody queues until one is.
    var isOpen = false
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
    /// Asked under the names of people whom the site knows, until their tickets are found.
    var searches = PersonSearches()

    struct Ask: Sendable {
        let number: UInt64
        let at: Microseconds
        /// Who asks, where the site knows it: its next ticket is its own, too.
        var person: Person?
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
        if isOpen { return .open }
        // What everybody is told alike needs no store.
        if let phase = view?.snapshot.phase, let told = told(phase) { return told }
        guard mayEnter, !isSilent(now) else { return held() }
        let id = TicketID(high: dice(), low: dice())
        enter(.newcomer(id, lane: lane, drawn: drawn(id)), ask, now)
        return nil
    }

    /// Somebody with a ticket whose signature is good. `person`: who it is, if the site knows it; only asked where it matters.
    public mutating func visit(
        _ ask: UInt64, id: TicketID, lane: Int, place shown: Place, now: Microseconds, person: () -> Person? = { nil }
    ) -> Reply? {
        let now = TimeBounds.time(now)
        waiting.come(id, at: now)
        if denials.contains(id, now) { return .revoked }
        if isOpen {
            note(id, lane, shown, now)
            return .open
        }
        guard let view else { return question(ask, id, lane, shown, now, person) }
        let phase = view.snapshot.phase
        if phase == .open { return .open }
        if isCutOff(now) { return keep(id, lane, shown, now) }
        guard let place = resolved(shown, of: id) else {
            // Of a draw that is younger than the view: the next one knows it.
            if shown.epoch > view.snapshot.tail.epoch { return waitForDraw(ask, id, lane, shown, now, person()) }
            guard mayEnter else { return held() }
            if let person = person() { return seek(ask, person, lane, .passed, now) }
            rejoin(ask, lane, .passed, now)
            return nil
        }
        let isLate = now - view.receivedAt > Self.lateAfter && mayHaveCome(id, lane: lane, place: place)
        if isLate || view.isPassed(id, lane: lane, place: place) {
            return comeForPass(ask, id, lane, place, now, person())
        }
        if let told = told(phase) { return told }
        guard var remembered = waiting[id] else {
            guard mayEnter else { return held() }
            if isSilent(now) { return keep(id, lane, shown, now) }
            return comeBack(ask, id, lane, place, now, person())
        }
        if now - remembered.beatAt >= rules.abandonAfter / 6, outbox.beats.add(id) {
            // It was taken for dead, and is not among those who are being brought back.
            if now - remembered.beatAt >= rules.abandonAfter { recall.add(id, place) }
            remembered.beatAt = now
            waiting.set(id, remembered)
        }
        return stand(id, lane: lane, place: place, now)
    }

    var mayAsk: Bool { askCount < Self.asksMax }
    var mayEnter: Bool { mayAsk && !outbox.arrivals.isFull }

    /// To its own place, unless somebody whom the site knows has another ticket by now.
    private mutating func comeBack(
        _ ask: UInt64, _ id: TicketID, _ lane: Int, _ place: Place, _ now: Microseconds, _ person: Person?
    ) -> Reply? {
        let arrival = Arrival.returning(id, lane: lane, place: place)
        if let person, person.owns(id) { return seek(ask, person, lane, nil, shown: arrival, now) }
        enter(arrival, ask, now, person)
        return nil
    }

    /// It enters when the node has heard of its draw.
    private mutating func waitForDraw(
        _ ask: UInt64, _ id: TicketID, _ lane: Int, _ shown: Place, _ now: Microseconds, _ person: Person?
    ) -> Reply? {
        guard mayAsk, outbox.unresolved.add(.init(id: id, lane: lane, place: shown)) else { return held() }
        hold(ask, id, now, person)
        return nil
    }

    /// The store has not been heard from for so long that nothing is known any more.
    public func isCutOff(_ now: Microseconds) -> Bool {
        view.map { TimeBounds.time(now) - $0.receivedAt > Self.viewAgeMax } ?? false
    }

    /// The store has missed ticks, and may be gone.
    func isSilent(_ now: Microseconds) -> Bool {
        view.map { now - $0.receivedAt > Self.silentAfter } ?? false
    }

    /// Whoever shows a ticket while the store is gone is remembered, to be put back at its place.
    private mutating func keep(_ id: TicketID, _ lane: Int, _ shown: Place, _ now: Microseconds) -> Reply {
        guard let place = note(id, lane, shown, now) else { return held() }
        // As often as it would come if all were well.
        return .held(pollAfter: outlook(id, lane: lane, place: place, isSecret: false, now).pollAfter)
    }

    /// Whom no store can be told of now. Nil when it is not one that waits.
    @discardableResult
    private mutating func note(_ id: TicketID, _ lane: Int, _ shown: Place, _ now: Microseconds) -> Place? {
        guard sessions[id] == nil, let place = resolved(shown, of: id) else { return nil }
        let known = waiting[id]
        var remembered = known ?? RememberedTicket(lane: lane, place: place, beatAt: now)
        remembered.beatAt = now
        waiting.set(id, remembered)
        guard known == nil else { return place }
        // The line that comes back may know nothing of it, and the node has perhaps brought back all others already.
        if recall.isNeeded { recall.add(id, place) } else { outbox.arrivals.add(.returning(id, lane: lane, place: place)) }
        return place
    }

    /// Nothing is known yet: the store is asked, and answers when it can.
    private mutating func question(
        _ ask: UInt64, _ id: TicketID, _ lane: Int, _ shown: Place, _ now: Microseconds, _ person: () -> Person?
    ) -> Reply? {
        guard mayEnter else { return held() }
        // A ticket from a line that this node has never heard of: the store must know it, or has lost it.
        if shown.epoch > epoch {
            epoch = shown.epoch
            lineage = 0
        }
        if let place = resolved(shown, of: id) { return comeBack(ask, id, lane, place, now, person()) }
        return waitForDraw(ask, id, lane, shown, now, person())
    }

    /// What everybody is told alike.
    func told(_ phase: RoomPhase) -> Reply? {
        switch phase {
        case .open: .open
        case .closed: .closed
        case .before: .notYet
        case .prequeue, .auto, .queue, .paused: nil
        }
    }

    private mutating func comeForPass(
        _ ask: UInt64, _ id: TicketID, _ lane: Int, _ place: Place, _ now: Microseconds, _ person: Person?
    ) -> Reply? {
        if waiting[id] == nil { waiting.set(id, RememberedTicket(lane: lane, place: place, beatAt: now)) }
        guard mayAsk, !isSilent(now), outbox.claims.add(id) else {
            return held(PollInterval.heldAtTheDoor)
        }
        hold(ask, id, now, person)
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

    mutating func enter(_ arrival: Arrival, _ ask: UInt64, _ now: Microseconds, _ person: Person? = nil) {
        hold(ask, arrival.id, now, person)
        outbox.arrivals.add(arrival)
    }

    mutating func hold(_ ask: UInt64, _ id: TicketID, _ now: Microseconds, _ person: Person? = nil) {
        asks[id, default: []].append(Ask(number: ask, at: now, person: person))
        askedAt.add(id, now)
        askCount += 1
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
