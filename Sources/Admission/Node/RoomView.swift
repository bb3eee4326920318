/// A snapshot, made ready for questions. It never changes, and is no value since every visit looks at it: a copy is a count
/// of references for each thing that is in it.
final class RoomView: Sendable {
    let snapshot: RoomSnapshot
    /// The node's clock when it came.
    let receivedAt: Microseconds
    private let near: [[TicketID: Int]]
    private let marks: [[RankMark]]
    /// How many had been admitted when the marks were taken.
    private let admittedAtMarks: Int64

    /// Marks that were not sent are those of the view before.
    init(_ snapshot: RoomSnapshot, after earlier: RoomView?, at now: Microseconds) {
        self.snapshot = snapshot
        receivedAt = now
        near = snapshot.lanes.map { lane in
            Dictionary(zip(lane.near, 0...), uniquingKeysWith: { first, _ in first })
        }
        if let earlier, earlier.snapshot.marksVersion == snapshot.marksVersion, earlier.marks.count == snapshot.lanes.count {
            marks = earlier.marks
            admittedAtMarks = earlier.admittedAtMarks
        } else {
            marks = snapshot.lanes.map(\.marks)
            admittedAtMarks = snapshot.totals.admitted
        }
    }

    /// The store's clock at a time of the node's.
    func storeTime(_ now: Microseconds) -> Microseconds { snapshot.now + now - receivedAt }

    func isNear(_ id: TicketID, lane: Int) -> Bool { near.indices.contains(lane) && near[lane][id] != nil }

    /// The turn has come: it stands no more among those who wait.
    func isPassed(_ id: TicketID, lane: Int, place: Place) -> Bool {
        hasCome(place, lane: lane) && near[lane][id] == nil
    }

    /// The line has come as far, whoever has the place.
    func hasCome(_ place: Place, lane: Int) -> Bool {
        snapshot.lanes.indices.contains(lane) && place <= snapshot.lanes[lane].head
    }

    /// How many stand before it: exact for the first ones, between two marks for the others.
    func rank(of id: TicketID, lane: Int, place: Place) -> Int {
        guard snapshot.lanes.indices.contains(lane) else { return snapshot.waiting }
        if let exact = near[lane][id] { return exact }
        let view = snapshot.lanes[lane]
        // It was offered its turn, or has come back since: before all who wait.
        if place <= view.head { return 0 }
        if place > snapshot.tail {
            let since = place.epoch == snapshot.tail.epoch ? place.number - snapshot.tail.number - 1 : 0
            return view.waiting + Int(since)
        }
        return min(max(rank(of: place, lane: lane), view.near.count), max(view.waiting - 1, view.near.count))
    }

    /// How many stand before a place, whoever has it.
    func rank(of place: Place, lane: Int) -> Int {
        let view = snapshot.lanes[lane]
        var low = RankMark(place: view.head, rank: 0)
        var high = RankMark(place: snapshot.tail, rank: view.waiting)
        let next = marks[lane].partitioningIndex { $0.place >= place }
        let admittedSince = Int(snapshot.totals.admitted - admittedAtMarks)
        // Where more stood than do now, dead places have been dropped since the marks were taken.
        let last = max((marks[lane].last?.rank ?? 0) + 1 - admittedSince, 1)
        let kept = min(1, Double(view.waiting) / Double(last))
        if next > 0 { low = shifted(marks[lane][next - 1], admittedSince, kept) }
        if next < marks[lane].count { high = shifted(marks[lane][next], admittedSince, kept) }
        return min(interpolate(place, low, high), view.waiting)
    }

    private func shifted(_ mark: RankMark, _ count: Int, _ kept: Double) -> RankMark {
        RankMark(place: mark.place, rank: Int(Double(max(0, mark.rank - count)) * kept))
    }

    private func interpolate(_ place: Place, _ low: RankMark, _ high: RankMark) -> Int {
        guard high.place > low.place, high.rank > low.rank, place > low.place else { return low.rank }
        let part = Double(place.rawValue - low.place.rawValue) / Double(high.place.rawValue - low.place.rawValue)
        return low.rank + Int(part * Double(high.rank - low.rank))
    }
}
