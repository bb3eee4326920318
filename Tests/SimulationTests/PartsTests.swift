import Digest
import Testing

@testable import Admission
@testable import Simulation

/// The simulator's own instruments, since whoever judges is judged first.
@Suite struct PartsTests {
    @Test func eventsHappenInTheOrderOfTimeAndEntry() {
        var wheel = EventWheel()
        var dice = SeededDice(seed: 3)
        var due: [(time: Microseconds, one: Int)] = []
        for number in 0..<5_000 {
            // Some at once, some within the minute, some far away, many at the same time.
            let time = dice.pick([
                0, 1_500, dice.between(0, 60_000_000), dice.between(0, 900_000_000) / 1_000_000 * 1_000_000,
            ])
            due.append((time, number))
            wheel.add(.visitor, at: time, number)
        }
        due.sort { ($0.time, $0.one) < ($1.time, $1.one) }
        var happened: [Int] = []
        while let event = wheel.pop() { happened.append(Int(event.one)) }
        #expect(happened == due.map(\.one))
    }

    @Test func whatIsEnteredMeanwhileHappensInItsTurn() {
        var wheel = EventWheel()
        wheel.add(.visitor, at: 5_000, 1)
        wheel.add(.visitor, at: 5_010, 3)
        var happened = [wheel.pop()?.one]
        wheel.add(.visitor, at: 5_005, 2)
        wheel.add(.visitor, at: 5_010, 4)
        for _ in 0..<4 { happened.append(wheel.pop()?.one) }
        #expect(happened == [1, 2, 3, 4, nil])
    }

    @Test func aRateIsMeasuredInEveryWindow() {
        var meter = RateMeter()
        let admissions: [(count: Int64, at: Microseconds)] = [(5, 0), (1, 100_000), (1, 150_000)]
        let right = admissions.map { meter.add($0.count, at: $0.at, .perSecond(10), burst: 5) }
        #expect(right == [true, true, false])
        var other = RateMeter()
        let isRight = other.add(6, at: 0, .perSecond(10), burst: 5)
        #expect(!isRight)
    }

    @Test func aPaceIsThatOfTheWorstWindowInWhichSomebodyWaited() {
        var meter = PaceMeter()
        for second in 0..<10 as Range<Microseconds> {
            // Less in the seventh second, and nobody waits in the last two.
            let count: Int64 = second == 6 ? 4 : 10
            meter.admit(count, waiting: second < 8 ? 50 : 0, at: second * 1_000_000 + 1)
            for _ in 0..<count where second < 8 { meter.come(at: second * 1_000_000 + 2) }
        }
        #expect(meter.leastAdmitted(seconds: 2) == 7)
        #expect(meter.leastAdmitted(seconds: 6) == 9)
        #expect(meter.leastAdmitted(seconds: 7) == nil)
        #expect(meter.cameMean == 9)
    }

    @Test func aPromiseIsJudgedByTheWaitThatFollowed() {
        var meter = PromiseMeter()
        let wait = WaitRange(low: 8_000_000, high: 12_000_000)
        meter.promise(wait, to: 20, at: 0)
        meter.promise(wait, to: 20, at: 5_000_000)
        // Too short a wait to learn from.
        meter.promise(wait, to: 20, at: 11_000_000)
        meter.promise(wait, to: 21, at: 0)
        meter.keep(20, at: 15_000_000)
        meter.keep(21, at: 15_000_000)
        #expect(meter.kept.map(\.error) == [0.2, 0])
        #expect(meter.kept.map(\.middleError) == [1.0 / 3, 0])
    }

    @Test func whoGoesAwayIsCountedOut() throws {
        let run = Run(seed: 1, kind: .ghosts, visitors: 3_500)
        let report = run.play()
        #expect(report.violation == nil)
        let ghosts = try #require(report.ghosts)
        #expect(ghosts.rate == 100 && ghosts.promises.count > 50)
        #expect(try #require(ghosts.cameMean) > 75)
        // So short a line has gone before anybody who stays behind can be known.
        #expect(ghosts.admittedLeast == nil && ghosts.laterPromises.isEmpty)
        #expect(Run(seed: 1, kind: .calm, visitors: 20).play().ghosts == nil)
    }

    @Test func ownLineGivesTheFirst() {
        var line = OwnLine()
        for place in [5, 3, 9, 3, 1, 7] as [UInt64] {
            line.add(.init(place: place, id: TicketID(high: place, low: 0), ticket: Int32(place)))
        }
        var places: [UInt64] = []
        while let first = line.first {
            places.append(first.place)
            line.removeFirst()
        }
        #expect(places == [1, 3, 3, 5, 7, 9])
    }

    @Test func clocksDrift() {
        #expect(SimulatedClock(offset: 7, drift: 500).reading(2_000_000) == 2_001_007)
        #expect(SimulatedClock(offset: 0, drift: -100).reading(10_000_000) == 9_999_000)
    }

    /// What the draw gives is even: chi-square over 16 parts, of as many tickets as many openings would have.
    @Test func theDrawFavoursNobody() {
        var dice = SeededDice(seed: 4)
        var counts = [Int](repeating: 0, count: 16)
        var early = 0
        let openings = 40
        let visitors = 100
        for _ in 0..<openings {
            let seed = (0..<32).map { _ in UInt8(truncatingIfNeeded: dice.next()) }
            let draw = Draw(epoch: 2, seed: seed)
            let ids = (0..<visitors).map { _ in TicketID(high: dice.next(), low: dice.next()) }
            for id in ids { counts[Int(draw.place(of: id).number >> (Draw.numberBits - 4))] += 1 }
            // Of the first tenth to come, how many are drawn into the first tenth.
            let first = Set(ids.sorted { draw.place(of: $0) < draw.place(of: $1) }.prefix(visitors / 10))
            early += ids.prefix(visitors / 10).count { first.contains($0) }
        }
        let expected = Double(openings * visitors) / 16
        let chi = counts.reduce(0.0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
        // Fifteen degrees of freedom: one in ten thousand is beyond 44; the dice are always the same.
        #expect(chi < 44, "chi-square \(chi)")
        // 40 expected, and 6 the standard deviation.
        #expect((10...70).contains(early), "\(early)")
    }

    @Test func everyScenarioIsMadeOfItsSeed() {
        for kind in Scenario.Kind.allCases where kind != .million && kind != .ghosts {
            let scenario = Scenario.seeded(9, kind: kind)
            #expect(scenario.kind == kind && scenario.visitors > 0 && scenario.nodes > 0)
            #expect(scenario.faults.allSatisfy { $0.lasting >= 0 && $0.end < scenario.endMax })
        }
        #expect(Scenario.seeded(1, kind: .million).visitors == 1_000_000)
        #expect(Scenario.seeded(1, kind: .ghosts).visitors == 100_000)
    }
}
