import Admission
import Gate
import Settings

/// The rooms in the line's and the gate's own terms.
extension Settings.Room {
    var rules: RoomRules {
        var rules = RoomRules(
            rate: rate.admissionRate, burst: burst.map(Int64.init), slotsMax: activeMax.map(Int64.init) ?? Self.slotsMax)
        if let rateMin, let rateMax {
            rules.rateBounds = RateBounds(min: rateMin.admissionRate, max: rateMax.admissionRate)
        }
        rules.waitingMax = Int64(waitingMax)
        rules.state = state.roomState
        rules.method = method == .fifo ? .fifo : .random
        rules.schedule = Schedule(
            prequeueAt: prequeueAt?.microseconds, opensAt: opensAt?.microseconds, closesAt: closesAt?.microseconds)
        rules.lanes = lanes.map { LaneRule(name: $0.name, share: Int64($0.share)) }
        rules.claimWindow = claimWindow.microseconds
        rules.turnGrace = turnGrace.microseconds
        rules.abandonAfter = abandonAfter.microseconds
        rules.passLife = passLife.microseconds
        rules.sessionIdle = sessionIdle.microseconds
        rules.sessionMax = sessionMax.microseconds
        return rules
    }

    /// What its origin's health is judged by, where the rate follows it.
    var latencyTarget: UInt64? { rules.rateBounds == nil ? nil : rateTargetLatency.unsigned }

    /// `max_active = "off"`.
    static let slotsMax: Int64 = 1_000_000_000
}

extension Settings {
    /// The gate as these settings have it.
    func gate(_ keys: KeyRing) -> Gate {
        let all = allRooms
        var areas: [RoomMap.Area] = []
        var rooms: [GateRoom] = []
        for (at, named) in all.enumerated() {
            for host in named.room.hosts {
                areas.append(RoomMap.Area(host: host.areaHost, path: Array(named.room.path.utf8), room: at))
            }
            let suffix = all.count == 1 ? "" : ".\(named.name)"
            guard let name = RoomName(named.name) else { continue }
            rooms.append(
                GateRoom(
                    name: name, lanes: named.room.lanes.compactMap { LaneName($0.name) },
                    ticketCookie: tokens.ticketCookie + suffix, passCookie: tokens.passCookie + suffix,
                    passLifeSeconds: UInt64(named.room.passLife.milliseconds / 1000),
                    sessionMaxSeconds: UInt64(named.room.sessionMax.milliseconds / 1000),
                    bindsNetwork: named.room.bindsNetwork, bypass: named.room.bypass))
        }
        return Gate(rooms: rooms, map: RoomMap(areas), keys: keys, apiPrefix: tokens.apiPrefix)
    }
}

extension Settings.Room {
    fileprivate var bypass: Bypass {
        Bypass(
            paths: bypassPaths.map { (Array($0.path.utf8), $0.isPrefix) },
            methods: bypassMethods.map { Array($0.name.utf8) },
            networks: bypassNetworks,
            crawlers: bypassCrawlers.map { Bypass.Crawler(agent: $0.agent, networks: $0.networks) })
    }
}

extension Rate {
    var admissionRate: AdmissionRate {
        AdmissionRate(count: Int64(clamping: count), perMicroseconds: Microseconds(clamping: perNanoseconds / 1000))
    }
}

extension Settings.Room.State {
    fileprivate var roomState: RoomState {
        switch self {
        case .auto: .auto
        case .queue: .queue
        case .paused: .paused
        case .open: .open
        case .closed: .closed
        }
    }
}

extension HostPattern {
    fileprivate var areaHost: RoomMap.Area.Host {
        switch self {
        case .any: .any
        case .exactly(let name): .exactly(Array(name.utf8))
        case .below(let name): .below(Array(name.utf8))
        }
    }
}

extension Timespan {
    fileprivate var microseconds: Microseconds { nanoseconds / 1000 }
}

extension Moment {
    fileprivate var microseconds: Microseconds { unixSeconds * 1_000_000 }
}
