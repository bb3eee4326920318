/// How many of those whom a node remembers as waiting are still there. Whoever is, has an appointment: it was told when to ask
/// again. Whoever has none that is still to come, or is just due, has gone; a node knows it within one poll, long before a
/// store may take a ticket for dead.
///
/// Both are counted by the second: tickets by when a store last heard of them, as the store itself does before it drops them,
/// and appointments by when they are due.
struct Attendance: Sendable {
    static let secondMicroseconds: Microseconds = 1_000_000
    /// Who comes so late is not late.
    static let lateMax: Microseconds = 2_000_000
    /// So long is looked back, and ahead, in seconds.
    static let secondsMax = 4000
    /// Of fewer tickets nothing is concluded.
    static let ticketsMin = 40

    private var heard = SecondCounts()
    private var due = SecondCounts()
    private var came = SecondCounts()

    mutating func move(from old: Microseconds?, to new: Microseconds?) {
        if let old { heard.add(-1, at: old / Self.secondMicroseconds) }
        if let new { heard.add(1, at: new / Self.secondMicroseconds) }
    }

    mutating func expect(at time: Microseconds) { due.add(1, at: time / Self.secondMicroseconds) }

    /// An appointment was kept, a little after it was due.
    mutating func come(at time: Microseconds) { came.add(1, at: time / Self.secondMicroseconds) }

    /// `window`: when a store drops a ticket that it did not hear of.
    mutating func turn(window: Microseconds, now: Microseconds) {
        heard.forget(before: (now - window) / Self.secondMicroseconds)
        let late = (now - Self.lateMax) / Self.secondMicroseconds
        due.forget(before: late)
        came.forget(before: late)
    }

    /// The part of those in line that is still there; nil while it cannot be told.
    var alive: Double? {
        let inLine = heard.sum
        guard inLine >= Self.ticketsMin else { return nil }
        return min(1, Double(max(0, due.sum - came.sum)) / Double(inLine))
    }
}

/// So many in each second from a moving beginning on.
private struct SecondCounts: Sendable {
    private var counts: [Int] = []
    private var first: Int64?

    mutating func add(_ count: Int, at second: Int64) {
        let first = first ?? second
        if self.first == nil { self.first = first }
        let at = second - first
        guard at >= 0 else { return }
        let index = min(Int(at), Attendance.secondsMax - 1)
        while counts.count <= index { counts.append(0) }
        counts[index] += count
    }

    mutating func forget(before second: Int64) {
        guard let first, second > first else { return }
        counts.removeFirst(min(Int(clamping: second - first), counts.count))
        self.first = second
    }

    var sum: Int { max(0, counts.reduce(0, +)) }
}
