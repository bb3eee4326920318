import Admission

/// The line of a node that goes on alone, as the observer sees it.
struct LoneLine {
    let lineage: UInt64
    /// How many nodes it shares the rate and the slots with, as it saw them last.
    let nodes: Int64
    /// Its part of the slots that were free then.
    let freeSlots: Int64
    /// By lane, whose turn had passed for good before.
    let floors: [Place]
    /// Sessions that it brought with it.
    var ownSessions: Int64 = 0
    var rate = RateMeter()
    var totals = RoomTotals()
    var counts = (waiting: 0, offered: 0, sessions: 0)
    /// Of places that it gave, the highest.
    var placeMax = Place.none
    /// Who was offered its turn here, and until when.
    var offerEnds: [Int32: Microseconds] = [:]
    private var tickedAt: Microseconds?
    private var expected = 0.0
    private var got: Int64 = 0

    init(lineage: UInt64, seen: RoomSnapshot, rules: RoomRules) {
        self.lineage = lineage
        floors = seen.lanes.map(\.floor)
        nodes = Int64(max(1, NodeName.processes(of: seen.nodes).count))
        freeSlots = max(0, rules.under(seen.controls).slotsMax - Int64(seen.offered + seen.sessions)) / nodes
    }

    /// Of the rate of all.
    func rate(of rules: RoomRules) -> AdmissionRate {
        AdmissionRate(count: rules.rate.count, perMicroseconds: rules.rate.perMicroseconds * nodes)
    }

    func burst(of rules: RoomRules) -> Int64 { max(1, rules.burst / nodes) }

    var slotsMax: Int64 { ownSessions + freeSlots }
    var slotsTaken: Int64 { Int64(counts.offered + counts.sessions) }

    /// What is due while somebody waits and has room, of ticks that came in time.
    mutating func tick(_ snapshot: RoomSnapshot, _ rules: RoomRules, admitted: Int64, _ now: Microseconds) {
        let isFree = snapshot.waiting > 0 && slotsTaken < slotsMax && snapshot.phase.admits && !snapshot.isRestoring
        if let tickedAt, isFree, now - tickedAt <= 250_000 {
            expected += rate(of: rules).perSecond * Double(now - tickedAt) / 1e6
            got += admitted
        }
        tickedAt = now
    }

    /// Exemption "shallow bucket": of a burst that is divided little is left, and what comes in between two ticks beyond it is lost.
    var shortfall: String? {
        Double(got) < expected * 0.75 - 3 ? "it admitted \(got) alone, and \(Int(expected)) were due" : nil
    }
}
