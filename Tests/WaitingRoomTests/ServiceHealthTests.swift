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
