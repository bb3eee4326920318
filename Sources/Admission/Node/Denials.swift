/// Who is revoked, as far as a node knows: it refuses them without asking, and brings them back when a line is lost.
///
/// What the store tells is right, but for what this node has asked for and has not seen there yet.
struct Denials: Sendable {
    /// Of those told by a store; the one that would end first gives way, as in the line.
    static let toldMax = Line.revokedMax

    private struct Own {
        var end: Microseconds
        /// When the store said that it was done.
        var doneAt: Microseconds?
    }

    /// By the node's clock.
    private var told: [TicketID: Microseconds] = [:]
    private var own: [TicketID: Own] = [:]

    var count: Int { told.count + own.count }
    var ownCount: Int { own.count }
    var ids: Set<TicketID> { Set(told.keys).union(own.keys) }

    func end(of id: TicketID) -> Microseconds? {
        guard let own = own[id]?.end else { return told[id] }
        return max(own, told[id] ?? own)
    }

    func contains(_ id: TicketID, _ now: Microseconds) -> Bool { end(of: id).map { $0 > now } ?? false }

    func isOwn(_ id: TicketID) -> Bool { own[id] != nil }

    /// This node asks for it.
    mutating func add(_ id: TicketID, until end: Microseconds) { own[id] = Own(end: end) }

    mutating func isDone(_ ids: [TicketID], at now: Microseconds) { for id in ids { own[id]?.doneAt = now } }

    /// What a store tells that was asked then. `isWhole`: this node has nothing to bring back, so nobody else is denied.
    mutating func learn(_ marks: [Recollection.Mark], askedAt: Microseconds, isWhole: Bool, now: Microseconds) {
        if isWhole {
            told = [:]
            own = own.filter { $0.value.doneAt.map { $0 >= askedAt } ?? true }
        }
        for mark in marks { told[mark.id] = max(told[mark.id] ?? .min, now + mark.endsIn) }
        guard told.count > Self.toldMax else { return }
        for (id, _) in told.sorted(by: { $0.value < $1.value }).prefix(told.count - Self.toldMax) { told[id] = nil }
    }

    /// What has ended need not be remembered.
    mutating func forget(_ now: Microseconds) {
        if told.contains(where: { $0.value <= now }) { told = told.filter { $0.value > now } }
        own = own.filter { $0.value.doneAt == nil || $0.value.end > now }
    }
}
