import Admission

/// What is done to the stores in the middle of the sale.
enum Fault: String, CaseIterable {
    case none
    /// Redis is killed, and comes back empty.
    case redisKilled = "redis-killed"
    /// Redis stands still, and goes on.
    case redisStopped = "redis-stopped"
    /// `FLUSHALL`.
    case redisEmptied = "redis-emptied"
    /// Every answer comes 300 ms later.
    case redisSlow = "redis-slow"
    /// One node does not reach Redis.
    case oneCutOff = "one-cut-off"
    /// The fallback is killed, and comes back.
    case fallbackKilled = "fallback-killed"
    /// No store is reached.
    case bothGone = "both-gone"
}

/// One sale, as the command line says.
struct Setting {
    var fault = Fault.none
    var loss = StoreLoss.hold
    var nodes = 4
    var tickets = 8000
    var rate: Int64 = 200
    var slots: Int64 = 0
    /// Every so-manyth goes away while it waits; 0: nobody does.
    var ghosts = 0
    var ghostsLeaveAfterSeconds = 30.0
    /// A session lasts so long.
    var sessionSeconds = 1.0
    var arriveWithinSeconds = 2.0
    /// When the fault begins, and how long it lasts.
    var faultAfterSeconds = 6.0
    var faultSeconds = 6.0
    var timeMaxSeconds = 0.0
    /// What depends on the machine's speed is demanded as well.
    var isMachineQuiet = true
    var abandonAfterSeconds = 120.0
    var claimWindowSeconds = 60.0

    var rules: RoomRules {
        var rules = RoomRules(rate: .perSecond(rate), slotsMax: slots > 0 ? slots : rate * 10)
        rules.state = .queue
        rules.abandonAfter = Microseconds(abandonAfterSeconds * 1e6)
        rules.claimWindow = Microseconds(claimWindowSeconds * 1e6)
        return rules
    }

    /// Far beyond what it should take.
    var patienceSeconds: Double {
        timeMaxSeconds > 0 ? timeMaxSeconds : Double(tickets) / Double(rate) * 2 + faultSeconds + 90
    }

    static let usage = """
        usage: chaos [--fault NAME|all] [--loss hold|local|open] [--nodes N] [--tickets N] [--rate N] [--slots N]
                     [--ghosts N] [--ghosts-after SECONDS] [--abandon-after SECONDS] [--claim-window SECONDS] [--session SECONDS]
                     [--fault-after SECONDS] [--fault-for SECONDS]
                     [--machine quiet|busy]
        faults: \(Fault.allCases.map(\.rawValue).joined(separator: " "))
        """

    /// Nil for what it does not understand.
    static func read(_ words: [String]) -> [Setting]? {
        var setting = Setting()
        var faults = [Fault.none]
        var losses = [StoreLoss.hold]
        var rest = words[...]
        while let name = rest.popFirst() {
            guard let value = rest.popFirst() else { return nil }
            let number = Double(value)
            switch (name, number) {
            case ("--fault", _) where value == "all":
                faults = Fault.allCases
                losses = StoreLoss.allCases
            case ("--fault", _):
                guard let fault = Fault(rawValue: value) else { return nil }
                faults = [fault]
            case ("--loss", _):
                guard let loss = StoreLoss(rawValue: value) else { return nil }
                losses = [loss]
            case ("--machine", _) where ["quiet", "busy"].contains(value): setting.isMachineQuiet = value == "quiet"
            case ("--nodes", let number?): setting.nodes = Int(number)
            case ("--tickets", let number?): setting.tickets = Int(number)
            case ("--rate", let number?): setting.rate = Int64(number)
            case ("--slots", let number?): setting.slots = Int64(number)
            case ("--ghosts", let number?): setting.ghosts = Int(number)
            case ("--ghosts-after", let number?): setting.ghostsLeaveAfterSeconds = number
            case ("--abandon-after", let number?): setting.abandonAfterSeconds = number
            case ("--claim-window", let number?): setting.claimWindowSeconds = number
            case ("--session", let number?): setting.sessionSeconds = number
            case ("--fault-after", let number?): setting.faultAfterSeconds = number
            case ("--fault-for", let number?): setting.faultSeconds = number
            default: return nil
            }
        }
        return faults.flatMap { fault in
            (fault == .bothGone ? losses : [losses[0]]).map { loss in
                var one = setting
                one.fault = fault
                one.loss = loss
                return one
            }
        }
    }
}
