/// How many lines of one event a second may bring, so that a flood of one kind cannot bury everything else.
///
/// Pure: time is an argument. A clock that steps back begins a new second.
struct EventCeiling {
    static let linesPerSecondMax = 10
    /// More names than this share the last place.
    static let eventsMax = 64

    struct Suppressed: Equatable {
        var event: StaticString
        var level: LogLevel
        var lines: Int

        static func == (left: Suppressed, right: Suppressed) -> Bool {
            left.event.utf8Start == right.event.utf8Start && left.level == right.level && left.lines == right.lines
        }
    }

    private struct Place {
        var event: StaticString
        var level: LogLevel
        var since: Int64
        var lines = 0
        var suppressed = 0
    }

    private var places: [Place] = []
    /// How many places have suppressed lines that nobody was told of yet.
    private(set) var owing = 0

    init() { places.reserveCapacity(Self.eventsMax) }

    /// Whether this line may be written; counted if not.
    mutating func admits(_ level: LogLevel, _ event: StaticString, at time: Int64) -> Bool {
        let at = place(of: event, level, at: time)
        if Self.isOver(places[at].since, at: time), places[at].suppressed == 0 {
            places[at].since = time
            places[at].lines = 0
        }
        if places[at].lines < Self.linesPerSecondMax {
            places[at].lines += 1
            return true
        }
        if places[at].suppressed == 0 { owing += 1 }
        places[at].suppressed += 1
        return false
    }

    /// The next event whose second is over and that has lines to be accounted for.
    mutating func nextSuppressed(at time: Int64) -> Suppressed? {
        guard owing > 0 else { return nil }
        for at in places.indices where places[at].suppressed > 0 && Self.isOver(places[at].since, at: time) {
            let said = Suppressed(event: places[at].event, level: places[at].level, lines: places[at].suppressed)
            places[at].suppressed = 0
            places[at].lines = 0
            places[at].since = time
            owing -= 1
            return said
        }
        return nil
    }

    private static func isOver(_ since: Int64, at time: Int64) -> Bool {
        time < since || time &- since >= 1_000_000_000
    }

    /// A literal is known by where it lies: two literals of the same text merely have a ceiling each.
    private mutating func place(of event: StaticString, _ level: LogLevel, at time: Int64) -> Int {
        for at in places.indices where places[at].event.utf8Start == event.utf8Start { return at }
        if places.count < Self.eventsMax {
            let name = places.count == Self.eventsMax - 1 ? "others" : event
            places.append(Place(event: name, level: level, since: time))
        }
        return places.count - 1
    }
}
