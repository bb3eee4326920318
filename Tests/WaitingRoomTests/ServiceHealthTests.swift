import Testing

@testable import WaitingRoom

@Suite struct ServiceHealthTests {
    private func report(_ index: Int, _ usable: [String: Bool] = [:]) -> LoopReport {
        LoopReport(
            index: index, connections: 0, waiting: 0,
            upstreams: usable.map { LoopReport.Upstream(name: $0.key, isUsable: $0.value, outstanding: 0) })
    }

    private func started() -> ServiceHealth {
        var health = ServiceHealth()
        health.isStarted = true
        return health
    }

    @Test func itIsReadyWhenEverythingIsWell() {
        var health = ServiceHealth()
        #expect(!health.readiness(at: 0, upstreams: ["a"]).isReady)
        health = started()
        health.received(report(0, ["a": true]), at: 1)
        let (isReady, lines) = health.readiness(at: 2, upstreams: ["a"])
        #expect(isReady)
        #expect(lines == ["started: ok", "draining: ok", "loops: ok", "upstreams: ok"])
    }

    @Test func theStoreOfEachRoomIsSaid() {
        var health = started()
        health.received(report(0, ["a": true]), at: 1)
        func readiness(_ uses: StoreUse...) -> (isReady: Bool, lines: [String]) {
            let stores = uses.enumerated().map { (room: "r\($0.offset)", use: $0.element) }
            let (isReady, lines) = health.readiness(at: 2, upstreams: ["a"], stores: stores)
            return (isReady, lines.filter { $0.hasPrefix("store") })
        }
        #expect(readiness(.memory) == (true, ["store r0: memory", "store: ok"]))
        #expect(
            readiness(.route(.primary), .route(.fallback)).lines == ["store r0: primary", "store r1: fallback", "store: ok"])
        for use in [StoreUse.route(.moving), .route(.lost(.hold)), .route(.lost(.open)), .route(.primary)] {
            #expect(readiness(use).isReady && readiness(use, .route(.starting)).isReady, "\(use)")
            // The balancer takes its visitors to the others.
            #expect(!readiness(use, .route(.alone)).isReady, "\(use)")
        }
        #expect(
            readiness(.route(.alone)).lines.last == "store: this node alone does not reach the store that the others use")
        #expect(!readiness(.route(.starting), .route(.starting)).isReady)
    }

    @Test func aLoopThatIsSilentIsNoticed() {
        var health = started()
        health.received(report(0), at: 0)
        health.received(report(1), at: 3_000_000_000)
        #expect(health.loopsRespond(at: 4_999_999_999))
        #expect(!health.loopsRespond(at: 5_000_000_000))
        health.received(report(0), at: 5_000_000_000)
        #expect(health.loopsRespond(at: 5_000_000_001))
        #expect(!health.readiness(at: 9_000_000_000, upstreams: ["a"]).isReady)
    }

    @Test func aLoopThatNeverSpokeIsNoticed() {
        var health = started()
        health.startedAt = 1_000_000_000
        health.loopCount = 2
        health.received(report(0), at: 5_900_000_000)
        #expect(health.loopsRespond(at: 5_999_999_999))
        #expect(!health.loopsRespond(at: 6_000_000_000))
        health.received(report(1), at: 6_000_000_000)
        #expect(health.loopsRespond(at: 6_000_000_001))
    }

    @Test func oneUsableUpstreamIsEnough() {
        var health = started()
        health.received(report(0, ["a": false, "b": false]), at: 0)
        // One loop that can use it is enough, too.
        health.received(report(1, ["a": false, "b": true]), at: 0)
        let (isReady, lines) = health.readiness(at: 1, upstreams: ["a", "b"])
        #expect(isReady)
        #expect(lines.contains("upstream a: left alone after failures"))
        health.down["b"] = "answered 500 to /health"
        let worse = health.readiness(at: 1, upstreams: ["a", "b"])
        #expect(!worse.isReady)
        #expect(worse.lines.contains("upstream b: answered 500 to /health"))
        #expect(worse.lines.contains("upstreams: none of 2 is usable"))
    }

    @Test func anUpstreamThatNobodyHasTriedIsUsable() {
        #expect(started().isUsable("new"))
    }

    @Test func whoDrainsIsNotReady() {
        var health = started()
        health.isDraining = true
        let (isReady, lines) = health.readiness(at: 0, upstreams: ["a"])
        #expect(!isReady && lines.contains("draining: yes, no new connections are taken"))
    }
}
