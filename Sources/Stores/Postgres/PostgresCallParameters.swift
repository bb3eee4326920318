import Admission
import Postgres

/// What the statements are given, in the order of the functions' parameters. Pure.
enum PostgresCallParameters {
    /// The fields of `queue_rules`.
    static let rulesCount = 23

    static func of(_ call: StoreCall, clock: Microseconds?) -> [any PostgresValue] {
        let about: [any PostgresValue] = [call.room] + rules(call.rules)
        switch call.operation {
        case .control(let changes): return about + line(call) + [clock] + control(changes)
        case .restore(let recollection): return about + [clock, call.node] + restore(recollection)
        default: return about + line(call) + [clock] + items(call)
        }
    }

    private static func line(_ call: StoreCall) -> [any PostgresValue] {
        [Int64(clamping: call.epoch), Int64(bitPattern: call.lineage)]
    }

    private static func items(_ call: StoreCall) -> [any PostgresValue] {
        switch call.operation {
        case .enter(let arrivals):
            [
                ids(arrivals.map(\.id)), arrivals.map { Int64($0.lane) }, arrivals.map { $0.place.map(number) },
                arrivals.map(\.isNew),
            ]
        case .beat(let tickets), .claim(let tickets), .release(let tickets), .leave(let tickets): [ids(tickets)]
        case .admit(let tick):
            [call.node, Int64(bitPattern: tick.lineage), tick.seed, tick.marksVersion, tick.endedUpTo]
        case .renew(let sessions): [ids(sessions.map(\.id)), sessions.map(\.startedAt)]
        case .revoke(let tickets, let lasting): [ids(tickets), lasting]
        case .adapt(let proposal):
            [proposal.rate.count, proposal.rate.perMicroseconds, proposal.reason.rawValue, proposal.after]
        case .read(let cursor): [Int64(cursor.section), Int64(cursor.offset)]
        case .control, .restore: []
        }
    }

    private static func rules(_ rules: RoomRules) -> [any PostgresValue] {
        [
            rules.rate.count, rules.rate.perMicroseconds, rules.burst, rules.slotsMax, rules.waitingMax,
            rules.state.rawValue, rules.method.rawValue,
            rules.schedule.prequeueAt, rules.schedule.opensAt, rules.schedule.closesAt,
            rules.lanes.map(\.name), rules.lanes.map(\.share),
            rules.claimWindow, rules.turnGrace, rules.abandonAfter,
            rules.passLife, rules.sessionIdle, rules.sessionMax, rules.standstillAfter,
            rules.rateBounds?.min.count, rules.rateBounds?.min.perMicroseconds,
            rules.rateBounds?.max.count, rules.rateBounds?.max.perMicroseconds,
        ]
    }

    /// Of each kind of change whether it is made, and to what; of several the last counts.
    private static func control(_ changes: [ControlChange]) -> [any PostgresValue] {
        var controls = RoomControls()
        controls.apply(changes)
        var (rate, burst, slotsMax, state, opensAt, message) = (false, false, false, false, false, false)
        for change in changes {
            switch change {
            case .rate: rate = true
            case .burst: burst = true
            case .slotsMax: slotsMax = true
            case .state: state = true
            case .opensAt: opensAt = true
            case .message: message = true
            }
        }
        return [
            rate, controls.rate?.count, controls.rate?.perMicroseconds, burst, controls.burst,
            slotsMax, controls.slotsMax, state, controls.state?.rawValue, opensAt, controls.opensAt,
            message, controls.message,
        ]
    }

    private static func restore(_ recollection: Recollection) -> [any PostgresValue] {
        let marks = recollection.watermarks
        let begins: [any PostgresValue] = [
            Int64(clamping: recollection.epoch), Int64(bitPattern: recollection.lineage), recollection.nodes,
            recollection.isComplete,
        ]
        let held: [any PostgresValue] = [
            ids(recollection.waiting.map(\.id)), recollection.waiting.map { Int64($0.lane) },
            recollection.waiting.map { number($0.place) }, recollection.waiting.map(\.seenAgo),
            ids(recollection.sessions.map(\.id)), recollection.sessions.map(\.startedAt),
            recollection.sessions.map(\.endsIn),
            ids(recollection.spent.map(\.id)), recollection.spent.map(\.endsIn),
            ids(recollection.revoked.map(\.id)), recollection.revoked.map(\.endsIn),
        ]
        return begins + lanes(marks.lanes) + controls(marks.controls) + draw(marks.draw) + held
    }

    // MARK: Parts of watermarks

    static func lanes(_ marks: [LaneMark]) -> [any PostgresValue] {
        [marks.map(\.name), marks.map { number($0.head) }, marks.map { number($0.floor) }]
    }

    static func controls(_ told: RoomControls) -> [any PostgresValue] {
        let controls = told.bounded
        return [
            controls.version, controls.rate?.count, controls.rate?.perMicroseconds, controls.burst, controls.slotsMax,
            controls.state?.rawValue, controls.opensAt, controls.message, controls.adapted.map(adapted),
        ]
    }

    /// See `queue_room.control_adapted`.
    private static func adapted(_ adapted: AdaptedRate) -> [Int64] {
        [adapted.version, adapted.rate.count, adapted.rate.perMicroseconds, adapted.since, adapted.reason.rawValue]
    }

    static func draw(_ draw: Draw?) -> [any PostgresValue] {
        [draw.map { Int64(clamping: $0.epoch) }, draw?.seed, draw?.isOpened, draw?.openedFor]
    }

    static func number(_ place: Place) -> Int64 { Int64(place.rawValue) }

    private static func ids(_ tickets: [TicketID]) -> [PostgresUUID] {
        tickets.map { PostgresUUID(high: $0.high, low: $0.low) }
    }
}
