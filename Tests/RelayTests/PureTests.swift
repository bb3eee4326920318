import TestSupport
import Testing

@testable import Relay

@Suite struct RetryBudgetTests {
    @Test func retriesAreAShareOfTheRequests() {
        var budget = RetryBudget()
        // What is saved at the start.
        var retries = 0
        while budget.takeRetry() { retries += 1 }
        #expect(retries == 10)
        retries = 0
        for _ in 0..<1000 {
            budget.requestBegan(percent: 20)
            if budget.takeRetry() { retries += 1 }
        }
        #expect(retries == 200)
    }

    @Test func aQuietHourDoesNotPayForAStorm() {
        var budget = RetryBudget()
        for _ in 0..<100_000 { budget.requestBegan(percent: 100) }
        var retries = 0
        while budget.takeRetry() { retries += 1 }
        #expect(retries == 10)
    }

    @Test func withoutABudgetThereIsNoMoreThanTheStart() {
        var budget = RetryBudget()
        for _ in 0..<10 { _ = budget.takeRetry() }
        for _ in 0..<1000 { budget.requestBegan(percent: 0) }
        let isGiven = budget.takeRetry()
        #expect(!isGiven)
    }
}

@Suite struct EjectionTests {
    private func fail(_ ejection: inout Ejection, at now: UInt64) -> UInt64? {
        ejection.failed(at: now, after: 3, for: 100, atMost: 350)
    }

    @Test func threeFailuresInARowAreOneTooMany() {
        var ejection = Ejection()
        #expect(fail(&ejection, at: 1) == nil)
        #expect(fail(&ejection, at: 2) == nil)
        ejection.answered()
        #expect(fail(&ejection, at: 3) == nil)
        #expect(fail(&ejection, at: 4) == nil)
        #expect(ejection.isUsable(at: 4))
        #expect(fail(&ejection, at: 5) == 100)
        #expect(!ejection.isUsable(at: 104))
        #expect(ejection.isUsable(at: 105))
    }

    @Test func eachPauseIsTwiceAsLongUntilItAnswers() {
        var ejection = Ejection()
        var now: UInt64 = 1000
        var pauses: [UInt64] = []
        for _ in 0..<2 { _ = fail(&ejection, at: now) }
        for _ in 0..<5 {
            // After a pause the first failure is enough.
            guard let pause = fail(&ejection, at: now) else { break }
            // What was under way when it was ejected does not prolong it.
            #expect(fail(&ejection, at: now + 1) == nil)
            pauses.append(pause)
            now += pause
        }
        #expect(pauses == [100, 200, 350, 350, 350])
        ejection.answered()
        for _ in 0..<2 { #expect(fail(&ejection, at: now) == nil) }
        #expect(fail(&ejection, at: now) == 100)
    }

    @Test func theHealthCheckHasItsOwnSay() {
        var ejection = Ejection()
        ejection.isDown = true
        #expect(!ejection.isUsable(at: .max))
        ejection.answered()
        #expect(!ejection.isUsable(at: .max))
        ejection.isDown = false
        #expect(ejection.isUsable(at: 0))
    }

    @Test func thousandsOfFailuresDoNotTrap() {
        var ejection = Ejection()
        var now: UInt64 = 0
        for _ in 0..<5000 {
            if let pause = ejection.failed(at: now, after: 1, for: 3_600_000_000_000, atMost: 86_400_000_000_000) {
                now += pause
            }
        }
        #expect(now > 0)
    }
}

@Suite struct BalanceTests {
    @Test func theBusierOfTwoIsNeverChosen() {
        let loads = [5, 0]
        var random = SeededRandom(seed: 1)
        for _ in 0..<1000 {
            #expect(Balance.pick([0, 1], random: random.next(), load: { loads[$0] }) == 1)
        }
    }

    @Test func amongManyOnlyTheBusiestIsNever() {
        let loads = [1, 2, 3, 4, 5]
        var random = SeededRandom(seed: 2)
        var picked = [Int](repeating: 0, count: 5)
        for _ in 0..<10_000 {
            guard let index = Balance.pick(Array(0..<5), random: random.next(), load: { loads[$0] }) else { return }
            picked[index] += 1
        }
        // Of ten pairs, the first wins in four, the second in three, and so on.
        for (index, expected) in [4000, 3000, 2000, 1000, 0].enumerated() {
            #expect(abs(picked[index] - expected) < 250, "\(picked)")
        }
    }

    @Test func equalsShareEvenly() {
        var random = SeededRandom(seed: 3)
        var picked = [Int](repeating: 0, count: 3)
        for _ in 0..<9000 {
            guard let index = Balance.pick([0, 1, 2], random: random.next(), load: { _ in 0 }) else { return }
            picked[index] += 1
        }
        #expect(picked.allSatisfy { abs($0 - 3000) < 250 }, "\(picked)")
    }

    @Test func oneIsTakenAndNoneIsNone() {
        #expect(Balance.pick([7], random: 0, load: { _ in 1 }) == 7)
        #expect(Balance.pick([], random: 0, load: { _ in 1 }) == nil)
    }
}

@Suite struct UpstreamFaultTests {
    @Test func onlyWhatCannotHaveDoneHarmIsTriedAgain() {
        for isSafe in [true, false] {
            #expect(UpstreamFault.connectFailed("x").mayRetry(isSafe: isSafe))
            #expect(UpstreamFault.connectTimedOut.mayRetry(isSafe: isSafe))
            #expect(UpstreamFault.closedBeforeAnswer(wasReused: true).mayRetry(isSafe: isSafe) == isSafe)
            for fault in [UpstreamFault.firstByteTimedOut, .truncatedAnswer, .readTimedOut, .writeTimedOut, .queueFull] {
                #expect(!fault.mayRetry(isSafe: isSafe), "\(fault)")
            }
        }
    }

    @Test func ourOwnCeilingsAreNotTheServersFault() {
        for fault in [UpstreamFault.queueFull, .waitTimedOut, .noServer, .noDescriptor("socket")] {
            #expect(!fault.countsAgainstServer && fault.status == 503)
        }
        #expect(!UpstreamFault.closedBeforeAnswer(wasReused: true).countsAgainstServer)
        #expect(UpstreamFault.closedBeforeAnswer(wasReused: false).countsAgainstServer)
        #expect([.connectTimedOut, .firstByteTimedOut].allSatisfy { (fault: UpstreamFault) in fault.status == 504 })
    }
}
