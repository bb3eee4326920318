import Admission

/// One run of the world: a seed and a scenario give the same, always.
public struct Run: Sendable {
    public let seed: UInt64
    public let scenario: Scenario

    public init(seed: UInt64, kind: Scenario.Kind? = nil, visitors: Int? = nil) {
        self.seed = seed
        scenario = Scenario.seeded(seed, kind: kind, visitors: visitors)
    }

    public func play() -> RunReport {
        let world = World(seed: seed, scenario: scenario)
        world.run()
        return RunReport(world, seed: seed)
    }
}

/// What came of it.
public struct RunReport: Sendable {
    public var seed: UInt64
    public var kind: Scenario.Kind
    public var visitors: Int
    public var nodes: Int
    public var faults: Int
    public var admissions: Int64
    public var polls: Int
    public var calls: Int
    public var lostCalls: Int
    public var held: Int
    public var rejoined: Int
    public var events: Int
    public var virtualTime: Microseconds
    /// The furthest that any window came, as a part of what it may admit.
    public var rateWorst: Double
    /// The part of the rate at which the line moved while it could; nil when that was too short to say.
    public var progress: Double?
    public var passesMost: Int
    /// The longest that a visitor who polls was told nothing by a node that knew.
    public var outageLongest: Microseconds
    public var rememberedMost: Int
    /// Of everything that happened.
    public var digest: UInt64
    public var violation: Violation?
    /// Of a line whose visitors go away, and of no other.
    public var ghosts: GhostReport?

    init(_ world: World, seed: UInt64) {
        self.seed = seed
        kind = world.scenario.kind
        visitors = world.scenario.visitors
        nodes = world.nodes.count
        faults = world.faultsBegun
        admissions = world.observer.admissions
        polls = world.figures.polls
        calls = world.figures.calls
        lostCalls = world.figures.lostCalls
        held = world.figures.held
        rejoined = world.figures.rejoined
        events = world.eventCount
        virtualTime = world.now
        rateWorst = world.observer.regular.worst
        progress = world.observer.progress.part
        passesMost = world.figures.passesMost
        outageLongest = world.figures.outageLongest
        rememberedMost = world.figures.rememberedMost
        digest = world.observer.trail.digest
        violation = world.observer.violation
        ghosts = GhostReport(world)
    }
}
