import Admission
import Settings
import Telemetry

/// What the control loop knows of the rooms: the store's last word on each, and how they have gone in the last minutes.
final class RoomBoard {
    /// A word of the store older than this is none.
    static let freshFor: UInt64 = 3_000_000_000
    static let promisesMax = 1000

    struct Standing {
        var room: Settings.Room
        var rules: RoomRules
        var snapshot: RoomSnapshot?
        /// Loop time.
        var heardAt: UInt64 = 0
        var history = RoomHistory()
        /// The latest promises of this process that came true or not.
        var promises: [PromiseLedger.Kept] = []
        var waitForLast: WaitRange?
        /// Of its origin, where the rate follows it: what this process judges by.
        var health = HealthSample()
        /// Who set what, as far as it was done here.
        var authors: [String: Author] = [:]

        init(_ room: Settings.Room) {
            self.room = room
            rules = room.rules
        }

        /// What holds now.
        var effective: RoomRules { snapshot.map { rules.under($0.controls) } ?? rules }
        var active: Int { snapshot.map { $0.offered + $0.sessions } ?? 0 }
    }

    struct Author: Equatable {
        let who: String
        /// Since 1970, in seconds.
        let at: Int64
    }

    private(set) var names: [String] = []
    private(set) var standings: [String: Standing] = [:]
    /// Told whenever the store has spoken of a room.
    var onSnapshot: ((String, RoomSnapshot) -> Void)?

    init(_ settings: Settings) { follow(settings) }

    /// Rooms come and go with the configuration.
    func follow(_ settings: Settings) {
        let next = settings.allRooms
        names = next.map(\.name)
        standings = Dictionary(
            next.map { named in
                var standing = standings[named.name] ?? Standing(named.room)
                (standing.room, standing.rules) = (named.room, named.room.rules)
                return (named.name, standing)
            }, uniquingKeysWith: { first, _ in first })
    }

    func heard(_ room: String, _ snapshot: RoomSnapshot, at now: UInt64) {
        guard standings[room] != nil else { return }
        // The lists are for whoever answers visitors.
        var snapshot = snapshot
        for lane in snapshot.lanes.indices { (snapshot.lanes[lane].near, snapshot.lanes[lane].marks) = ([], []) }
        snapshot.revoked = []
        standings[room]?.snapshot = snapshot
        standings[room]?.heardAt = now
        onSnapshot?(room, snapshot)
    }

    func heard(_ report: LoopReport) {
        for room in report.rooms {
            guard var standing = standings[room.room] else { continue }
            standing.promises = Array((standing.promises + room.kept).suffix(Self.promisesMax))
            if report.index == 0 { standing.waitForLast = room.waitForLast }
            standings[room.room] = standing
        }
    }

    func isFresh(_ standing: Standing, at now: UInt64) -> Bool {
        standing.snapshot != nil && now < standing.heardAt + Self.freshFor
    }

    /// Once a second.
    func sample(at now: UInt64, unixSeconds: Int64, _ origin: OriginFigures, store: (String) -> String) {
        for name in names {
            guard let standing = standings[name] else { continue }
            let isFresh = isFresh(standing, at: now)
            let rules = standing.effective
            let sample = RoomSample(
                at: unixSeconds, waiting: isFresh ? standing.snapshot?.waiting : nil,
                admittedTotal: isFresh ? standing.snapshot?.totals.admitted : nil,
                active: isFresh ? standing.active : nil, rate: rules.rate.perSecond,
                cap: rules.slotsMax >= Settings.Room.slotsMax ? nil : rules.slotsMax,
                promised: standing.promises.last?.promised.middle, actual: standing.promises.last?.actual,
                nodes: isFresh ? NodeName.processes(of: standing.snapshot?.nodes ?? []).count : 0, store: store(name),
                origin: origin)
            standings[name]?.history.add(sample)
        }
    }

    func note(_ health: HealthSample, of room: String) { standings[room]?.health = health }

    func note(_ author: Author, _ keys: [String], of room: String) {
        for key in keys { standings[room]?.authors[key] = author }
    }
}
