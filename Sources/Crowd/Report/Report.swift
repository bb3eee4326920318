/// What a crowd has seen, and whether the promises were kept.
public struct Report: Sendable {
    public let seed: UInt64
    public let elapsed: UInt64
    public let promises: Promises
    public let tally: Tally
    public let visitors: Int
    public let joined: Int
    public let free: Int
    public let waiting: Int
    public let strayed: Int
    public let waits: Histogram
    public let promisedWaits: PromisedWaits
    public let judgement: Judgement
    /// The same from the site's own log, where there is one.
    public let origin: (log: OriginLog, judgement: Judgement, missing: Int)?
    public var process = ProcessUse()
    /// What was not kept; empty is good.
    public let broken: [String]

    public init(
        _ visits: [Visit], _ tally: Tally, _ promises: Promises, origin log: OriginLog? = nil, elapsed: UInt64, seed: UInt64
    ) {
        self.seed = seed
        self.elapsed = elapsed
        self.promises = promises
        self.tally = tally
        visitors = visits.count
        joined = visits.count { $0.hasJoined }
        free = visits.count { $0.isFree }
        waiting = visits.count { $0.hasJoined && $0.admittedAt == Visit.never }
        strayed = visits.count { $0.isStrayed }
        var waits = Histogram()
        for visit in visits { if let wait = visit.waitNanoseconds { waits.add(wait) } }
        self.waits = waits
        promisedWaits = PromisedWaits(visits)
        judgement = Judgement(visits, promises)
        origin = log.map { log in
            let judgement = Judgement(log.witnessed(visits), promises, whose: " as the origin counted them")
            return (log, judgement, log.missing(visits))
        }
        broken = judgement.broken + Self.brokenAtOrigin(origin) + Self.brokenElsewhere(joined, tally, promises)
    }

    /// All promises were kept.
    public var isKept: Bool { broken.isEmpty }

    private static func brokenAtOrigin(_ origin: (log: OriginLog, judgement: Judgement, missing: Int)?) -> [String] {
        guard let origin else { return [] }
        var broken = origin.judgement.broken
        if origin.log.requestsWithoutID > 0 {
            broken.append("pass: \(origin.log.requestsWithoutID) requests reached the origin without one")
        }
        if origin.missing > 0 {
            broken.append("origin: \(origin.missing) were served the site, and its log does not know them")
        }
        if origin.log.requests == 0 {
            broken.append("origin: its log has no request of this run, so nothing was proved by it")
        }
        return broken
    }

    private static func brokenElsewhere(_ joined: Int, _ tally: Tally, _ promises: Promises) -> [String] {
        var broken: [String] = []
        if joined == 0 { broken.append("nobody got as far as the line or the site, so nothing was proved") }
        // Places are promised without exception; faults of the network may be granted.
        let places = [Grievance.placeLost, .placeGrew(by: 0), .putOut].reduce(UInt64(0)) { sum, grievance in
            sum + (tally.grievances[grievance.name] ?? 0)
        }
        if places > 0 {
            broken.append("places: \(places) times one was lost, moved backwards, or had to be waited for again")
        }
        let errors = tally.grievanceCount - places
        if errors > promises.errorsMax {
            broken.append("errors: there were \(errors), \(promises.errorsMax) are granted (--errors-max)")
        }
        return broken
    }
}

/// What the run has cost the machine that it ran on.
public struct ProcessUse: Equatable, Sendable {
    public var processorSeconds = 0.0
    public var memoryKibibytesMost = 0

    public init() {}
}
