import Testing

@testable import Crowd

@Suite struct ArrivalCurveTests {
    static let second: UInt64 = 1_000_000_000

    func counts(_ text: String, at seconds: [Double]) throws -> [Int] {
        let curve = try ArrivalCurve(text, everybody: 700)
        return seconds.map { curve.count(after: UInt64($0 * 1e9)) }
    }

    @Test func aWallIsThereAtOnce() throws {
        #expect(try counts("wall", at: [0, 9]) == [700, 700])
        #expect(try counts("wall 5", at: [0, 9]) == [5, 5])
    }

    @Test func aTrickleGoesOnOrEnds() throws {
        #expect(try counts("trickle 50/s", at: [0, 0.1, 2, 3600]) == [0, 5, 100, 180_000])
        #expect(try counts("trickle 30/m for 10s", at: [2, 10, 60]) == [1, 5, 5])
    }

    @Test func aRampGrows() throws {
        #expect(try counts("ramp 0/s to 100/s for 10s", at: [1, 5, 10, 20]) == [5, 125, 500, 500])
    }

    @Test func stepsFollowOneAnother() throws {
        #expect(
            try counts("wall 10, pause 5s, trickle 2/s for 5s, wall 3", at: [0, 5, 6, 9.9, 10]) == [10, 10, 12, 19, 23])
    }

    @Test func itNeverFallsAndReachesItsTotal() throws {
        let curve = try ArrivalCurve("ramp 9/s to 1/s for 7s, wall 3, pause 1s, trickle 5/s for 2s", everybody: 1)
        var before = 0
        for tenth: UInt64 in 0...200 {
            let count = curve.count(after: tenth * Self.second / 10)
            #expect(count >= before)
            before = count
        }
        #expect(curve.total == before)
        #expect(try ArrivalCurve("trickle 1/s", everybody: 1).total == nil)
    }

    @Test(arguments: [
        "", "walls", "wall -3", "wall 0", "trickle", "trickle 5", "trickle 5/s for", "trickle 5/s for 3", "pause",
        "wall,,wall",
        "ramp 0/s to 5/s", "ramp 0/s to 5/s for 0s", "trickle 5/s, wall 3",
    ]) func whatIsNoStepIsSaid(_ text: String) {
        #expect(throws: UsageFault.self) { try ArrivalCurve(text, everybody: 1) }
    }

    @Test func patienceIsAroundItsMean() {
        var dice = Dice(seed: 7)
        let patience = Patience(meanNanoseconds: 1000)
        let drawn = (0..<2000).map { _ in patience.draw(&dice) }
        #expect(drawn.allSatisfy { (500...1500).contains($0) })
        #expect(Set(drawn).count > 500)
        #expect((900...1100).contains(drawn.reduce(0, +) / 2000))
        #expect(Patience().draw(&dice) == .max)
    }

    @Test func theAgendaIsNeverEarlyAndAtMostATickLate() {
        var agenda = Agenda()
        var dice = Dice(seed: 11)
        var due: [UInt64] = []
        for visitor in 0..<3000 {
            // Further than the wheel is wide.
            due.append(dice.next() % (200 * Self.second))
            agenda.add(visitor, at: due[visitor])
        }
        var found = Set<UInt32>()
        var now: UInt64 = 0
        while now < 201 * Self.second {
            now += Agenda.tickNanoseconds
            var taken: [UInt32] = []
            agenda.take(until: now, into: &taken)
            for visitor in taken {
                let wanted = due[Int(visitor)]
                #expect(now >= wanted && now <= wanted + 2 * Agenda.tickNanoseconds)
                #expect(found.insert(visitor).inserted)
            }
        }
        #expect(found.count == 3000)
        #expect(agenda.count == 0)
    }
}
