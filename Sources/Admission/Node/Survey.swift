/// What a node concludes from whom it expected and who came.
struct Survey: Sendable {
    /// A part of a lane rests on so many tickets at least.
    static let partMin = 40
    static let partsMax = 64
    /// Those who are gone are dropped within so many parts of the store's patience.
    static let sweepsMax = 8
    /// Who goes away lately: in this part of the store's patience.
    static let lately: Microseconds = 4
    /// Up to the first part of visits that come astray all is believed, from the second on nothing.
    static let strayedLow = 0.05
    static let strayedHigh = 0.2

    struct Part: Hashable, Sendable {
        /// The last place in it.
        var end: Place
        /// The part of its tickets whose holders are there.
        var present: Double
    }

    /// By lane, in order; empty where nothing is known.
    private(set) var lanes: [[Part]] = []
    /// The part of the absent that the store has dropped by the end of each part of its patience.
    private(set) var swept: [Double] = []
    /// The part of those present that goes away in a second, lately; nil where nothing is known.
    private(set) var leaving: Double?
    /// How far this may be believed, from 0 to 1.
    private(set) var trust = 0.0

    init() {}

    init(_ entries: [Attendance.Entry], strayed: Double, window: Microseconds, now: Microseconds) {
        guard entries.count >= Self.partMin else { return }
        trust = min(max((Self.strayedHigh - strayed) / (Self.strayedHigh - Self.strayedLow), 0), 1)
        let late = now - Attendance.lateMax
        let laneCount = (entries.map(\.lane).max() ?? 0) + 1
        lanes = (0..<min(laneCount, RoomRules.lanesMax)).map { lane in
            Self.parts(
                entries.filter { $0.lane == lane }.sorted {
                    ($0.place, $0.heardAt, $0.dueAt ?? 0) < ($1.place, $1.heardAt, $1.dueAt ?? 0)
                }, late)
        }
        let absent = entries.filter { !Self.isPresent($0, late) }
        let spans = absent.map { max(0, $0.heardAt + window - now) }
        swept = (1...Self.sweepsMax).map { part in
            let end = window / Microseconds(Self.sweepsMax) * Microseconds(part)
            return absent.isEmpty ? 1 : Double(spans.count { $0 <= end }) / Double(absent.count)
        }
        let back = max(window / Self.lately, 1)
        let gone = absent.count { ($0.dueAt ?? late) > late - back }
        let present = entries.count - absent.count
        leaving = present == 0 ? nil : Double(gone) / Double(present) / (Double(back) / 1e6)
    }

    private static func isPresent(_ entry: Attendance.Entry, _ late: Microseconds) -> Bool {
        entry.dueAt.map { $0 >= late } ?? true
    }

    private static func parts(_ entries: [Attendance.Entry], _ late: Microseconds) -> [Part] {
        let count = min(entries.count / partMin, partsMax)
        return (0..<count).map { part in
            let range = entries.count * part / count..<entries.count * (part + 1) / count
            let present = entries[range].count { isPresent($0, late) }
            return Part(end: entries[range.upperBound - 1].place, present: Double(present) / Double(range.count))
        }
    }
}
