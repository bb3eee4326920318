/// Who of those whom a node remembers as waiting is still there, and where in the line the others stood.
///
/// Whoever is there has an appointment: it was told when to ask again. Whose appointment has passed has gone; a node knows it
/// within one poll, long before a store may take a ticket for dead. Those who go are not spread evenly, and a place behind
/// many of them is better than one before them, so tickets are looked at by place. A sample of them is enough, and bounds
/// what it costs.
///
/// Appointments say nothing where visitors do not come back to the node that gave them (a balancer that sends each request
/// elsewhere, a browser that delays its timers). A node notices: they come after their time, as if from the dead.
struct Attendance: Sendable {
    /// Who comes so late is not late.
    static let lateMax: Microseconds = 2_000_000
    /// So many tickets are looked at, at most.
    static let sampleMax = 8192
    /// With fewer than this a larger part of the tickets is looked at.
    static let sampleLow = 1024
    /// A store drops a ticket so much later than its beat, which is counted in whole seconds, says.
    static let dropMax: Microseconds = 1_000_000
    static let surveyEvery: Microseconds = 1_000_000
    /// Of so many visits, half is forgotten.
    static let visitsMax = 4000.0
    /// From fewer nothing is concluded.
    static let visitsLow = 40.0

    struct Entry: Sendable {
        let lane: Int
        let place: Place
        /// When a store was last told that it is there.
        var heardAt: Microseconds
        /// When it is to come again; nil as long as nobody told it.
        var dueAt: Microseconds?
    }

    private(set) var survey = Survey()
    private var entries: [TicketID: Entry] = [:]
    private var surveyedAt: Microseconds?
    /// One ticket in 2^so many is taken in, and of those that were, one in 2^so many is counted. They differ for a while
    /// after more are taken in: of those that are new only the living have been heard from.
    private var takenBits: UInt64 = 0
    private var countedBits: UInt64 = 0
    private var takenSince: Microseconds = 0
    private var kept = 0.0
    private var strayed = 0.0

    private static func isIn(_ id: TicketID, _ bits: UInt64) -> Bool { id.high >> 32 & (1 << bits - 1) == 0 }

    /// A store hears of it.
    mutating func hear(_ id: TicketID, _ ticket: RememberedTicket) {
        guard Self.isIn(id, takenBits), ticket.place != .none else { return }
        let dueAt = entries[id]?.dueAt
        entries[id] = Entry(lane: ticket.lane, place: ticket.place, heardAt: ticket.beatAt, dueAt: dueAt)
        guard entries.count > Self.sampleMax else { return }
        takenBits += 1
        countedBits = max(countedBits, takenBits)
        entries = entries.filter { Self.isIn($0.key, takenBits) }
    }

    /// It is told when to come again.
    mutating func expect(_ id: TicketID, at time: Microseconds) {
        if Self.isIn(id, takenBits) { entries[id]?.dueAt = time }
    }

    mutating func come(_ id: TicketID, at now: Microseconds) {
        guard Self.isIn(id, takenBits), let dueAt = entries[id]?.dueAt else { return }
        if now - dueAt > Self.lateMax { strayed += 1 } else { kept += 1 }
        if kept + strayed > Self.visitsMax {
            kept /= 2
            strayed /= 2
        }
        entries[id]?.dueAt = max(now, dueAt)
    }

    mutating func remove(_ id: TicketID) { if Self.isIn(id, takenBits) { entries[id] = nil } }

    /// Looks at everybody who still waits, from time to time. `window`: when a store drops a ticket that it did not hear of.
    mutating func look(behind heads: [Place], window: Microseconds, now: Microseconds) {
        if let surveyedAt, now - surveyedAt < Self.surveyEvery { return }
        surveyedAt = now
        for (id, entry) in entries where entry.heardAt <= now - window - Self.dropMax { entries[id] = nil }
        if takenBits < countedBits, now - takenSince > window { countedBits = takenBits }
        let counted = entries.filter { id, entry in
            entry.place > (heads.indices.contains(entry.lane) ? heads[entry.lane] : .none) && Self.isIn(id, countedBits)
        }
        survey = Survey(
            Array(counted.values), strayed: strayed / (kept + strayed + Self.visitsLow), window: window, now: now)
        if entries.count < Self.sampleLow, takenBits > 0, takenBits == countedBits {
            takenBits -= 1
            takenSince = now
        }
    }
}
