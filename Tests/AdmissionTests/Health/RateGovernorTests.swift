import Admission
import Testing

@Suite struct RateGovernorTests {
    private typealias Fleet = GovernedFleet

    @Test func whereItFollowsNothingNothingIsProposed() {
        var fleet = Fleet()
        fleet.rules.rateBounds = nil
        fleet.seconds(30, .late)
        #expect(fleet.proposed == 0)
    }

    @Test func itIsLoweredOnceASecondAndSaysWhy() {
        var fleet = Fleet()
        fleet.second(.late)
        #expect(fleet.rate == 21 && fleet.adapted?.reason == .slow && fleet.adapted?.since == fleet.snapshot.now)
        fleet.second(.failing)
        #expect(abs(fleet.rate - 14.7) < 0.02 && fleet.adapted?.reason == .failing)
        fleet.seconds(4, .late)
        #expect(fleet.rate == 5)
    }

    @Test func atTheBottomTroubleIsSaidAgainSoThatNobodyRaises() {
        var fleet = Fleet(nodes: 2)
        // One of the two sees nothing wrong, all the time.
        for _ in 0..<120 { fleet.second([.late, .good]) }
        #expect(fleet.rate == 5)
        let last = fleet.adapted
        #expect((last?.version ?? 0) > 30 && last?.reason == .slow)
    }

    @Test func fewRequestsProveNothing() {
        var fleet = Fleet()
        for _ in 0..<6 { fleet.second(HealthSample(requests: 3, slow: 3, failed: 3)) }
        #expect(fleet.proposed == 0)
        fleet.second(HealthSample(requests: 3, slow: 3))
        #expect(fleet.rate == 21, "all seven seconds together are enough")
    }

    @Test func chanceIsNoTrouble() {
        var fleet = Fleet()
        // A tenth may be late: of twenty, up to four are no news.
        fleet.second(HealthSample(requests: 20, slow: 4))
        #expect(fleet.proposed == 0)
        fleet.second(HealthSample(requests: 20, slow: 5))
        #expect(fleet.adapted?.reason == .slow)
    }

    @Test func itIsRaisedSlowlyAndNotBeyondTheHighest() {
        var fleet = Fleet()
        fleet.seconds(4, .good)
        #expect(fleet.rate == 30)
        fleet.second(.good)
        #expect(fleet.rate == 35 && fleet.adapted?.reason == .well)
        fleet.seconds(4, .good)
        #expect(fleet.rate == 35)
        fleet.seconds(61, .good)
        #expect(fleet.rate == 100)
        let version = fleet.adapted?.version
        fleet.seconds(30, .good)
        #expect(fleet.adapted?.version == version)
    }

    @Test func fromFarDownItGoesUpByPartsOfItself() {
        var fleet = Fleet()
        fleet.seconds(20, .late)
        fleet.seconds(5, .good)
        #expect(fleet.rate == 6.25)
    }

    @Test func whatIsNeitherGoodNorBadHoldsIt() {
        var fleet = Fleet()
        fleet.seconds(120, .middling)
        #expect(fleet.proposed == 0)
    }

    @Test func beyondWhatIsConfiguredItGoesOnlyWhileSomebodyWaitsForIt() {
        for (waiting, inside, top) in [(0, 0, 30.0), (1000, 100, 30), (1000, 99, 100)] {
            var fleet = Fleet()
            fleet.rules.slotsMax = 100
            fleet.snapshot.lanes[0].waiting = waiting
            fleet.snapshot.sessions = inside
            fleet.seconds(3, .late)
            #expect(fleet.rate < 12)
            fleet.seconds(200, .good)
            #expect(fleet.rate == top, "\(waiting) wait, \(inside) inside")
        }
    }

    @Test func aQuietMinuteIsGoodAsWell() {
        var fleet = Fleet()
        fleet.seconds(20, .late)
        fleet.seconds(63, HealthSample(requests: 0))
        #expect(fleet.rate == 5)
        fleet.seconds(10, HealthSample(requests: 0))
        #expect(fleet.rate > 5)
        // One failure of a few is enough for it not to be.
        var other = Fleet()
        other.seconds(20, .late)
        other.second(HealthSample(requests: 1, failed: 1))
        other.seconds(59, HealthSample(requests: 0))
        #expect(other.rate == 5)
    }

    @Test func withServersGoneNoMoreThanTheirPart() {
        var fleet = Fleet()
        fleet.seconds(120, .good)
        #expect(fleet.rate == 100)
        let half = HealthSample(requests: 100, servers: 4, usable: 2)
        fleet.second(half)
        #expect(fleet.rate == 50 && fleet.adapted?.reason == .ejected)
        fleet.seconds(60, half)
        #expect(fleet.rate == 50)
        fleet.second(HealthSample(servers: 4, usable: 0))
        #expect(fleet.rate == 5)
        fleet.seconds(200, HealthSample(requests: 100, servers: 4, usable: 4))
        #expect(fleet.rate == 100)
    }

    @Test func whatAnOperatorHasSetIsLeftAlone() {
        var fleet = Fleet()
        fleet.snapshot.controls.apply([.rate(.perSecond(80))])
        fleet.seconds(30, .late)
        #expect(fleet.proposed == 0 && fleet.rate == 80)
        fleet.snapshot.controls.apply([.rate(nil)])
        fleet.second(.late)
        #expect(fleet.rate == 21)
    }

    @Test(arguments: [RoomPhase.before, .prequeue, .paused, .open, .closed])
    func whereNobodyIsLetInByTheRateItStays(_ phase: RoomPhase) {
        var fleet = Fleet()
        fleet.snapshot.phase = phase
        fleet.seconds(30, .late)
        #expect(fleet.proposed == 0)
    }

    @Test func aClockThatIsSetBackHoldsNothingUp() {
        var fleet = Fleet()
        fleet.second(.late)
        fleet.snapshot.now -= 3_600_000_000
        fleet.second(.late)
        #expect(abs(fleet.rate - 14.7) < 0.02)
    }

    @Test func ofAHundredNodesOneChangesIt() {
        var fleet = Fleet(nodes: 100)
        fleet.second(.late)
        #expect(fleet.rate == 21 && fleet.proposed == 100 && fleet.taken == 1)
        fleet.seconds(11, .good)
        #expect(fleet.rate > 21 && fleet.rate <= 31, "two steps at most: \(fleet.rate)")
    }

    @Test func nodesWhoseSecondsBeginAtOtherTimesLowerItOnceASecondAllTheSame() {
        var fleet = Fleet(nodes: 4)
        let nothing = HealthSample(requests: 0)
        for round in 0..<8 {
            var samples = [HealthSample](repeating: nothing, count: 4)
            samples[round % 4] = .late
            fleet.second(samples, after: 250_000)
        }
        #expect(fleet.taken == 2 && abs(fleet.rate - 14.7) < 0.02)
    }

    @Test func whatWasSeenBeforeAChangeSaysNothingAfterIt() {
        var fleet = Fleet(nodes: 2)
        let nothing = HealthSample(requests: 0)
        fleet.second([HealthSample(requests: 19, slow: 19), nothing])
        fleet.second([nothing, .late])
        #expect(fleet.taken == 1)
        fleet.seconds(2, nothing)
        fleet.second([HealthSample(requests: 1, slow: 1), nothing])
        #expect(fleet.taken == 1 && fleet.rate == 21)
    }

    @Test func oneBadAccountOutweighsTheGoodOnes() {
        var fleet = Fleet(nodes: 20)
        let bad = [HealthSample.late] + [HealthSample](repeating: .good, count: 19)
        for _ in 0..<60 { fleet.second(bad) }
        #expect(fleet.rate == 5)
        // In whatever order they come to the store.
        var other = Fleet(nodes: 20)
        for _ in 0..<60 { other.second(Array(bad.reversed())) }
        #expect(other.rate == 5)
    }
}

/// Governors, store and origin in a circle.
@Suite struct GovernedOriginTests {
    private struct Course {
        var rates: [Double] = []
        var late: [Double] = []

        func mean(_ seconds: Range<Int>) -> Double { rates[seconds].reduce(0, +) / Double(seconds.count) }
        func part(_ seconds: Range<Int>, _ isSo: (Int) -> Bool) -> Double {
            Double(seconds.filter(isSo).count) / Double(seconds.count)
        }
    }

    /// Thirty a second are all that the origin bears; about 23 are those of which a tenth waits for too long. From the 600th to the
    /// 1200th second it bears a third of that.
    private func play(seed: UInt64, nodes: Int, staySeconds: Double) -> Course {
        var random = SeededRandom(seed: seed)
        var fleet = GovernedFleet(nodes: nodes)
        var origin = ToyOrigin(requestsMax: 30 * staySeconds, staySeconds: staySeconds)
        var course = Course()
        for second in 0..<2000 {
            origin.requestsMax = 30 * staySeconds * ((600..<1200).contains(second) ? 1.0 / 3 : 1)
            let samples = origin.second(rate: fleet.rate, nodes: nodes, &random)
            course.late.append(origin.lateShare)
            fleet.second(samples)
            course.rates.append(fleet.rate)
        }
        return course
    }

    @Test(arguments: [1, 2, UInt64.random(in: 3 ... .max)], [1, 2, 8])
    func findsWhatTheOriginBearsAndStaysThere(_ seed: UInt64, _ nodes: Int) {
        for stay in [5.0, 20, 60] {
            let course = play(seed: seed, nodes: nodes, staySeconds: stay)
            let about: Comment = "seed \(seed), \(nodes) nodes, a stay of \(stay) s"
            #expect((17...27).contains(course.mean(200..<600)), about)
            #expect(course.part(200..<600) { course.late[$0] > 0.5 } < 0.05, about)
            #expect(course.part(200..<600) { (8...40).contains(course.rates[$0]) } > 0.8, about)
            // Down as soon as it gets worse.
            let soon = course.rates[600..<620].min() ?? 100
            #expect(soon < 12, about)
            #expect((5...10).contains(course.mean(800..<1200)), about)
            #expect(course.part(800..<1200) { course.late[$0] > 0.5 } < 0.1, about)
            // And up again when it is well.
            #expect((17...27).contains(course.mean(1600..<2000)), about)
        }
    }
}
